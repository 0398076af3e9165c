"""What people say of alarms, and of faults that no alarm told of; and where each limit was moved because of it.

Nothing in it is changed: who thinks again says so anew, and the last word counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Row, func, insert, select

from bobae.core import Text
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.ledger import Outcome
from bobae.registry.catalogue.tables import FEEDBACK, LIMIT_MOVES


@dataclass(frozen=True)
class Feedback:
    """What somebody said; times are ns UTC.

    Attributes:
        asset: path of the machine.
        monitor: whose alarm it was; empty for a fault that no alarm told of.
        outcome: useful, false or missed.
        by: who.
        time_ns: when they said it.
        from_ns, to_ns: from when to when the alarm stood, or the fault lasted.
        alarm: number of the alarm; None for a missed fault.
        comment: what it was, or what was done.
        id: its number; later ones have higher ones.
    """

    asset: str
    monitor: str
    outcome: Outcome
    by: str
    time_ns: int
    from_ns: int
    to_ns: int
    alarm: int | None = None
    comment: str = ""
    id: int = 0


@dataclass(frozen=True)
class LimitMove:
    """Where a monitor's limit stands from `time_ns` on: `factor` times the one that was proved, with the reason."""

    monitor: str
    time_ns: int
    factor: float
    why: Text
    by: str


class FeedbackStore:
    """Reads and writes what people say; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, said: Feedback) -> Feedback:
        """Keep it; it comes back with its number."""
        kept = asdict(said)
        del kept["id"]
        with self._database.writing() as connection:
            made = connection.execute(insert(FEEDBACK).values(kept).returning(FEEDBACK.c.id)).scalar_one()
        return replace(said, id=made)

    def of_alarms(self, alarms: Collection[int]) -> Mapping[int, Feedback]:
        """The last word on each of these alarms, where there is one."""
        newest = select(func.max(FEEDBACK.c.id)).where(FEEDBACK.c.alarm.in_(alarms)).group_by(FEEDBACK.c.alarm)
        with self._database.reading() as connection:
            rows = connection.execute(select(FEEDBACK).where(FEEDBACK.c.id.in_(newest)))
            return {row.alarm: _feedback(row) for row in rows}

    def after(self, number: int, *, asset: str | None = None, limit: int | None = None) -> Sequence[Feedback]:
        """What was said after the one of that number, in order; of one asset, if given."""
        query = select(FEEDBACK).where(FEEDBACK.c.id > number).order_by(FEEDBACK.c.id).limit(limit)
        if asset is not None:
            query = query.where(FEEDBACK.c.asset == asset)
        with self._database.reading() as connection:
            return [_feedback(row) for row in connection.execute(query)]

    def move_limit(self, move: LimitMove) -> None:
        """Keep where a limit stands from now on."""
        with self._database.writing() as connection:
            connection.execute(insert(LIMIT_MOVES).values(asdict(move) | {"why": move.why.as_json()}))

    def limits(self) -> Mapping[str, float]:
        """Monitor -> the factor on its limit, where it was ever moved."""
        newest = select(func.max(LIMIT_MOVES.c.id)).group_by(LIMIT_MOVES.c.monitor)
        with self._database.reading() as connection:
            rows = connection.execute(select(LIMIT_MOVES).where(LIMIT_MOVES.c.id.in_(newest)))
            return {row.monitor: row.factor for row in rows}

    def moves(self, monitor: str) -> Sequence[LimitMove]:
        """Each move of a monitor's limit, in order."""
        query = select(LIMIT_MOVES).where(LIMIT_MOVES.c.monitor == monitor).order_by(LIMIT_MOVES.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return [LimitMove(r.monitor, r.time_ns, r.factor, Text.from_json(r.why), r.by) for r in rows]


def _feedback(row: Row[Any]) -> Feedback:
    kept = dict(row._mapping)
    return Feedback(**kept | {"outcome": Outcome(kept["outcome"])})
