"""Alarm points: what can raise an alarm, and whether it may call anybody now (ISA-18.2: shelved, suppressed, out).

A point that nobody ever suppressed has no row. Which change may follow which is for `bobae.monitor` to know.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import POINT_JOURNAL, POINTS


class PointEvent(StrEnum):
    """What can happen to a point."""

    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SHELF_OVER = "shelf_over"
    SUPPRESSED = "suppressed_by_design"
    UNSUPPRESSED = "unsuppressed_by_design"
    TAKEN_OUT = "taken_out_of_service"
    RETURNED = "returned_to_service"


@dataclass(frozen=True)
class Suppression:
    """Why a point calls nobody: since when, by whom, until when (None: until somebody ends it); ns UTC."""

    since_ns: int
    by: str
    because: str
    until_ns: int | None = None


@dataclass(frozen=True)
class AlarmPoint:
    """One point that can raise an alarm; three ways of suppression may hold at once.

    Attributes:
        name: of the monitor or rule, such as 'press/line1/press3:anomaly'.
        asset: path of the machine.
        shelved: put away for a time by a person.
        by_design: of no meaning as the machine is now.
        out_of_service: taken out by a person.
        revision: grows over all points with every change.
    """

    name: str
    asset: str
    shelved: Suppression | None = None
    by_design: Suppression | None = None
    out_of_service: Suppression | None = None
    revision: int = 0


@dataclass(frozen=True)
class PointChange:
    """One entry of a point's journal."""

    point: str
    time_ns: int
    event: PointEvent
    by: str
    because: str
    until_ns: int | None = None


class PointStore:
    """Reads and writes alarm points; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> AlarmPoint | None:
        """One point; None if it was never suppressed."""
        with self._database.reading() as connection:
            row = connection.execute(select(POINTS).where(POINTS.c.name == name)).one_or_none()
        return None if row is None else _point(row)

    def changed_after(self, revision: int) -> list[AlarmPoint]:
        """Points that changed after `revision`, each as it is now, in the order of their last change."""
        query = select(POINTS).where(POINTS.c.revision > revision).order_by(POINTS.c.revision)
        with self._database.reading() as connection:
            return [_point(row) for row in connection.execute(query)]

    def change(self, name: str, asset: str, how: Mapping[str, Suppression | None], entry: PointChange) -> bool:
        """Set some of a point's suppressions and note it; False where all were so before, and nothing is written.

        Args:
            name: of the point.
            asset: its machine.
            how: 'shelved', 'by_design' or 'out_of_service' -> what holds from now on; None: no more.
            entry: for the journal.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(POINTS).where(POINTS.c.name == name)).one_or_none()
            there = AlarmPoint(name, asset) if row is None else _point(row)
            if all(getattr(there, which) == holds for which, holds in how.items()):
                return False
            values: dict[str, Any] = {which: None if holds is None else asdict(holds) for which, holds in how.items()}
            values["revision"] = _next_revision(connection)
            if row is None:
                connection.execute(insert(POINTS).values(name=name, asset=asset, **values))
            else:
                connection.execute(update(POINTS).where(POINTS.c.name == name).values(values))
            connection.execute(insert(POINT_JOURNAL).values(asdict(entry)))
            return True

    def journal(self, name: str) -> list[PointChange]:
        """All that happened to a point, in order."""
        query = select(POINT_JOURNAL).where(POINT_JOURNAL.c.point == name).order_by(POINT_JOURNAL.c.id)
        with self._database.reading() as connection:
            return [
                PointChange(row.point, row.time_ns, PointEvent(row.event), row.by, row.because, row.until_ns)
                for row in connection.execute(query)
            ]


def _next_revision(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(POINTS.c.revision), 0))).scalar_one()) + 1


def _point(row: Row[Any]) -> AlarmPoint:
    kept = dict(row._mapping)
    for which in ("shelved", "by_design", "out_of_service"):
        kept[which] = None if kept[which] is None else Suppression(**kept[which])
    return AlarmPoint(**kept)
