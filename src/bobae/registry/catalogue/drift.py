"""What has moved since the models of a plant learned, as it was found from time to time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import DRIFT_CHECKS


class Drift(StrEnum):
    """What a look came to, the gravest that holds."""

    STEADY = "steady"
    MOVED = "moved"  # and decisions are the same
    MATTERS = "matters"  # rows alarm only because of it
    BROKEN = "broken"  # the data are not what the model was promised
    NOT_ENOUGH = "not_enough_evidence"


@dataclass(frozen=True)
class DriftCheck:
    """What held of one model, or of one tag that a laboratory measures, for a while; times in ns UTC.

    Attributes:
        subject: name of the model's monitor, or path of the tag.
        version: the first digits of the model's digest; empty for a tag.
        answer: what it came to.
        since_ns: since when that has been so.
        checked_ns: when it was looked at last.
        found: all that was found then, plain JSON values.
        first_ns: when it was found first; what is kept for the first time is found then.
    """

    subject: str
    version: str
    answer: Drift
    since_ns: int
    checked_ns: int
    found: Mapping[str, Any]
    first_ns: int = 0


class DriftStore:
    """Reads and writes what was found; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, check: DriftCheck) -> bool:
        """Keep what was found; whether it is another answer, or about another version, than before.

        If it is not, the newest entry is brought up to date, and has been so since then.
        """
        with self._database.writing() as connection:
            newest = connection.execute(_of(check.subject).limit(1)).one_or_none()
            if newest is None or (newest.version, newest.answer) != (check.version, check.answer):
                connection.execute(insert(DRIFT_CHECKS).values(vars(check) | {"first_ns": check.checked_ns}))
                return True
            where = DRIFT_CHECKS.c.id == newest.id
            connection.execute(update(DRIFT_CHECKS).where(where).values(checked_ns=check.checked_ns, found=check.found))
            return False

    def newest(self, subject: str) -> DriftCheck | None:
        """What holds of a model or a tag; None: nobody has looked yet."""
        return next(iter(self.history(subject, limit=1)), None)

    def newest_of_all(self) -> Sequence[DriftCheck]:
        """What holds of each that was looked at, by its name."""
        newest = select(func.max(DRIFT_CHECKS.c.id)).group_by(DRIFT_CHECKS.c.subject)
        query = select(DRIFT_CHECKS).where(DRIFT_CHECKS.c.id.in_(newest)).order_by(DRIFT_CHECKS.c.subject)
        with self._database.reading() as connection:
            return [_check(row) for row in connection.execute(query)]

    def history(self, subject: str, *, limit: int) -> Sequence[DriftCheck]:
        """What held of it, newest first."""
        with self._database.reading() as connection:
            return [_check(row) for row in connection.execute(_of(subject).limit(limit))]


def _of(subject: str) -> Any:
    return select(DRIFT_CHECKS).where(DRIFT_CHECKS.c.subject == subject).order_by(DRIFT_CHECKS.c.id.desc())


def _check(row: Row[Any]) -> DriftCheck:
    kept = dict(row._mapping)
    del kept["id"]
    return DriftCheck(**kept | {"answer": Drift(kept["answer"])})
