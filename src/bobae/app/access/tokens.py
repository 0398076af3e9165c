"""Tokens for programs, and links that sign a person in once."""

import hashlib
import secrets
import time
from collections.abc import Callable

from bobae.core import BadInput, Refused
from bobae.core.access import ALLOWED, UserRole, role_in_words
from bobae.registry.catalogue import AuditEvent, Pass, PassKind, WriteStore

MARK = "bob_"
_LINK_NS = 15 * 60 * 1_000_000_000
_DAY_NS = 24 * 3600 * 1_000_000_000
_NAMED_BY = 8
_MOST_DAYS = 3660


class Tokens:
    """The tokens of one plant; what is shown once is kept only as a digest.

    Args:
        store: where they are kept.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._clock = store, clock

    def make(self, name: str, *, role: UserRole, days: float, label: str = "") -> tuple[str, Pass]:
        """A token for a program that acts for a user; and what is kept of it.

        Raises:
            BadInput: nobody has that name, or the days are none.
            Refused: the role may more than the user.
        """
        if not 0 < days <= _MOST_DAYS:
            raise BadInput("a token lasts more than 0 and up to {most} days; not {days}", most=_MOST_DAYS, days=days)
        return self._made(name, PassKind.TOKEN, MARK, round(days * _DAY_NS), role=role, label=label)

    def link(self, name: str) -> tuple[str, Pass]:
        """What signs a user in, once and within a quarter of an hour.

        Raises:
            BadInput: nobody has that name.
        """
        return self._made(name, PassKind.LINK, "", _LINK_NS)

    def all(self) -> list[Pass]:
        """The tokens that are not over, oldest first."""
        now = self._clock()
        with self._store.looking() as book:
            return [one for one in book.passes.all(PassKind.TOKEN) if one.expires_ns > now]

    def end(self, number: str) -> Pass:
        """End the token that is called this: the first letters of its digest, as `all` has them.

        Raises:
            BadInput: none is, or several are.
        """
        with self._store.changing() as book:
            found = [one for one in book.passes.all(PassKind.TOKEN) if number and one.digest.startswith(number)]
            if len(found) != 1:
                raise BadInput(
                    "{n} tokens are called {number!r}; `bobae user tokens` shows them", n=len(found), number=number
                )
            book.passes.end(found[0].digest)
            said = {"user": found[0].person, "token": named(found[0])}
            book.audit.note(self._clock(), AuditEvent.TOKEN_ENDED, said=said)
        return found[0]

    def _made(
        self, name: str, kind: PassKind, mark: str, for_ns: int, *, role: UserRole | None = None, label: str = ""
    ) -> tuple[str, Pass]:
        shown, now = mark + secrets.token_urlsafe(32), self._clock()
        with self._store.changing() as book:
            user = book.people.find(name.strip())
            if user is None or not user.is_user:
                raise BadInput("no user is called {name}; `bobae user list` shows who there is", name=name)
            if role is not None and not ALLOWED[role] <= ALLOWED[user.role]:
                raise Refused(
                    "{name} is {role}; their token cannot be more", name=user.name, role=role_in_words(user.role)
                )
            made = Pass(digest_of(shown), kind, user.name, now, now, now + for_ns, role, label.strip())
            book.passes.add(made)
            event = AuditEvent.LINK_MADE if kind is PassKind.LINK else AuditEvent.TOKEN_MADE
            book.audit.note(now, event, said={"user": user.name, "token": named(made), "role": role})
        return shown, made


def digest_of(shown: str) -> str:
    """What is kept of something that is long and by chance: no slow digest is needed."""
    return hashlib.sha256(shown.encode()).hexdigest()


def named(one: Pass) -> str:
    """What a pass is called."""
    return one.digest[:_NAMED_BY]
