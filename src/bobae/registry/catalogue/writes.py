"""Orders to write to the plant, the people of the plant, and the audit: changed together or not at all."""

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bobae.core import Text, UnknownName
from bobae.core.access import UserRole
from bobae.registry.catalogue.audit import Audit
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.order import Order, OrderState, Person, Switch
from bobae.registry.catalogue.passes import Passes
from bobae.registry.catalogue.tables import WRITE_DESK, WRITE_ORDERS, WRITE_PERSONS


class Orders:
    """The orders inside one transaction. Which state may follow which is for `bobae.write` to know."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, number: int) -> Order:
        """One order.

        Raises:
            UnknownName: there is none of that number.
        """
        row = self._connection.execute(select(WRITE_ORDERS).where(WRITE_ORDERS.c.id == number)).one_or_none()
        if row is None:
            raise UnknownName("there is no order {number}; `bobae write list` shows which there are", number=number)
        return _order(row)

    def put(self, order: Order) -> Order:
        """Keep a new order; it comes back with its number."""
        kept = _row(order)
        del kept["id"]
        made = self._connection.execute(insert(WRITE_ORDERS).values(kept).returning(WRITE_ORDERS.c.id)).scalar_one()
        return replace(order, id=made)

    def keep(self, order: Order) -> None:
        """Keep an order as it is now."""
        self._connection.execute(update(WRITE_ORDERS).where(WRITE_ORDERS.c.id == order.id).values(_row(order)))

    def page(
        self,
        *,
        states: Collection[OrderState] = (),
        tag: str | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> list[Order]:
        """Orders, newest first: older than the one numbered `before`, in one of the states, of the tag."""
        query = select(WRITE_ORDERS).order_by(WRITE_ORDERS.c.id.desc()).limit(limit)
        if states:
            query = query.where(WRITE_ORDERS.c.state.in_(states))
        if tag is not None:
            query = query.where(WRITE_ORDERS.c.tag == tag)
        if before is not None:
            query = query.where(WRITE_ORDERS.c.id < before)
        return [_order(row) for row in self._connection.execute(query)]

    def sent_since(self, tag: str, time_ns: int) -> int:
        """How many orders for the tag were given to its device after `time_ns`."""
        query = select(func.count()).where(WRITE_ORDERS.c.tag == tag, WRITE_ORDERS.c.sent_ns > time_ns)
        return int(self._connection.execute(query).scalar_one())


class People:
    """The persons inside one transaction; upper and lower case are the same name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, name: str) -> Person | None:
        """The person of that name, removed ones too."""
        query = select(WRITE_PERSONS).where(WRITE_PERSONS.c.key == _key(name))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _person(row)

    def all(self) -> list[Person]:
        """Everybody, removed ones too, in the order of their names."""
        query = select(WRITE_PERSONS).order_by(WRITE_PERSONS.c.key)
        return [_person(row) for row in self._connection.execute(query)]

    def users(self) -> list[Person]:
        """Those who can sign in, in the order of their names."""
        return [person for person in self.all() if person.is_user]

    def keep(self, person: Person) -> None:
        """Keep a person as they are now, new or not."""
        kept, key = asdict(person), _key(person.name)
        if self.find(person.name) is None:
            self._connection.execute(insert(WRITE_PERSONS).values(key=key, **kept))
        else:
            self._connection.execute(update(WRITE_PERSONS).where(WRITE_PERSONS.c.key == key).values(kept))


class Book:
    """People, what they order, and what happened, inside one transaction.

    Attributes:
        orders: the orders.
        people: who may give them, and who can sign in.
        passes: what those who did are recognised by.
        audit: what happened.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.orders, self.people, self.audit = Orders(connection), People(connection), Audit(connection)
        self.passes = Passes(connection)

    @property
    def switch(self) -> Switch:
        """Whether bobae may write at all."""
        row = self._connection.execute(select(WRITE_DESK)).one()
        return Switch(row.stopped_ns, row.by, row.because, row.allow_by, row.allow_ns)

    def turn(self, switch: Switch) -> None:
        """Set the switch."""
        self._connection.execute(update(WRITE_DESK).values(asdict(switch)))


class WriteStore:
    """The book of orders; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def changing(self) -> Iterator[Book]:
        """The book for one who changes it: nobody else does meanwhile, and an error undoes all of it."""
        with self._database.writing() as connection:
            yield Book(connection)

    @contextlib.contextmanager
    def looking(self) -> Iterator[Book]:
        """The book for one who only reads, all from one moment."""
        with self._database.reading() as connection:
            yield Book(connection)


def _key(name: str) -> str:
    return name.casefold()


def _row(order: Order) -> dict[str, Any]:
    row = asdict(order) | {"approved_by": list(order.approved_by)}
    row["why"] = None if order.why is None else order.why.as_json()
    return row


def _order(row: Row[Any]) -> Order:
    kept = dict(row._mapping)
    kept["state"], kept["approved_by"] = OrderState(kept["state"]), tuple(kept["approved_by"])
    kept["why"] = None if kept["why"] is None else Text.from_json(kept["why"])
    for name in ("value", "before", "shown", "safe"):
        if type(kept[name]) is int:  # as SQLite keeps 120.0
            kept[name] = float(kept[name])
    return Order(**kept)


def _person(row: Row[Any]) -> Person:
    kept = dict(row._mapping)
    del kept["key"]
    kept["role"] = None if kept["role"] is None else UserRole(kept["role"])
    return Person(**kept)
