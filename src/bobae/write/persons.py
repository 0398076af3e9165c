"""Who may ask and approve: a name with a secret that is shown once and kept only as what recognises it."""

import base64
import secrets
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bobae.core import BadInput, Refused
from bobae.core.access import UserRole
from bobae.registry.catalogue import AuditEvent, Book, OrderState, PassKind, Person, WriteStore
from bobae.write.secret import NOBODY, is_outdated, recognises, to_recognise

_SECRET_BYTES = 15
_FREE_TRIES = 5
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60, 900
_MOST_LETTERS = 100
_MOST_STRANGERS = 1000


class WrongSecret(Refused):
    """Nobody has that name and secret."""


class TooManyTries(WrongSecret):
    """There were too many wrong secrets; try again later."""


class Persons:
    """The persons of one plant.

    Args:
        store: where they are kept.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._clock = store, clock
        self._one_at_a_time = threading.Lock()  # what recognises takes 64 MB, and nobody tries many at once
        self._strangers: OrderedDict[str, Person] = OrderedDict()  # names that nobody has wait like others

    def known(self, name: str, secret: str, *, place: str = "") -> Person:
        """The person of that name, if the secret is theirs.

        After five wrong secrets in a row nobody is let in under that name for a minute, then two, up to fifteen.

        Args:
            name: who they say they are.
            secret: their secret, or password.
            place: from where, for the audit.

        Raises:
            WrongSecret: it is not; the two parts are not told apart.
            TooManyTries: one has to wait.
        """
        name = _plain(name)[:_MOST_LETTERS]
        with self._one_at_a_time:
            now = self._clock()
            with self._store.looking() as book:
                found = book.people.find(name)
            person = found or self._strangers.get(name) or Person(name, NOBODY, now)
            if now < person.wrong_ns + _wait_s(person.wrong) * 1_000_000_000:
                raise TooManyTries(
                    "too many wrong secrets for {name}; wait {seconds} s from the last one and try again",
                    name=person.name,
                    seconds=_wait_s(person.wrong),
                )
            right = recognises(person.secret, secret)
            if found is None or person.removed_ns is not None or not right:
                self._count_wrong(person, place)
                raise WrongSecret("the name or the secret is not right; `bobae write person add NAME` makes them")
            if person.wrong or is_outdated(person.secret):
                person = replace(person, wrong=0, secret=to_recognise(secret))
                with self._store.changing() as book:
                    if book.people.find(person.name) == found:
                        book.people.keep(person)
            return person

    def add(self, name: str) -> str:
        """Add a person; the secret that comes back is kept nowhere.

        Raises:
            BadInput: the name is empty, too long, or not one row of text.
            Refused: somebody has it already.
        """
        name, secret = name_of(name), base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower()
        now, kept = self._clock(), to_recognise(secret)
        with self._store.changing() as book:
            there = book.people.find(name)
            if there is not None and there.removed_ns is None:
                raise Refused("{name} is there already; remove them first to give them a new secret", name=there.name)
            book.people.keep(Person(name, kept, now))
            book.audit.note(now, AuditEvent.PERSON_ADDED, by=name)
        return secret

    def remove(self, name: str) -> int:
        """Take away a person's right to do anything; how many open orders of theirs were cancelled comes back.

        Raises:
            BadInput: nobody has that name.
            Refused: they are the last administrator, and there are other users.
        """
        now = self._clock()
        with self._store.changing() as book:
            person = book.people.find(_plain(name))
            if person is None or person.removed_ns is not None:
                raise BadInput("nobody is called {name}; `bobae write person list` shows who there is", name=name)
            if len(book.people.users()) > 1:
                check_administrator(book, but=person)
            book.people.keep(replace(person, removed_ns=now, role=None))
            book.passes.end_all(person.name, *PassKind)
            book.audit.note(now, AuditEvent.PERSON_REMOVED, by=person.name)
            theirs = [order for order in book.orders.page(states=_ASKED) if person.name in order.persons]
            for order in theirs:
                book.orders.keep(replace(order, state=OrderState.CANCELLED))
                book.audit.note(now, AuditEvent.CANCELLED, by=person.name, order=order.id, said={"tag": order.tag})
        return len(theirs)

    def all(self) -> list[Person]:
        """Who may ask and approve, in the order of their names."""
        with self._store.looking() as book:
            return [person for person in book.people.all() if person.removed_ns is None]

    def _count_wrong(self, person: Person, place: str) -> None:
        now = self._clock()
        with self._store.changing() as book:
            there = book.people.find(person.name) or person  # another process may have counted too
            counted = replace(there, wrong=there.wrong + 1, wrong_ns=now)
            if book.people.find(person.name) is not None:
                book.people.keep(counted)
            else:
                self._strangers[person.name] = counted
                self._strangers.move_to_end(person.name)
            if len(self._strangers) > _MOST_STRANGERS:
                self._strangers.popitem(last=False)
            book.audit.note(now, AuditEvent.WRONG_SECRET, by=person.name, said={"from": place} if place else {})


def name_of(written: str) -> str:
    """A person's name as it is kept.

    Raises:
        BadInput: it is empty, too long, or not one row of text.
    """
    name = _plain(written)
    if not name or len(name) > _MOST_LETTERS or not name.isprintable() or ":" in name:
        raise BadInput("a person's name is one row of up to 100 letters without a colon; not {name!r}", name=name)
    return name


def check_administrator(book: Book, *, but: Person) -> None:
    """Raise Refused if nobody but this person is an administrator."""
    if not any(one.role is UserRole.ADMINISTRATOR and one.name != but.name for one in book.people.users()):
        raise Refused("{name} is the last administrator; make somebody else one first", name=but.name)


_ASKED = [state for state in OrderState if state.asked]


def _plain(name: str) -> str:
    """The name in one form, whichever way its letters were put together."""
    return unicodedata.normalize("NFKC", name).strip()


def _wait_s(wrong: int) -> int:
    if wrong < _FREE_TRIES:
        return 0
    return int(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(wrong - _FREE_TRIES, 10)))
