"""A table read part by part as samples: what a file holds, and what is new at the end of one that grows.

Where a whole file is there, a column is understood by all its cells; a file that grows is never whole. So each cell
is read for itself here: a number, `true` or `false`, a text as it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.connectors.files import cells, clock, columns, group, times, units
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.content import Content, recognise
from bobae.connectors.files.delimited import TextSource
from bobae.connectors.files.source import Rows, Source
from bobae.connectors.files.tail import Tail
from bobae.core import BadInput, Bools, Floats, Gap, Ints, Kind, Role, Samples, Statuses, Texts

Form = Literal["number", "flag", "text"]
_FLAGS = {"true": 1.0, "false": 0.0}
_NS = 1e9


@dataclass(frozen=True)
class Reads:
    """How times are to be understood where a file does not say it.

    Attributes:
        timezone: IANA zone of times that name none; None takes them as UTC.
        time: the column with the time; None: it is found.
        dates: 'dmy', 'mdy' or 'ymd2' for dates such as 03/04/26; None: the file tells.
    """

    timezone: str | None = None
    time: str | None = None
    dates: str | None = None


@dataclass(frozen=True)
class Part:
    """Some rows of a file.

    Attributes:
        samples: `tag` is the place of the column among those asked for.
        end: up to which byte of the file they reach.
        timeless: how many rows had no time and were left out.
        more: whether more can be read at once.
    """

    samples: Samples
    end: int
    timeless: int = 0
    more: bool = False


class Table:
    """One file, looked at: which column is its time, and what the others hold.

    Args:
        path: the file.
        reads: how its times are to be understood.

    Raises:
        BadInput: it is damaged, no table, or has no column with times.
    """

    def __init__(self, path: Path, reads: Reads) -> None:
        self._reads = reads
        self._source: Source = group.open_source(path)
        source = self._source
        self._tail = Tail(source) if _may_grow(source) and isinstance(source, TextSource) else None
        self._whole: Rows | None = None
        first = self._sample() if self._tail else self._all().columns
        named = dict(zip(source.names, first, strict=True))
        self._time = self._time_columns(named)
        self.columns = tuple(name for name in source.names if name not in self._time)
        self._units_behind = {
            name: cells.unit_behind(_texts(named[name]))
            for name in self.columns
            if pa.types.is_string(named[name].type)
        }
        self.forms: dict[str, Form] = {name: _form(named[name]) for name in self.columns}
        self.rows_seen = len(first[0])
        self.shape = "|".join([*self._time, "", *self.columns])

    @property
    def grows(self) -> bool:
        """Whether rows can be read from within it: it is plain text, a line a row."""
        return self._tail is not None

    @property
    def units(self) -> dict[str, str | None]:
        """The unit (UCUM) of each column, as far as the file tells it."""
        return dict(zip(self._source.names, self._source.units, strict=True))

    def part(self, wanted: Sequence[str], start: int, most: int, *, final: bool = False) -> Part:
        """The rows from byte `start` on; all rows of a file that does not grow.

        Args:
            wanted: columns.
            start: 0, or where an earlier part ended.
            most: bytes to read at once.
            final: whether a last line without a line end counts: nobody has written on for long.

        Raises:
            BadInput: it is damaged.
        """
        if self._tail is None:
            rows = self._all()
            return self._cut(dict(zip(self._source.names, rows.columns, strict=True)), wanted, 0, self._source.size)
        data = self._tail.read(start, most, final=final)
        before = self._tail.rows(data.before, []) if data.before else None
        if not data.rows:
            return Part(Samples.of([], [], []), data.end, more=data.more)
        rows = self._tail.rows(data.before + data.rows, [n for n in wanted if self.forms[n] != "number"])
        skip = len(before.columns[0]) if before else 0
        part = self._cut(dict(zip(self._source.names, rows.columns, strict=True)), wanted, skip, data.end)
        return replace(part, more=data.more)

    def _all(self) -> Rows:
        """All rows of a file that does not grow; let go of with the table."""
        if self._whole is None:
            guesses = [Guess.TEXT if guess is Guess.EMPTY else guess for guess in self._source.guesses]
            self._whole = self._source.read(guesses, lambda _: None)
        return self._whole

    def _sample(self) -> list[pa.ChunkedArray]:
        """The first rows, as texts."""
        assert isinstance(self._source, TextSource)
        rows = [row for row in self._source.layout.rows if len(row) == len(self._source.names)]
        shown = (
            [None if cells.is_missing(cell) else cell.strip() for cell in column] for column in zip(*rows, strict=True)
        )
        return [pa.chunked_array([pa.array(column, pa.string())]) for column in shown]

    def _time_columns(self, named: Mapping[str, pa.ChunkedArray]) -> list[str]:
        """The column with the time, or a date and a clock."""
        asked = self._reads.time
        if asked is not None:
            named = {name: column for name, column in named.items() if name in (asked, units.bare_name(asked))}
        fields = [columns.understand(name, column, None, self._source.decimal)[0] for name, column in named.items()]
        settled = clock.settle(fields, np.zeros(len(next(iter(named.values()), [])), np.int64), self._reads.timezone)
        chosen = next((field.name for field in settled.fields if field.role is Role.TIME), None)
        if chosen is None or any(finding.code == "relative_time" for finding in settled.findings):
            raise BadInput(
                "no column of {path} holds dates and times, so nobody can say when its rows were true; name it with "
                "the setting `time`: {columns}",
                path=self._source.path,
                columns=", ".join(self._source.names[:20]),
            )
        if chosen in named:
            return [chosen]
        return next([a, b] for a in named for b in named if f"{a} {b}" == chosen)

    def _cut(self, named: Mapping[str, pa.ChunkedArray], wanted: Sequence[str], skip: int, end: int) -> Part:
        """The rows after the first `skip`, which only tell how the times of the others are meant."""
        time_ns, valid = self._times({name: named[name] for name in self._time})
        time_ns, valid = time_ns[skip:], valid[skip:]
        read = [self._cells(name, named[name].slice(skip).combine_chunks()) for name in wanted]
        rows = int(valid.sum())
        texts = None
        if any(text is not None for _, _, text in read):
            blank: Texts = np.full(len(valid), None, dtype=object)
            texts = np.concatenate([(blank if text is None else text)[valid] for _, _, text in read])
        samples = Samples(
            np.repeat(np.arange(len(wanted), dtype=np.int32), rows),
            np.tile(time_ns[valid], len(wanted)),
            np.concatenate([value[valid] for value, _, _ in read]) if read else np.empty(0),
            np.concatenate([status[valid] for _, status, _ in read]) if read else np.empty(0, np.uint32),
            text=texts,
        )
        return Part(samples, end, len(valid) - rows)

    def _times(self, named: Mapping[str, pa.ChunkedArray]) -> tuple[Ints, Bools]:
        fields = []
        for name, column in named.items():
            field, _ = columns.understand(name, column, None, self._source.decimal)
            if self._reads.dates and field.form is not None and field.form.date == "abc":
                field = replace(field, times=times.parse(column, field.form, order=self._reads.dates))
            fields.append(field)
        rows = fields[0].rows
        settled = clock.settle(fields, np.zeros(rows, np.int64), self._reads.timezone)
        found = next((field for field in settled.fields if field.role is Role.TIME and field.kind is Kind.TIME), None)
        if found is None:
            return np.zeros(rows, np.int64), np.zeros(rows, bool)
        valid = found.values.is_valid().to_numpy()
        ns = pc.fill_null(found.values.cast(pa.int64()), 0).to_numpy()
        return ns, valid & (ns >= 0)

    def _cells(self, name: str, column: pa.Array) -> tuple[Floats, Statuses, Texts | None]:
        """A column cell by cell: value, status, and texts where there are some."""
        texts = None
        if pa.types.is_timestamp(column.type):
            value = (
                column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_numpy(zero_copy_only=False) / _NS
            )
        elif pa.types.is_string(column.type):
            value, texts = self._words(name, column)
        else:
            value = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        status = np.zeros(len(value), dtype=np.uint32)
        nothing = np.isnan(value) if texts is None else np.isnan(value) & (texts == None)  # noqa: E711 - cell by cell
        status[nothing] = Gap.EMPTY_CELL
        return value, status, texts

    def _words(self, name: str, column: pa.Array) -> tuple[Floats, Texts | None]:
        if self.forms[name] == "number":
            read = cells.numbers(column, self._source.decimal, self._units_behind.get(name, ""))
            value = read.values.to_numpy(zero_copy_only=False)
            if not read.n_bad:
                return value, None
            texts = pc.if_else(read.bad, column, pa.scalar(None, pa.string()))
            return value, np.asarray(texts.to_numpy(zero_copy_only=False), dtype=object)
        texts = np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)
        value = np.array([np.nan if text is None else _FLAGS.get(text.strip().lower(), np.nan) for text in texts])
        texts[~np.isnan(value)] = None
        return value, texts


def _may_grow(source: Source) -> bool:
    raw = recognise(source.path)
    return raw.content is Content.TEXT and not raw.gzipped


def _texts(column: pa.ChunkedArray) -> list[str]:
    return [str(cell) for cell in column.drop_null().to_pylist()[:1000]]


def _form(column: pa.ChunkedArray) -> Form:
    """What the cells of a column are, by the first of them."""
    if not pa.types.is_string(column.type):
        return "flag" if pa.types.is_boolean(column.type) else "number"
    shown = _texts(column)
    numbers = [cell for cell in shown if cells.is_number(cell)]
    if 2 * len(numbers) >= len(shown) and not cells.are_codes(numbers):
        return "number"
    return "flag" if all(cell.strip().lower() in _FLAGS for cell in shown) else "text"
