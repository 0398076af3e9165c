"""The door: who signs in, who is in already, and who goes."""

import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bobae.app.access.actor import Actor
from bobae.app.access.tokens import digest_of
from bobae.app.access.tries import Tries
from bobae.core import Unreachable
from bobae.registry.catalogue import AuditEvent, Book, Pass, PassKind, Person, WriteStore
from bobae.write import Persons, TooManyTries, WrongSecret

_S = 1_000_000_000
COOKIE_S = 7 * 24 * 3600  # whoever works every day signs in once a week
_IDLE_NS = 12 * 3600 * _S  # a shift
_TOUCH_NS = 60 * _S  # no write to the disk for every request


@dataclass(frozen=True)
class SignedIn:
    """What somebody who signed in is recognised by, shown this once, and who they are."""

    shown: str
    actor: Actor


class Door:
    """Who comes in. Any thread may use it; what it knows is in the catalogue, so a restart sends nobody out.

    Args:
        store: people, passes and audit.
        persons: who recognises secrets.
        clock: ns UTC.
        tries: how often somebody may be wrong from one place.
    """

    def __init__(
        self,
        store: WriteStore,
        persons: Persons,
        *,
        clock: Callable[[], int] = time.time_ns,
        tries: Tries | None = None,
    ) -> None:
        self._store, self._persons, self._clock = store, persons, clock
        self._tries = Tries() if tries is None else tries

    def is_open(self) -> bool:
        """Whether nobody has a login yet."""
        with self._store.looking() as book:
            return not book.people.users()

    def is_still_in(self, actor: Actor) -> bool:
        """Whether somebody who came in a while ago would be let in the same way now."""
        if actor.person is None:
            return self.is_open()
        with self._store.looking() as book:
            if actor.digest is None:
                return book.people.find(actor.name) == actor.person
            kind = PassKind.TOKEN if actor.csrf is None else PassKind.SESSION
            return _holder(book, book.passes.find(actor.digest), kind, self._clock()) is not None

    def by_session(self, shown: str) -> Actor | None:
        """Who shows the cookie of a session; None: nobody, or it is over."""
        found, person = self._by_pass(shown, PassKind.SESSION)
        return None if found is None or person is None else Actor.of(person, found, csrf=_csrf(shown))

    def by_token(self, shown: str) -> Actor | None:
        """Which program shows a token; None: none, or it is over."""
        found, person = self._by_pass(shown, PassKind.TOKEN)
        return (
            None if found is None or person is None or found.role is None else Actor.program(person, found.role, found)
        )

    def by_secret(self, name: str, secret: str, *, place: str) -> Actor:
        """Who says this name and secret.

        Raises:
            WrongSecret: nobody has both.
            TooManyTries: there were too many wrong ones of that name, or from that place.
        """
        if wait_s := self._tries.wait_s(place):
            raise TooManyTries(
                "too many wrong tries from {place}; wait {seconds} s", place=place, seconds=round(wait_s) + 1
            )
        try:
            return Actor.of(self._persons.known(name, secret, place=place))
        except WrongSecret:
            self._tries.failed(place)
            raise

    def sign_in(self, name: str, password: str, *, place: str) -> SignedIn:
        """Let a user in.

        Raises:
            WrongSecret: nobody who can sign in has that name and password.
            TooManyTries: see `by_secret`.
        """
        person = self.by_secret(name, password, place=place).person
        if person is None or not person.is_user:
            raise WrongSecret("{name} cannot sign in: `bobae user add` gives them a role", name=name)
        with self._store.changing() as book:
            return self._let_in(book, person, place)

    def sign_in_once(self, shown: str, *, place: str) -> SignedIn:
        """Let in who shows a link that nobody has used.

        Raises:
            WrongSecret: there is none, it was used, or it is over.
            TooManyTries: there were too many wrong ones from that place.
        """
        if wait_s := self._tries.wait_s(place):
            raise TooManyTries(
                "too many wrong tries from {place}; wait {seconds} s", place=place, seconds=round(wait_s) + 1
            )
        with self._store.changing() as book:
            found = book.passes.find(digest_of(shown))
            person = _holder(book, found, PassKind.LINK, self._clock())
            if found is not None and person is not None and book.passes.end(found.digest):
                return self._let_in(book, person, place)
        self._tries.failed(place)
        raise WrongSecret("this link was used, or is over; ask for another: bobae user link NAME")

    def sign_out(self, shown: str, *, place: str) -> None:
        """End the session."""
        with self._store.changing() as book:
            found = book.passes.find(digest_of(shown))
            if found is not None and book.passes.end(found.digest):
                book.audit.note(self._clock(), AuditEvent.SIGNED_OUT, by=found.person, said={"from": place})

    def note(self, actor: Actor, *, method: str, path: str, status: int, place: str) -> None:
        """Write down that somebody asked for something that changes something, and what came of it."""
        said = {"method": method, "path": path, "status": status, "from": place}
        with self._store.changing() as book:
            book.audit.note(self._clock(), AuditEvent.REQUEST, by=actor.name, said=said)

    def _by_pass(self, shown: str, kind: PassKind) -> tuple[Pass | None, Person | None]:
        """What is shown, and whose it is; the time is noted, not for every request."""
        now = self._clock()
        with self._store.looking() as book:
            found = book.passes.find(digest_of(shown))
            person = _holder(book, found, kind, now)
        if found is not None and person is not None and now - found.used_ns >= _TOUCH_NS:
            with contextlib.suppress(Unreachable), self._store.changing() as book:  # the next request notes it too
                book.passes.used(found.digest, now)
        return found, person

    def _let_in(self, book: Book, person: Person, place: str) -> SignedIn:
        shown, now = secrets.token_urlsafe(32), self._clock()
        made = Pass(digest_of(shown), PassKind.SESSION, person.name, now, now, now + COOKIE_S * _S)
        book.passes.add(made)
        book.audit.note(now, AuditEvent.SIGNED_IN, by=person.name, said={"from": place})
        return SignedIn(shown, Actor.of(person, made, csrf=_csrf(shown)))


def _holder(book: Book, found: Pass | None, kind: PassKind, now: int) -> Person | None:
    """Whose pass it is, if it is of that kind and not over, and they are a user still."""
    if found is None or found.kind is not kind or now >= found.expires_ns:
        return None
    if kind is PassKind.SESSION and now >= found.used_ns + _IDLE_NS:
        return None
    person = book.people.find(found.person)
    return person if person is not None and person.is_user else None


def _csrf(shown: str) -> str:
    """What a page shows with each change: it follows from the cookie, which the page cannot read."""
    return hmac.new(shown.encode(), b"csrf", hashlib.sha256).hexdigest()
