"""Who may ask and approve: a name with a secret that is shown once and kept only as what recognises it."""

import base64
import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from bobae.core import BadInput, Refused
from bobae.registry.catalogue import AuditEvent, OrderState, Person, WriteStore

_COST, _BLOCK, _LANES = 2**14, 8, 1  # scrypt (RFC 7914): 16 MB and about 50 ms a try
_SECRET_BYTES = 15
_FREE_TRIES = 5
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60, 900
_MOST_LETTERS = 100


class WrongSecret(Refused):
    """Nobody has that name and secret, or there were too many wrong ones."""


class Persons:
    """The persons of one plant.

    Args:
        store: where they are kept.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._clock = store, clock

    def known(self, name: str, secret: str) -> Person:
        """The person of that name, if the secret is theirs.

        After five wrong secrets in a row nobody is let in under that name for a minute, then two, up to fifteen.

        Raises:
            WrongSecret: it is not, or one has to wait; the two parts are not told apart.
        """
        now = self._clock()
        with self._store.looking() as book:
            person = book.people.find(_plain(name))
        if person is not None and now < person.wrong_ns + _wait_s(person.wrong) * 1_000_000_000:
            raise WrongSecret(
                "too many wrong secrets for {name}; wait {seconds} s from the last one and try again",
                name=person.name,
                seconds=_wait_s(person.wrong),
            )
        right = _recognises(_NOBODY if person is None else person.secret, secret)
        if person is None or person.removed_ns is not None or not right:
            self._count_wrong(person)
            raise WrongSecret("the name or the secret is not right; `bobae write person add NAME` makes them")
        if person.wrong:
            with self._store.changing() as book:
                book.people.keep(replace(person, wrong=0))
        return person

    def add(self, name: str) -> str:
        """Add a person; the secret that comes back is kept nowhere.

        Raises:
            BadInput: the name is empty, too long, or not one row of text.
            Refused: somebody has it already.
        """
        name, secret = _plain(name), base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower()
        if not name or len(name) > _MOST_LETTERS or not name.isprintable() or ":" in name:
            raise BadInput("a person's name is one row of up to 100 letters without a colon; not {name!r}", name=name)
        now, kept = self._clock(), _to_recognise(secret)
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
        """
        now = self._clock()
        with self._store.changing() as book:
            person = book.people.find(_plain(name))
            if person is None or person.removed_ns is not None:
                raise BadInput("nobody is called {name}; `bobae write person list` shows who there is", name=name)
            book.people.keep(replace(person, removed_ns=now))
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

    def _count_wrong(self, person: Person | None) -> None:
        if person is None:
            return
        now = self._clock()
        with self._store.changing() as book:
            there = book.people.find(person.name) or person  # several may be tried at once: all are counted
            book.people.keep(replace(there, wrong=there.wrong + 1, wrong_ns=now))
            book.audit.note(now, AuditEvent.WRONG_SECRET, by=person.name)


_ASKED = [state for state in OrderState if state.asked]


def _plain(name: str) -> str:
    """The name in one form, whichever way its letters were put together."""
    return unicodedata.normalize("NFKC", name).strip()


def _wait_s(wrong: int) -> int:
    if wrong < _FREE_TRIES:
        return 0
    return int(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(wrong - _FREE_TRIES, 10)))


def _to_recognise(secret: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt:{_COST}:{_BLOCK}:{_LANES}:{salt.hex()}:{_digest(secret, salt, _COST, _BLOCK, _LANES).hex()}"


def _recognises(kept: str, secret: str) -> bool:
    _, cost, block, lanes, salt, digest = kept.split(":")
    found = _digest(secret, bytes.fromhex(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found.hex(), digest)


def _digest(secret: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(secret.strip().encode(), salt=salt, n=cost, r=block, p=lanes, dklen=32)


_NOBODY = f"scrypt:{_COST}:{_BLOCK}:{_LANES}:{'00' * 16}:{'00' * 32}"  # a name that nobody has takes as long
