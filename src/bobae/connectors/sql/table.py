"""The table: its columns, which addresses it has, and its rows page by page along the column that grows."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql
from sqlalchemy import types

from bobae.connectors.sql.settings import SqlSettings
from bobae.core import Offered, Refused

PAGE = 5_000  # rows
_NAMED = 100_000  # of the newest rows, among which signals and machines are looked for
_NUMBERS = (types.Integer, types.Numeric, types.Float)
_KINDS = ((types.Boolean, "flag"), (_NUMBERS, "number"), (types.String, "text"))


@dataclass(frozen=True)
class Page:
    """Rows in order: the growing column, the time, then what else was asked for; and whether there may be more."""

    rows: Sequence[Sequence[Any]]
    more: bool


class Table:
    """Used in one thread.

    Args:
        base: an open connection.
        settings: of the source.

    Raises:
        Refused: there is no such table, or it lacks a column that the settings name.
    """

    def __init__(self, base: sql.Connection, settings: SqlSettings) -> None:
        self._base, self._settings = base, settings
        inspector = sql.inspect(base)
        names = [*inspector.get_table_names(settings.schema), *inspector.get_view_names(settings.schema)]
        if settings.table not in names:
            raise Refused(
                "the database has no table {name!r}; nearest: {nearest}",
                name=settings.table,
                nearest=nearest(settings.table, names),
            )
        self._types = {one["name"]: one["type"] for one in inspector.get_columns(settings.table, settings.schema)}
        for name in (settings.time, settings.order, settings.asset, settings.name, settings.value):
            if name is not None and name not in self._types:
                raise Refused(
                    "the table {table} has no column {name!r}; nearest: {nearest}",
                    table=settings.table,
                    name=name,
                    nearest=nearest(name, self._types),
                )
        self._of = sql.table(settings.table, *map(sql.column, self._types), schema=settings.schema)
        base.rollback()

    def columns(self) -> dict[str, str | None]:
        """The measured columns with the kind of each; None: neither a number nor a flag nor a text."""
        settings = self._settings
        keys = {settings.time, settings.order, settings.asset, settings.name}
        return {
            name: next((kind for of, kind in _KINDS if isinstance(held, of)), None)
            for name, held in self._types.items()
            if name not in keys
        }

    def is_changed(self) -> bool:
        """Whether it has other columns by now."""
        now = sql.inspect(self._base).get_columns(self._settings.table, self._settings.schema)
        self._base.rollback()
        return {one["name"] for one in now} != set(self._types)

    def signals(self) -> list[tuple[str | None, str]]:
        """The machine (None: there is one only) and the column or name of all signals among the newest rows."""
        settings = self._settings
        keys = [self._of.c[name] for name in (settings.asset, settings.name) if name is not None]
        found: list[Sequence[Any]] = [()]
        if keys:
            newest = sql.select(*keys).order_by(self._of.c[settings.order].desc()).limit(_NAMED).subquery()
            found = [tuple(row) for row in self._answer(sql.select(*newest.c).distinct())]
        columns = [] if settings.name else list(self.columns())
        signals = []
        for row in sorted(found, key=str):
            machine = str(row[0]) if settings.asset else None
            signals += [(machine, name) for name in columns or [str(row[-1])]]
        return signals

    def offered(self) -> list[Offered]:
        """Every signal with its address."""
        kinds = self.columns()
        return [
            Offered(
                name if machine is None else f"{machine}:{name}",
                name if machine is None else f"{machine}/{name}",
                kinds.get(name if self._settings.name is None else str(self._settings.value)),
            )
            for machine, name in self.signals()
        ]

    def newer(self, after: Any, columns: Sequence[str], until: Any = None) -> Page:
        """The next rows behind `after` (None: from the first on), not cut between rows of equal order."""
        order = self._of.c[self._settings.order]
        query = self._selected(columns).where(order.is_not(None)).order_by(order).limit(PAGE)
        query = query if after is None else query.where(order > self._bound(after))
        query = query if until is None else query.where(order <= self._bound(until))
        rows = self._answer(query)
        if len(rows) < PAGE:
            return Page(rows, more=False)
        last = rows[-1][0]
        whole = [row for row in rows if row[0] != last]
        if whole:
            return Page(whole, more=True)
        return Page(self._answer(self._selected(columns).where(order == self._bound(last))), more=True)

    def _selected(self, columns: Sequence[str]) -> sql.Select[Any]:
        settings = self._settings
        keys = [name for name in (settings.asset, settings.name) if name is not None]
        return sql.select(
            *(
                self._of.c[name].label(f"c{i}")
                for i, name in enumerate([settings.order, settings.time, *keys, *columns])
            )
        )

    def _bound(self, value: Any) -> Any:
        # SQLite keeps times as texts: what it gave is what it is asked for
        plain = self._base.dialect.name == "sqlite"
        return sql.bindparam(None, value, types.NullType() if plain else self._types[self._settings.order])

    def _answer(self, query: sql.Select[Any]) -> list[Any]:
        """All rows; no transaction stays open behind them."""
        try:
            return list(self._base.execute(query).fetchall())
        finally:
            self._base.rollback()


def nearest(name: str, known: Iterable[str]) -> str:
    """The known names most like `name`."""
    known = sorted(known)
    return ", ".join(difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:8]) or "-"
