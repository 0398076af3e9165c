"""The desk where orders are given: asked by one person, approved by another, cancelled, renewed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bobae.core import BadInput, Refused, Tag, UnknownName
from bobae.registry.catalogue import AuditEvent, Book, Order, OrderState, Person, Value, WriteStore
from bobae.write.checks import check_person, check_running, expire, too_often
from bobae.write.limits import Limits
from bobae.write.words import in_words

EXPIRES_S = 600.0
_S = 1_000_000_000
_TAKEN_BACK = (OrderState.WAITING, OrderState.APPROVED, OrderState.HELD)


class Desk:
    """The orders of one plant. It writes nothing to the plant: an `Executor` does, in the process that collects.

    Persons are those that `Persons.known` recognised.

    Args:
        store: where orders and audit are kept.
        tags: path -> tag, as plant.yaml has them.
        clock: ns UTC.
        expires_s: how long an order waits to be approved and carried out.
    """

    def __init__(
        self,
        store: WriteStore,
        tags: Mapping[str, Tag],
        *,
        clock: Callable[[], int] = time.time_ns,
        expires_s: float = EXPIRES_S,
    ) -> None:
        self._store, self._tags, self._clock, self._expires_s = store, tags, clock, expires_s

    def limits(self, tag: str) -> Limits:
        """Within which limits a tag may be written to.

        Raises:
            UnknownName: there is no such tag.
            Refused: plant.yaml does not allow it.
        """
        if tag not in self._tags:
            known = [path for path, one in self._tags.items() if one.write is not None]
            raise UnknownName.among("no tag is called {name}; nearest: {nearest}", name=tag, known=known)
        return Limits.of(tag, self._tags[tag])

    def unit(self, tag: str) -> str | None:
        """The unit of a tag's numbers, if it has one."""
        return self._tags[tag].unit if tag in self._tags else None

    def ask(self, tag: str, given: Any, *, because: str, by: Person) -> Order:
        """Ask for a value; nothing happens until somebody else approves it.

        Raises:
            BadInput: no such tag, a value of the wrong kind, or no reason given.
            Refused: it may not be, with the reason; that is in the audit too.
        """
        now = self._clock()
        said = {"tag": tag, "value": _plain(given), "because": because.strip()}
        with self._store.changing() as book:
            try:
                value = self._asked(book, tag, given, because=because, by=by, now=now)
            except Refused as error:
                book.audit.note(now, AuditEvent.REFUSED, by=by.name, said=said | {"why": error.text.as_json()})
                refused: Refused | None = error
            else:
                refused = None
                expires_ns = now + round(self._expires_s * _S)
                order = book.orders.put(Order(tag, value, because.strip(), by.name, now, expires_ns))
                book.audit.note(
                    now,
                    AuditEvent.ASKED,
                    by=by.name,
                    order=order.id,
                    said=said | {"value": value, "unit": self.unit(tag)},
                )
        if refused is not None:  # raised out here, so that the note is kept
            raise refused
        return order

    def approve(self, number: int, *, by: Person) -> Order:
        """Agree to somebody else's order; with enough persons it is carried out at once.

        Raises:
            UnknownName: no such order.
            Refused: it is one's own, waits no longer, or may not be any more.
        """
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            check_person(book, by, "write.approve")
            check_running(book)
            if order.state is not OrderState.WAITING or now >= order.expires_ns:
                raise _not_any_more(order, now)
            if by.name in order.persons:
                raise Refused(
                    "{name} has a part in order {number} already; a different person must approve it",
                    name=by.name,
                    number=number,
                )
            limits = self.limits(order.tag)
            order = replace(order, approved_by=(*order.approved_by, by.name))
            if len(order.persons) >= limits.approvals:
                order = replace(order, state=OrderState.APPROVED)
            book.orders.keep(order)
            more = max(0, limits.approvals - len(order.persons))
            book.audit.note(now, AuditEvent.APPROVED, by=by.name, order=number, said={"tag": order.tag, "more": more})
            return order

    def cancel(self, number: int, *, by: Person) -> Order:
        """Take an order back: one that was not carried out is over, one whose dead-man runs is reverted at once.

        Raises:
            UnknownName: no such order.
            Refused: there is nothing to take back any more, or it cannot be taken back now.
        """
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            check_person(book, by, "write.order")
            if order.state not in _TAKEN_BACK:
                raise _not_any_more(order, now)
            if order.state is OrderState.HELD:
                order = replace(order, revert_ns=now)
            else:
                order = replace(order, state=OrderState.CANCELLED)
            book.orders.keep(order)
            book.audit.note(now, AuditEvent.CANCELLED, by=by.name, order=number, said={"tag": order.tag})
            return order

    def renew(self, number: int, *, by: Person) -> Order:
        """Have the dead-man of an order start anew.

        Raises:
            UnknownName: no such order.
            Refused: it has no dead-man, or that has run out.
        """
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            check_person(book, by, "write.order")
            dead_man_s = self.limits(order.tag).dead_man_s
            if (
                order.state is not OrderState.HELD
                or order.revert_ns is None
                or now >= order.revert_ns
                or dead_man_s is None
            ):
                raise _not_any_more(order, now)
            order = replace(order, revert_ns=now + round(dead_man_s * _S))
            book.orders.keep(order)
            said = {"tag": order.tag, "revert_ns": order.revert_ns}
            book.audit.note(now, AuditEvent.RENEWED, by=by.name, order=number, said=said)
            return order

    def order(self, number: int) -> Order:
        """One order.

        Raises:
            UnknownName: no such order.
        """
        with self._store.looking() as book:
            return book.orders.get(number)

    def orders(self, *, limit: int, before: int | None = None, only_open: bool = False) -> list[Order]:
        """Orders, newest first: older than the one numbered `before`, or only those that are not over."""
        states = [state for state in OrderState if state.open] if only_open else []
        with self._store.looking() as book:
            return book.orders.page(limit=limit, before=before, states=states)

    def _asked(self, book: Book, tag: str, given: Any, *, because: str, by: Person, now: int) -> Value:
        limits = self.limits(tag)
        value = limits.value(given)
        if not because.strip():
            raise BadInput("say why {tag} is to be changed; the reason is empty", tag=tag)
        check_person(book, by, "write.order")
        check_running(book)
        if why := limits.objection(value) or too_often(book, limits, now):
            raise Refused("{tag} may not be set to that: {why}", tag=tag, why=why)
        for other in book.orders.page(tag=tag, states=_IN_THE_WAY):
            if other.state.asked and now >= other.expires_ns:
                expire(book, other, now)
            else:
                raise Refused(
                    "order {number} for {tag} is not over yet ({state}); one at a time", number=other.id, **_of(other)
                )
        return value


_IN_THE_WAY = [state for state in OrderState if state.open and state is not OrderState.HELD]


def _not_any_more(order: Order, now: int) -> Refused:
    if order.state.asked and now >= order.expires_ns:
        return Refused("order {number} for {tag} has expired; ask again", number=order.id, tag=order.tag)
    return Refused("order {number} for {tag} is {state}; that cannot be done any more", number=order.id, **_of(order))


def _of(order: Order) -> dict[str, Any]:
    return {"tag": order.tag, "state": in_words(order.state)}


def _plain(given: Any) -> Any:
    return given if isinstance(given, str | float | int | bool) else str(given)
