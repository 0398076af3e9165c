"""What versions on trial would have alarmed, beside what the live one did; nobody was called by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import SHADOW_ALARMS, SHADOW_RUNS


@dataclass(frozen=True)
class ShadowRun:
    """One version on trial; times in ns UTC.

    Attributes:
        begun_ns: since when.
        until_ns: the last row that it has scored.
        scored_ns: how much time those rows stand for; what nobody scored in between is not in it.
    """

    model: str
    version: int
    begun_ns: int
    until_ns: int
    scored_ns: int


@dataclass(frozen=True)
class ShadowAlarm:
    """An alarm that a version on trial would have raised; `over_ns` None: it is not over."""

    begun_ns: int
    over_ns: int | None
    peak: float


class ShadowStore:
    """Reads and writes the trials; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, model: str, version: int, time_ns: int) -> ShadowRun:
        """The trial of a version, begun now unless it was before."""
        where = (SHADOW_RUNS.c.model == model, SHADOW_RUNS.c.version == version)
        with self._database.writing() as connection:
            if connection.execute(select(SHADOW_RUNS).where(*where)).one_or_none() is None:
                begun = ShadowRun(model, version, time_ns, time_ns, 0)
                connection.execute(insert(SHADOW_RUNS).values(vars(begun)))
            return ShadowRun(**connection.execute(select(SHADOW_RUNS).where(*where)).one()._mapping)

    def run(self, model: str, version: int) -> ShadowRun | None:
        """How far the trial of a version is; None: it has not begun."""
        where = (SHADOW_RUNS.c.model == model, SHADOW_RUNS.c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(select(SHADOW_RUNS).where(*where)).one_or_none()
        return None if row is None else ShadowRun(**row._mapping)

    def scored(self, model: str, version: int, until_ns: int, more_ns: int) -> None:
        """Keep that it has scored up to a row, and how much more time that was."""
        where = (SHADOW_RUNS.c.model == model, SHADOW_RUNS.c.version == version)
        more = {"until_ns": until_ns, "scored_ns": SHADOW_RUNS.c.scored_ns + more_ns}
        with self._database.writing() as connection:
            connection.execute(update(SHADOW_RUNS).where(*where).values(more))

    def begins(self, model: str, version: int, time_ns: int, peak: float) -> None:
        """It would have raised an alarm."""
        values = {"model": model, "version": version, "begun_ns": time_ns, "peak": peak}
        with self._database.writing() as connection:
            connection.execute(insert(SHADOW_ALARMS).values(values))

    def ends(self, model: str, version: int, time_ns: int, peak: float) -> None:
        """The alarm that it would have raised would be over."""
        table = SHADOW_ALARMS
        where = (table.c.model == model, table.c.version == version, table.c.over_ns.is_(None))
        with self._database.writing() as connection:
            connection.execute(update(table).where(*where).values(over_ns=time_ns, peak=peak))

    def alarms(self, model: str, version: int) -> Sequence[ShadowAlarm]:
        """All that it would have raised, oldest first."""
        table = SHADOW_ALARMS
        query = select(table).where(table.c.model == model, table.c.version == version).order_by(table.c.id)
        with self._database.reading() as connection:
            return [ShadowAlarm(row.begun_ns, row.over_ns, row.peak) for row in connection.execute(query)]
