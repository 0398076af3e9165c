"""The rationalisation records of a plant's alarm points: the master alarm database of ISA-18.2, with its history.

A record is never changed: whatever of it is another one makes a new revision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select

from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import ALARM_RECORDS


@dataclass(frozen=True)
class AlarmRecord:
    """One revision of what is written down about one alarm point.

    Attributes:
        point: a monitor or a rule on a machine.
        number: 1 for the first revision.
        time_ns: since when it holds, ns UTC.
        changed: names of what is another than in the revision before; in the first one all.
        record: what holds, plain JSON values.
    """

    point: str
    number: int
    time_ns: int
    changed: Sequence[str]
    record: Mapping[str, Any]


class RecordStore:
    """Reads and writes the records; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, records: Mapping[str, Mapping[str, Any]], time_ns: int) -> Sequence[AlarmRecord]:
        """A new revision for each point whose record is another one than before; those that were made."""
        made = []
        with self._database.writing() as connection:
            before = {row.point: _record(row) for row in connection.execute(_newest())}
            for point, record in records.items():
                old = before.get(point)
                known = {} if old is None else old.record
                changed = sorted(name for name in {*known, *record} if known.get(name) != record.get(name))
                if old is None or changed:
                    number = 1 if old is None else old.number + 1
                    made.append(AlarmRecord(point, number, time_ns, changed, record))
            if made:
                connection.execute(insert(ALARM_RECORDS), [vars(one) for one in made])
        return made

    def newest(self, *, after: str = "", limit: int | None = None) -> Sequence[AlarmRecord]:
        """The record that holds of each point, by its name, beginning after one."""
        query = _newest().where(ALARM_RECORDS.c.point > after).limit(limit)
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(query)]

    def history(self, point: str) -> Sequence[AlarmRecord]:
        """All revisions of one point's record, oldest first."""
        query = select(ALARM_RECORDS).where(ALARM_RECORDS.c.point == point).order_by(ALARM_RECORDS.c.number)
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(query)]


def _newest() -> Any:
    newest = select(func.max(ALARM_RECORDS.c.id)).group_by(ALARM_RECORDS.c.point)
    return select(ALARM_RECORDS).where(ALARM_RECORDS.c.id.in_(newest)).order_by(ALARM_RECORDS.c.point)


def _record(row: Row[Any]) -> AlarmRecord:
    kept = dict(row._mapping)
    del kept["id"]
    return AlarmRecord(**kept)
