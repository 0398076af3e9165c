"""Alarms and their journal in the catalogue: raised once, changed by one hand at a time, never forgotten."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from bobae.core import Text, UnknownName
from bobae.registry.catalogue.alarm import PRIORITIES, Alarm, AlarmEvent, AlarmState, NewAlarm, Priority, Transition
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import ALARMS, JOURNAL


class AlarmStore:
    """Reads and writes alarms; safe from any thread and from several processes.

    It knows nothing of which state may follow which: `bobae.monitor` does.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, new: NewAlarm) -> Alarm:
        """Keep a new alarm; where its monitor has one that is active, that one is the answer and nothing is written."""
        with self._database.writing() as connection:
            there = connection.execute(
                select(ALARMS).where(ALARMS.c.monitor == new.monitor, ALARMS.c.cleared_ns.is_(None))
            ).one_or_none()
            if there is not None:
                return _alarm(there)
            row = connection.execute(
                insert(ALARMS)
                .values(
                    asdict(new)
                    | _as_json(new)
                    | {"state": AlarmState.UNACKNOWLEDGED, "revision": _next_revision(connection)}
                )
                .returning(ALARMS)
            ).one()
            raised = Transition(
                new.active_ns, AlarmEvent.RAISED, AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, new.model, ""
            )
            _note(connection, row.id, raised)
            return _alarm(row)

    def move(self, alarm_id: int, change: Transition) -> Alarm | None:
        """Bring an alarm from `change.was` to `change.becomes` and note it; None if it is not in that state any more.

        Of two that move the same alarm from the same state at once, one gets the alarm and the other None.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                update(ALARMS)
                .where(ALARMS.c.id == alarm_id, ALARMS.c.state == change.was)
                .values(_moved(change) | {"state": change.becomes, "revision": _next_revision(connection)})
                .returning(ALARMS)
            ).one_or_none()
            if row is None:
                return None
            _note(connection, alarm_id, change)
            return _alarm(row)

    def update(self, alarm: Alarm) -> None:
        """Keep what `alarm` says of its peak, its tags, its meaning and since when it is stale; its state stays."""
        with self._database.writing() as connection:
            connection.execute(
                update(ALARMS)
                .where(ALARMS.c.id == alarm.id)
                .values(
                    peak=alarm.peak,
                    stale_ns=alarm.stale_ns,
                    revision=_next_revision(connection),
                    **_as_json(alarm),
                )
            )

    def get(self, alarm_id: int) -> Alarm:
        """One alarm.

        Raises:
            UnknownName: there is none of that number.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(ALARMS).where(ALARMS.c.id == alarm_id)).one_or_none()
        if row is None:
            raise UnknownName("there is no alarm {number}; the list of alarms has their numbers", number=alarm_id)
        return _alarm(row)

    def page(
        self,
        *,
        limit: int,
        before: int | None = None,
        states: Collection[AlarmState] = (),
        asset: str | None = None,
    ) -> list[Alarm]:
        """At most `limit` alarms, newest first: older than the one numbered `before`, in one of the states, of asset.

        Without states those in all states.
        """
        query = select(ALARMS).order_by(ALARMS.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(ALARMS.c.id < before)
        if states:
            query = query.where(ALARMS.c.state.in_(states))
        if asset is not None:
            query = query.where(ALARMS.c.asset == asset)
        with self._database.reading() as connection:
            return [_alarm(row) for row in connection.execute(query)]

    def of_monitor(self, monitor: str, *, limit: int) -> list[Alarm]:
        """The alarms that a monitor raised last, newest first, whatever their state."""
        query = select(ALARMS).where(ALARMS.c.monitor == monitor).order_by(ALARMS.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [_alarm(row) for row in connection.execute(query)]

    def newest_of(self, monitor: str) -> Alarm | None:
        """The alarm that a monitor raised last, whatever its state."""
        return next(iter(self.of_monitor(monitor, limit=1)), None)

    def first_ns(self, monitor: str) -> int:
        """When a monitor raised its first alarm, ns UTC; 0 if it never did."""
        query = select(func.min(ALARMS.c.active_ns)).where(ALARMS.c.monitor == monitor)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one() or 0)

    def changed_after(self, revision: int, *, limit: int) -> list[Alarm]:
        """Alarms that changed after `revision`, each as it is now, in the order of their last change."""
        query = select(ALARMS).where(ALARMS.c.revision > revision).order_by(ALARMS.c.revision).limit(limit)
        with self._database.reading() as connection:
            return [_alarm(row) for row in connection.execute(query)]

    def revision(self) -> int:
        """The revision of the last change; 0 before the first."""
        with self._database.reading() as connection:
            return _newest_revision(connection)

    def counts(self) -> dict[AlarmState, int]:
        """How many alarms are in each state that still asks for somebody: all but normal."""
        query = select(ALARMS.c.state, func.count()).where(ALARMS.c.state.in_(_OPEN)).group_by(ALARMS.c.state)
        with self._database.reading() as connection:
            found = {AlarmState(state): int(n) for state, n in connection.execute(query)}
        return {state: found.get(state, 0) for state in _OPEN}

    def priorities(self) -> dict[Priority, int]:
        """How many alarms that ask for somebody there are of each priority."""
        query = select(ALARMS.c.priority, func.count()).where(ALARMS.c.state.in_(_OPEN)).group_by(ALARMS.c.priority)
        with self._database.reading() as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(query)}
        return {priority: found.get(priority, 0) for priority in PRIORITIES}

    def journal(self, alarm_id: int) -> list[Transition]:
        """All that happened to an alarm, in order.

        Raises:
            UnknownName: there is none of that number.
        """
        self.get(alarm_id)
        query = select(JOURNAL).where(JOURNAL.c.alarm == alarm_id).order_by(JOURNAL.c.id)
        with self._database.reading() as connection:
            return [
                Transition(
                    row.time_ns,
                    AlarmEvent(row.event),
                    AlarmState(row.was),
                    AlarmState(row.becomes),
                    row.by,
                    row.comment,
                )
                for row in connection.execute(query)
            ]


