"""Users: persons who can sign in, what each is, and their passwords."""

import time
from collections.abc import Callable
from dataclasses import replace

from bobae.core import BadInput, Refused
from bobae.core.access import UserRole
from bobae.registry.catalogue import AuditEvent, Book, PassKind, Person, WriteStore
from bobae.write import Persons, check_administrator, name_of, to_recognise

_FEWEST_LETTERS, _MOST_LETTERS = 10, 256


class Users:
    """The users of one plant; a person who asks for writes and one who signs in is the same.

    Args:
        store: where they are kept.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._clock = store, clock

    def all(self) -> list[Person]:
        """Those who can sign in, in the order of their names."""
        with self._store.looking() as book:
            return book.people.users()

    def add(self, name: str, role: UserRole, password: str, *, by: str = "") -> Person:
        """Let somebody sign in; a person who could only ask for writes becomes a user, this in place of their secret.

        Raises:
            BadInput: the name is none, or the password is too easy.
            Refused: the name is taken, or the first user is no administrator.
        """
        name, kept = name_of(name), to_recognise(checked(password, name))
        now = self._clock()
        with self._store.changing() as book:
            there = book.people.find(name)
            if there is not None and there.is_user:
                raise Refused(
                    "{name} is a user already; `bobae user role` and `bobae user password` change them", name=name
                )
            if role is not UserRole.ADMINISTRATOR and not book.people.users():
                raise Refused("the first user is an administrator: --role administrator")
            user = Person(name if there is None else there.name, kept, now, role=role)
            book.people.keep(user)
            book.audit.note(now, AuditEvent.USER_ADDED, by=by, said={"user": user.name, "role": str(role)})
        return user

    def role(self, name: str, role: UserRole, *, by: str = "") -> None:
        """Make somebody something else; their sessions end.

        Raises:
            BadInput: nobody has that name.
            Refused: they are the last administrator.
        """
        with self._store.changing() as book:
            user = _user(book, name)
            if role is not UserRole.ADMINISTRATOR:
                check_administrator(book, but=user)
            book.people.keep(replace(user, role=role))
            self._ended(book, user, AuditEvent.ROLE_CHANGED, by=by, said={"role": str(role)})

    def password(self, name: str, password: str, *, by: str = "") -> None:
        """Give somebody another password; their sessions end, and wrong tries are forgiven.

        Raises:
            BadInput: nobody has that name, or the password is too easy.
        """
        kept = to_recognise(checked(password, name))
        with self._store.changing() as book:
            user = _user(book, name)
            book.people.keep(replace(user, secret=kept, wrong=0))
            self._ended(book, user, AuditEvent.PASSWORD_CHANGED, by=by, said={})

    def remove(self, name: str) -> int:
        """Take away all that somebody may; how many open orders of theirs were cancelled comes back.

        Raises:
            BadInput: nobody has that name.
            Refused: they are the last administrator, and there are other users.
        """
        with self._store.looking() as book:
            user = _user(book, name)
        return Persons(self._store, self._clock).remove(user.name)

    def _ended(self, book: Book, user: Person, event: AuditEvent, *, by: str, said: dict[str, str]) -> None:
        book.passes.end_all(user.name, PassKind.SESSION, PassKind.LINK)
        book.audit.note(self._clock(), event, by=by, said={"user": user.name} | said)


def checked(password: str, name: str) -> str:
    """The password, if it is good enough.

    Raises:
        BadInput: it is too short, too long, or the name.
    """
    plain = password.strip()
    if not _FEWEST_LETTERS <= len(plain) <= _MOST_LETTERS:
        raise BadInput(
            "a password has {least} to {most} letters; a short sentence is best",
            least=_FEWEST_LETTERS,
            most=_MOST_LETTERS,
        )
    if plain.casefold() == name.strip().casefold() or len(set(plain)) < 4:
        raise BadInput("that password is guessed at once; a short sentence is best")
    return plain


def _user(book: Book, name: str) -> Person:
    found = book.people.find(name_of(name))
    if found is None or not found.is_user:
        raise BadInput("no user is called {name}; `bobae user list` shows who there is", name=name)
    return found
