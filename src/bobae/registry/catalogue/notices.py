"""Who was told of which alarm, and when; noted once the message was taken, so after a crash it may come twice."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import func, insert, select

from bobae.registry.catalogue.alarm import Alarm, AlarmState
from bobae.registry.catalogue.alarms import alarms_where
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import ALARMS, NOTICES

Kind = Literal["raised", "over"]


@dataclass(frozen=True)
class Notice:
    """One alarm in one message: `message` is the same for all alarms that one message told of; ns UTC."""

    receiver: str
    alarm: int
    kind: Kind
    message: int
    sent_ns: int


class NoticeStore:
    """Reads and writes notices; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, notices: Sequence[Notice]) -> None:
        """Keep that these were told."""
        with self._database.writing() as connection:
            for notice in notices:
                there = select(NOTICES.c.id).where(
                    NOTICES.c.receiver == notice.receiver,
                    NOTICES.c.alarm == notice.alarm,
                    NOTICES.c.kind == notice.kind,
                )
                if connection.execute(there).first() is None:
                    connection.execute(insert(NOTICES).values(asdict(notice)))

    def untold(self, receiver: str, *, limit: int) -> list[Alarm]:
        """Alarms that nobody has acknowledged and that this receiver has not been told of, oldest first."""
        told = select(NOTICES.c.alarm).where(NOTICES.c.receiver == receiver, NOTICES.c.kind == "raised")
        waiting = (AlarmState.UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)
        with self._database.reading() as connection:
            return alarms_where(connection, ALARMS.c.state.in_(waiting) & ALARMS.c.id.not_in(told))[:limit]

    def over(self, receiver: str, *, limit: int) -> list[Alarm]:
        """Alarms that this receiver was told of, that are over, and of whose end it was not told."""
        told, ended = (
            select(NOTICES.c.alarm).where(NOTICES.c.receiver == receiver, NOTICES.c.kind == kind)
            for kind in ("raised", "over")
        )
        gone = ALARMS.c.cleared_ns.is_not(None) & ALARMS.c.id.in_(told) & ALARMS.c.id.not_in(ended)
        with self._database.reading() as connection:
            return alarms_where(connection, gone)[:limit]

    def messages_since(self, receiver: str, time_ns: int) -> int:
        """How many messages a receiver got after a time."""
        query = select(func.count(func.distinct(NOTICES.c.message))).where(
            NOTICES.c.receiver == receiver, NOTICES.c.sent_ns > time_ns
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def newest(self, *, limit: int) -> list[Notice]:
        """The last notices, newest first."""
        query = select(NOTICES).order_by(NOTICES.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query)
            return [Notice(r.receiver, r.alarm, r.kind, r.message, r.sent_ns) for r in rows]