def alarms_where(connection: Connection, condition: ColumnElement[bool]) -> list[Alarm]:
    """The alarms that a condition on their table holds for, in the order of their numbers."""
    return [_alarm(row) for row in connection.execute(select(ALARMS).where(condition).order_by(ALARMS.c.id))]


_OPEN = tuple(state for state in AlarmState if state is not AlarmState.NORMAL and not state.of_point)
_OVER = (AlarmEvent.CLEARED, AlarmEvent.SUPPRESSED)


def _moved(change: Transition) -> dict[str, Any]:
    """The columns that a change sets beside the state."""
    if change.event is AlarmEvent.ACKNOWLEDGED:
        return {"acknowledged_ns": change.time_ns, "acknowledged_by": change.by, "comment": change.comment}
    if change.event is AlarmEvent.RESET:
        return {}
    if change.event is AlarmEvent.SUPPRESSED and not change.was.active:
        return {"stale_ns": None}
    return {"cleared_ns": change.time_ns if change.event in _OVER else None, "stale_ns": None}


def _note(connection: Connection, alarm_id: int, change: Transition) -> None:
    connection.execute(insert(JOURNAL).values(alarm=alarm_id, **asdict(change)))


def _newest_revision(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(ALARMS.c.revision), 0))).scalar_one())


def _next_revision(connection: Connection) -> int:
    return _newest_revision(connection) + 1


def _as_json(alarm: NewAlarm) -> dict[str, Any]:
    return {"top_tags": [list(pair) for pair in alarm.top_tags], "meaning": alarm.meaning.as_json()}


def _alarm(row: Row[Any]) -> Alarm:
    kept = dict(row._mapping)
    kept["state"] = AlarmState(kept["state"])
    kept["top_tags"] = tuple((str(tag), float(share)) for tag, share in kept["top_tags"])
    kept["meaning"] = Text.from_json(kept["meaning"])
    return Alarm(**kept)
