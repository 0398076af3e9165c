"""Cases: the one thing a person works on at a machine, with all the alarms that belong to it.

A machine has one open case at the most. Which alarm opens or joins one is for `bobae.monitor` to know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bobae.core import UnknownName
from bobae.registry.catalogue.alarm import Alarm
from bobae.registry.catalogue.alarms import alarms_where
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import ALARMS, CASE_ALARMS, CASES, FOLLOWED


@dataclass(frozen=True)
class Case:
    """One case; times are ns UTC.

    Attributes:
        id: its number; later cases have higher ones.
        asset: path of the machine.
        opened_ns: when its first alarm was raised.
        over_ns: since when all its alarms are over; None: one is not.
        closed_ns: when it was closed; None: it is open.
        closed_by: who closed it; empty: it closed by itself.
        found: what it was.
        done: what was done about it.
    """

    id: int
    asset: str
    opened_ns: int
    over_ns: int | None = None
    closed_ns: int | None = None
    closed_by: str = ""
    found: str = ""
    done: str = ""


class CaseStore:
    """Reads and writes cases; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def join(self, alarms: Iterable[Alarm], revision: int, *, follower: str) -> list[Case]:
        """Each alarm into the open case of its machine, opened where there is none; what came of the cases.

        How far the follower is, is kept in the same transaction: after a restart nothing is joined twice or left out.
        """
        touched: dict[int, None] = {}
        with self._database.writing() as connection:
            for alarm in alarms:
                number = connection.execute(
                    select(CASE_ALARMS.c.case).where(CASE_ALARMS.c.alarm == alarm.id)
                ).scalar_one_or_none()
                if number is None:
                    number = _open_case(connection, alarm.asset, alarm.active_ns)
                    connection.execute(insert(CASE_ALARMS).values(alarm=alarm.id, case=number))
                touched[number] = None
            for number in touched:
                _note_over(connection, number)
            there = connection.execute(
                update(FOLLOWED).where(FOLLOWED.c.name == follower).values(revision=revision).returning(FOLLOWED.c.name)
            ).one_or_none()
            if there is None:
                connection.execute(insert(FOLLOWED).values(name=follower, revision=revision))
            rows = connection.execute(select(CASES).where(CASES.c.id.in_(touched)).order_by(CASES.c.id))
            return [_case(row) for row in rows]

    def followed(self, follower: str) -> int:
        """Up to which revision of the alarms a follower is; 0 before its first step."""
        query = select(FOLLOWED.c.revision).where(FOLLOWED.c.name == follower)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one_or_none() or 0)

    def get(self, number: int) -> Case:
        """One case.

        Raises:
            UnknownName: there is none of that number.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(CASES).where(CASES.c.id == number)).one_or_none()
        if row is None:
            raise UnknownName("there is no case {number}; the list of cases has their numbers", number=number)
        return _case(row)

    def page(
        self, *, limit: int, before: int | None = None, is_open: bool | None = None, asset: str | None = None
    ) -> list[Case]:
        """At most `limit` cases, newest first: older than the one numbered `before`, open or closed, of asset."""
        query = select(CASES).order_by(CASES.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(CASES.c.id < before)
        if is_open is not None:
            query = query.where(CASES.c.closed_ns.is_(None) if is_open else CASES.c.closed_ns.is_not(None))
        if asset is not None:
            query = query.where(CASES.c.asset == asset)
        with self._database.reading() as connection:
            return [_case(row) for row in connection.execute(query)]

    def alarms(self, number: int) -> Sequence[Alarm]:
        """The alarms of a case, in the order they were raised."""
        query = select(CASE_ALARMS.c.alarm).where(CASE_ALARMS.c.case == number)
        with self._database.reading() as connection:
            return alarms_where(connection, ALARMS.c.id.in_(query))

    def of_alarm(self, alarm: int) -> Case | None:
        """The case that an alarm belongs to; None: it has not joined one yet."""
        query = select(CASES).join(CASE_ALARMS, CASE_ALARMS.c.case == CASES.c.id).where(CASE_ALARMS.c.alarm == alarm)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def close(self, number: int, *, time_ns: int, by: str, found: str, done: str) -> bool:
        """Close a case; False where it was closed before, and nothing is changed."""
        with self._database.writing() as connection:
            row = connection.execute(
                update(CASES)
                .where(CASES.c.id == number, CASES.c.closed_ns.is_(None))
                .values(closed_ns=time_ns, closed_by=by, found=found, done=done)
                .returning(CASES.c.id)
            ).one_or_none()
            return row is not None

    def close_over(self, before_ns: int, *, time_ns: int) -> int:
        """Close those all of whose alarms have been over, and noticed, since before `before_ns`; how many."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(CASES)
                .where(CASES.c.closed_ns.is_(None), CASES.c.over_ns < before_ns)
                .values(closed_ns=time_ns)
                .returning(CASES.c.id)
            ).all()
            return len(done)


def _open_case(connection: Connection, asset: str, opened_ns: int) -> int:
    query = select(CASES.c.id).where(CASES.c.asset == asset, CASES.c.closed_ns.is_(None))
    number = connection.execute(query).scalar_one_or_none()
    if number is None:
        values = {"asset": asset, "opened_ns": opened_ns, "closed_by": "", "found": "", "done": ""}
        number = connection.execute(insert(CASES).values(values).returning(CASES.c.id)).scalar_one()
    return int(number)


def _note_over(connection: Connection, number: int) -> None:
    """Since when all its alarms are over and noticed."""
    of_case = select(CASE_ALARMS.c.alarm).where(CASE_ALARMS.c.case == number)
    rows = connection.execute(select(ALARMS.c.state, ALARMS.c.cleared_ns).where(ALARMS.c.id.in_(of_case))).all()
    is_over = all(row.state == "normal" for row in rows)
    over_ns = max((row.cleared_ns or 0 for row in rows), default=None) if is_over else None
    connection.execute(update(CASES).where(CASES.c.id == number).values(over_ns=over_ns))


def _case(row: Row[Any]) -> Case:
    return Case(**row._mapping)
