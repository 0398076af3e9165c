"""The follower: asks for the rows behind those it has, and now and then for those that were committed late."""

import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sql

from bobae.connectors.sql import bookmark, values
from bobae.connectors.sql.database import engine_of, place, told
from bobae.connectors.sql.settings import SqlSettings
from bobae.connectors.sql.table import Table, nearest
from bobae.core import Gap, Offered, Readings, Rejected, Text, Texts, Unreachable, Wish, text

_REMEMBERED = 100_000  # rows that are known to have been read, so that none is stored twice for nothing
_TAIL = 4  # pages before the end of a table that is read for the first time, looked through for late rows


class Follower:
    """One connection, used in one thread.

    Args:
        settings: of the source.
        folder: where the bookmark is; None: there is none.

    Raises:
        Unreachable: the database does not answer.
        Refused: it does not let bobae read, or the table is not as the settings say.
    """

    def __init__(self, settings: SqlSettings, folder: Path | None) -> None:
        self._settings, self._folder = settings, folder
        with told(settings):
            self._base: sql.Connection = engine_of(settings).connect()
            self._table = Table(self._base, settings)
        self._read: Any = None  # the growing column of the newest row read
        self._reached: deque[tuple[float, Any]] = deque()  # when it had reached what, on the disk
        self._ends: deque[Any] = deque(maxlen=_TAIL)  # of the last pages
        self._late_from: Any = None  # what is behind it is looked through for late rows
        self._known: dict[int, None] = {}

    def offered(self) -> list[Offered]:
        """What the table has."""
        with told(self._settings):
            return self._table.offered()

    def choose(self, wishes: Sequence[Wish]) -> list[Rejected]:
        """Settle what is read, and from where on; says which wishes the table cannot fulfil."""
        settings = self._settings
        with told(settings):
            kinds, signals = self._table.columns(), self._table.signals()
        known = {name if machine is None else f"{machine}:{name}" for machine, name in signals}
        self._positions = {wish.address: i for i, wish in enumerate(wishes)}
        split = [wish.address.partition(":")[2] if settings.asset else wish.address for wish in wishes]
        self._columns = [str(settings.value)] if settings.name else sorted({c for c in split if kinds.get(c)})
        self._meant = repr(
            (
                settings.table,
                settings.schema,
                settings.order,
                str(settings.timezone),
                sorted(wish.address for wish in wishes),
            )
        )
        if any(wish.since_ns is not None for wish in wishes):
            self._read = self._late_from = bookmark.load(self._folder, self._meant)
        rejected = []
        for wish, column in zip(wishes, split, strict=True):
            if settings.name is None and column in kinds and kinds[column] is None:
                why = text("{address} holds neither a number nor a flag nor a text", address=wish.address)
                rejected.append(Rejected(wish, Gap.WRONG_KIND, why))
            elif wish.address not in known and known:
                rejected.append(Rejected(wish, Gap.NO_SUCH_NODE, self._missing(wish.address, known)))
        self._rejected, self._begun = bool(rejected), self._read
        return rejected

    def newer(self) -> tuple[Readings, Any, bool]:
        """The next rows, what they reach, and whether there may be more."""
        with told(self._settings):
            page = self._table.newer(self._read, self._columns)
        if self._late_from is None and len(self._ends) == _TAIL and not page.more:
            self._late_from = self._ends[0]
        if page.rows:
            self._read = page.rows[-1][0]
            self._ends.append(self._read)
        return self._readings(page.rows), self._read, page.more

    def late(self) -> list[Readings]:
        """Rows that were committed behind ones already read.

        Raises:
            Unreachable: the table has other columns than before, and some that was asked for was not there.
        """
        if self._rejected:
            with told(self._settings):
                changed = self._table.is_changed()
            if changed:  # what was rejected may be there now: it is read from where it was rejected
                bookmark.store(self._folder, self._meant, self._begun)
                raise Unreachable("{where} has other columns now", where=place(self._settings))
        found, after, more = [], self._late_from, self._read is not None
        while more:
            with told(self._settings):
                page = self._table.newer(after, self._columns, self._read)
            new = [row for row in page.rows if hash(repr(row)) not in self._known]
            found += [self._readings(new)] if new else []
            after, more = page.rows[-1][0] if page.rows else after, page.more and bool(page.rows)
        return found

    def reached(self, at: Any) -> None:
        """All rows up to `at` are on the disk: the bookmark follows, behind by as long as a commit may be late."""
        now = time.monotonic()
        self._reached.append((now, at))
        late_from = self._late_from
        # half as long again: the last look for late rows was so long ago
        while self._reached and now - self._reached[0][0] >= 1.5 * self._settings.look_back_s:
            late_from = self._reached.popleft()[1]
        if late_from != self._late_from:
            self._late_from = late_from
            bookmark.store(self._folder, self._meant, late_from)

    def end(self) -> None:
        """Let go of the connection."""
        self._base.close()

    def _missing(self, address: str, known: set[str]) -> Text:
        return text(
            "{table} has no {address!r}; nearest: {nearest}",
            table=self._settings.table,
            address=address,
            nearest=nearest(address, known),
        )

    def _readings(self, rows: Sequence[Sequence[Any]]) -> Readings:
        settings, found = self._settings, []
        for row in rows:
            self._known[hash(repr(row))] = None
            at = values.time_ns(row[1], settings)
            if at is None:
                continue
            machine = f"{row[2]}:" if settings.asset else ""
            names = [str(row[2 + bool(machine)])] if settings.name else self._columns
            for name, cell in zip(names, row[-len(self._columns) or len(row) :], strict=True):
                position = self._positions.get(machine + name)
                if position is not None:
                    found.append((position, at, *values.as_sample(cell, loose=settings.name is not None)))
        while len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return _readings(found)


def _readings(found: Sequence[tuple[int, int, float, int, str | None]]) -> Readings:
    position, time_ns, value, status, texts = zip(*found, strict=True) if found else ((), (), (), (), ())
    words: Texts | None = np.array([*texts, None], dtype=object)[:-1] if any(t is not None for t in texts) else None
    return Readings(
        np.array(position, dtype=np.int32),
        np.array(time_ns, dtype=np.int64),
        np.array(value, dtype=np.float64),
        np.array(status, dtype=np.uint32),
        words,
    )
