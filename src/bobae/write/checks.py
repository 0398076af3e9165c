"""What every step of an order looks at inside its transaction: the person, the switch, the rate; and how one ends."""

from dataclasses import replace

from bobae.core import Refused, Text, text
from bobae.core.access import ALLOWED, Permission, role_in_words
from bobae.registry.catalogue import AuditEvent, Book, Order, OrderState, Person
from bobae.write.limits import HOUR_NS, Limits
from bobae.write.persons import WrongSecret


def too_often(book: Book, limits: Limits, now: int) -> Text | None:
    """Why there may be no further order for the tag now; None: there may."""
    most = limits.write.per_hour
    if book.orders.sent_since(limits.path, now - HOUR_NS) < most:
        return None
    return text("{tag} had the {n} orders that are allowed an hour", tag=limits.path, n=most)


def refuse(book: Book, order: Order, why: Text, now: int) -> None:
    """End an order that may not be."""
    book.orders.keep(replace(order, state=OrderState.REFUSED, why=why))
    said = {"tag": order.tag, "value": order.value, "why": why.as_json()}
    book.audit.note(now, AuditEvent.REFUSED, order=order.id, said=said)


def expire(book: Book, order: Order, now: int) -> None:
    """End an order that nobody approved, or carried out, in time."""
    book.orders.keep(replace(order, state=OrderState.EXPIRED))
    book.audit.note(now, AuditEvent.EXPIRED, order=order.id, said={"tag": order.tag, "value": order.value})


def still_there(book: Book, names: frozenset[str]) -> frozenset[str]:
    """Which of these persons have not been removed."""
    return frozenset(name for name in names if not removed(book, name))


def removed(book: Book, name: str) -> bool:
    """Whether nobody of that name may do anything."""
    person = book.people.find(name)
    return person is None or person.removed_ns is not None


def check_person(book: Book, by: Person, needed: Permission) -> None:
    """Look at the person as they are now.

    Raises:
        WrongSecret: they were removed since they were recognised.
        Refused: their role does not allow it.
    """
    person = book.people.find(by.name)
    if person is None or person.removed_ns is not None:
        raise WrongSecret("{name} was removed and can do nothing", name=by.name)
    if needed not in ALLOWED[person.role]:
        role = role_in_words(person.role)
        raise Refused("{name} ({role}) may not do that: {needed}", name=by.name, role=role, needed=needed)


def check_running(book: Book) -> None:
    """Raise Refused while all writing is stopped."""
    switch = book.switch
    if switch.stopped_ns is not None:
        raise Refused(
            "all writing is stopped, by {name}: {because}. `bobae write allow` by two persons allows it again",
            name=switch.by,
            because=switch.because or "-",
        )
