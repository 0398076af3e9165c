"""Each time that an alarm called somebody, out of the journal: what the figures of an alarm system are counted from."""

import numpy as np
from sqlalchemy import func, or_, select

from bobae.evidence.eemua import Annunciations
from bobae.registry.catalogue.alarm import AlarmEvent, AlarmState
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import ALARMS, JOURNAL


class CallStore:
    """Reads the calls; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, t0_ns: int, t1_ns: int, *, asset: str | None = None) -> Annunciations:
        """All calls before t1 whose cause was not yet gone at t0, in time order; of one asset, if given."""
        over = JOURNAL.alias()
        ended = (
            select(func.min(over.c.time_ns))
            .where(over.c.alarm == JOURNAL.c.alarm, over.c.id > JOURNAL.c.id, over.c.event == AlarmEvent.CLEARED)
            .scalar_subquery()
        )
        query = (
            select(JOURNAL.c.time_ns, ended.label("ended_ns"), ALARMS.c.monitor, ALARMS.c.priority)
            .join(ALARMS, ALARMS.c.id == JOURNAL.c.alarm)
            .where(
                JOURNAL.c.becomes == AlarmState.UNACKNOWLEDGED,
                JOURNAL.c.time_ns < t1_ns,
                or_(ALARMS.c.cleared_ns.is_(None), ALARMS.c.cleared_ns >= t0_ns),
            )
            .order_by(JOURNAL.c.time_ns, JOURNAL.c.id)
        )
        if asset is not None:
            query = query.where(ALARMS.c.asset == asset)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return Annunciations(
            time_ns=np.array([row.time_ns for row in rows], dtype=np.int64),
            ended_ns=np.array([-1 if row.ended_ns is None else row.ended_ns for row in rows], dtype=np.int64),
            points=tuple(row.monitor for row in rows),
            priorities=tuple(row.priority for row in rows),
        )
