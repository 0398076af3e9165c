"""Rows of files on their way in: those that can be kept, asset by asset in time order, in stretches of whole days."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.core import GOOD, Column, Dataset, Finding, Floats, Gap, Ints, Kind, Statuses, TagKind, text
from bobae.frames import in_time_order
from bobae.historian.loads import Layout
from bobae.historian.segments import DAY_NS
from bobae.historian.tags import TextTable

MOST_SAMPLES = 8_000_000  # of a segment, where a single day does not hold more
_KINDS: dict[Kind, TagKind] = {Kind.FLAG: "flag", Kind.CATEGORY: "text", Kind.TEXT: "text"}
_NS = 1e9


@dataclass(frozen=True, eq=False)
class FileRows:
    """What is to be loaded.

    Attributes:
        dataset: the rows as they were read.
        asset: for each row its place among `layout.assets`, -1 where it names none (rows,).
        layout: what the columns are.
    """

    dataset: Dataset
    asset: Ints
    layout: Layout

    @property
    def measured(self) -> tuple[Column, ...]:
        """The columns that become tags: all but time, asset and those without any value."""
        kept = (c for c in self.layout.columns if c.name not in (self.layout.time, self.layout.asset))
        return tuple(c for c in kept if c.kind is not Kind.EMPTY)


@dataclass(frozen=True, eq=False)
class InOrder:
    """The rows that are kept: those of the asset k are start[k]:start[k + 1], times strictly ascending.

    Attributes:
        table: the columns (rows,).
        time_ns: ns UTC (rows,).
        start: (assets + 1,).
        findings: which rows were left out, and why.
    """

    table: pa.Table
    time_ns: Ints
    start: Ints
    findings: tuple[Finding, ...]

    def stretches(self, columns: int) -> Iterator[tuple[int, int]]:
        """From when to when (both included) the rows of each segment go: whole days, `MOST_SAMPLES` at most if can be.

        A row of `columns` columns is so many samples.
        """
        if not len(self.time_ns):
            return
        day = self.time_ns // DAY_NS
        first = int(day.min())
        rows = np.bincount(day - first)
        begin, held = 0, 0
        for at, more in enumerate(rows.tolist()):
            if held and (held + more) * columns > MOST_SAMPLES:
                yield (first + begin) * DAY_NS, (first + at) * DAY_NS - 1
                begin, held = at, 0
            held += more
        yield (first + begin) * DAY_NS, (first + len(rows)) * DAY_NS - 1

    def rows_between(self, asset: int, t0_ns: int, t1_ns: int) -> slice:
        """The rows of one asset from t0 to t1, both included."""
        low, high = self.start[asset : asset + 2]
        first, last = np.searchsorted(self.time_ns[low:high], [t0_ns, t1_ns + 1])
        return slice(int(low + first), int(low + last))


def in_order(rows: FileRows) -> InOrder:
    """Asset by asset in time order; of rows of one time the last holds, and rows without time or asset are left out."""
    table = rows.dataset.table.select([column.name for column in rows.measured])
    stamps = rows.dataset.table.column(rows.layout.time)
    time_ns = rows.dataset.values(rows.layout.time)
    if _is_plain(rows, stamps, time_ns):
        return InOrder(table, time_ns, np.array([0, len(time_ns)]), ())
    valid = stamps.is_valid().to_numpy()
    early, nameless = valid & (time_ns < 0), rows.asset < 0
    kept = np.flatnonzero(valid & ~early & ~nameless)
    mixed = _is_mixed(time_ns[kept], rows.asset[kept])
    order = kept[in_time_order(time_ns[kept], rows.asset[kept])] if mixed else kept
    again = (np.diff(time_ns[order]) == 0) & (np.diff(rows.asset[order]) == 0)
    order = order[np.append(~again, True)[: len(order)]]
    if mixed or len(order) < len(table):
        table = table.take(pa.array(order))
    counts = ((~valid).sum(), early.sum(), (nameless & valid).sum(), again.sum(), len(kept))
    found = tuple(_left_out(rows.layout.time, *map(int, counts)))
    start = np.searchsorted(rows.asset[order], np.arange(len(rows.layout.assets) + 1))
    return InOrder(table, time_ns[order], start, found)


def readings(column: pa.ChunkedArray, kind: TagKind, texts: TextTable) -> tuple[Floats, Statuses, pa.Array | None]:
    """Some rows of a column as a tag of that kind keeps them: value, status, and words where it is a tag of texts.

    An empty cell has a status that says so; a date beside the time is kept as seconds since 1970.
    """
    words = None
    if kind == "text":
        words = as_words(column).combine_chunks()
        coded = words.dictionary_encode()
        different = coded.dictionary.to_numpy(zero_copy_only=False)
        numbers = np.append(texts.numbers(different), np.nan)
        value = numbers[coded.indices.fill_null(len(different)).to_numpy()]
    elif pa.types.is_timestamp(column.type):
        value = column.cast(pa.int64()).to_numpy() / _NS
    else:
        value = column.cast(pa.float64()).to_numpy()
    status = np.full(len(value), GOOD, dtype=np.uint32)
    status[np.isnan(value)] = Gap.EMPTY_CELL
    return value, status, words


def as_words(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as words; numbers that come where words are kept are written out."""
    if not pa.types.is_floating(column.type):
        return column
    return pc.replace_substring_regex(column.cast(pa.string()), r"\.0+$", "")


def kind_of(column: Column) -> TagKind:
    """What kind of tag a column becomes."""
    return _KINDS.get(column.kind, "number")


def _is_plain(rows: FileRows, stamps: pa.ChunkedArray, time_ns: Ints) -> bool:
    """Whether all rows can be kept as they stand, as those of nearly every machine's log can."""
    if len(rows.layout.assets) > 1 or stamps.null_count or rows.asset.any() or not len(time_ns):
        return False
    return bool(time_ns[0] >= 0 and np.all(time_ns[1:] > time_ns[:-1]))


def _is_mixed(time_ns: Ints, asset: Ints) -> bool:
    """Whether the rows do not stand asset by asset in time order."""
    steps, jumps = np.diff(time_ns), np.diff(asset)
    return bool(np.any((jumps < 0) | ((jumps == 0) & (steps < 0))))


def _left_out(time: str, no_time: int, early: int, nameless: int, again: int, kept: int) -> Iterator[Finding]:
    if no_time:
        said = text("{n} rows have no time in {column} and were not loaded", n=f"{no_time:,}", column=time)
        yield Finding("rows_without_time", "warning", said, (time,), no_time)
    if early:
        said = text("{n} rows are of before 1970 and were not loaded", n=f"{early:,}")
        yield Finding("rows_before_1970", "warning", said, (time,), early)
    if nameless:
        said = text("{n} rows do not say which machine they are of and were not loaded", n=f"{nameless:,}")
        yield Finding("rows_without_asset", "warning", said, rows=nameless)
    if again:
        said = text("{n} rows have the time of a later row of the same machine, which holds", n=f"{again:,}")
        useless = 2 * again > kept  # such a time does not tell the rows apart
        yield Finding("rows_of_equal_time", "problem" if useless else "warning", said, (time,), again)
