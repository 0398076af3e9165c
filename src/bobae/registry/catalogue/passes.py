"""What somebody who signed in, or a program of theirs, is recognised by; kept as a digest, never itself."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bobae.core.access import UserRole
from bobae.registry.catalogue.tables import PASSES


class PassKind(StrEnum):
    """What a pass is for."""

    SESSION = "session"  # a browser
    TOKEN = "token"  # a program
    LINK = "link"  # signs a person in, once


@dataclass(frozen=True)
class Pass:
    """One pass. Times are ns UTC.

    Attributes:
        digest: SHA-256 of what is shown, in hexadecimal digits; the first eight name it.
        kind: what it is for.
        person: whose it is.
        made_ns, used_ns: when it was made, and about when it was shown last.
        expires_ns: when it is over in any case.
        role: what its holder may do at the most; None: all that the person may.
        label: what it is called.
    """

    digest: str
    kind: PassKind
    person: str
    made_ns: int
    used_ns: int
    expires_ns: int
    role: UserRole | None = None
    label: str = ""


class Passes:
    """The passes inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: str) -> Pass | None:
        """The pass of that digest, expired ones too."""
        row = self._connection.execute(select(PASSES).where(PASSES.c.digest == digest)).one_or_none()
        return None if row is None else _pass(row)

    def all(self, kind: PassKind) -> list[Pass]:
        """All of a kind, oldest first."""
        query = select(PASSES).where(PASSES.c.kind == kind).order_by(PASSES.c.made_ns)
        return [_pass(row) for row in self._connection.execute(query)]

    def add(self, made: Pass) -> None:
        """Keep a new pass; those that are over are forgotten."""
        self._connection.execute(delete(PASSES).where(PASSES.c.expires_ns < made.made_ns))
        self._connection.execute(insert(PASSES).values(asdict(made)))

    def used(self, digest: str, time_ns: int) -> None:
        """Note when a pass was shown."""
        self._connection.execute(update(PASSES).where(PASSES.c.digest == digest).values(used_ns=time_ns))

    def end(self, digest: str) -> bool:
        """End one; False: there was none, or somebody else was quicker."""
        return self._connection.execute(delete(PASSES).where(PASSES.c.digest == digest)).rowcount > 0

    def end_all(self, person: str, *kinds: PassKind) -> None:
        """End those of a person, of these kinds."""
        self._connection.execute(delete(PASSES).where(PASSES.c.person == person, PASSES.c.kind.in_(kinds)))


def _pass(row: Row[Any]) -> Pass:
    kept = dict(row._mapping)
    role = None if kept["role"] is None else UserRole(kept["role"])
    return Pass(**kept | {"kind": PassKind(kept["kind"]), "role": role})
