"""A segment: one Parquet file of samples sorted by tag and time, any reader's to open, and where in it each tag lies.

Columns: tag (int32), time_ns (int64, UTC), value (double; a text tag's number), text (string, null for numbers),
status (int64, the OPC UA code), lag_ms (int64: whole milliseconds of the receipt time less those of the source time).
Corrected samples stay: of rows with equal tag and time the one with the largest lag, received last, holds.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bobae.core import Floats, Ints, Statuses, Tags
from bobae.historian.hot import TagMajor
from bobae.historian.pages import Pages

MS = 1_000_000
LEAST_ROWS, MOST_ROWS = 8_192, 131_072  # of a row group: whole tags until there are enough, long tags split
SCHEMA = pa.schema(
    [
        pa.field("tag", pa.int32(), nullable=False),
        pa.field("time_ns", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("status", pa.int64(), nullable=False),
        pa.field("lag_ms", pa.int64(), nullable=False),
    ]
)
_DELTA = "DELTA_BINARY_PACKED"
# unpacking zstd takes longer than all the rest of reading: what is read again and again is left without
_QUICK = {name: "zstd" if name in ("text", "lag_ms") else "none" for name in SCHEMA.names}
_SMALL = _QUICK | {"value": "zstd"}


class Sorted(NamedTuple):
    """Rows sorted by tag, then time: those of `tags[k]` begin at `samples.start[k]`; text is None for numbers."""

    tags: Tags
    samples: TagMajor
    text: npt.NDArray[np.object_] | None = None


@dataclass(frozen=True, eq=False)
class TagIndex:
    """Where each tag of a segment lies, and its newest sample there; arrays are (tags,), start (tags + 1,)."""

    tags: Tags
    start: Ints
    min_ns: Ints
    max_ns: Ints
    value: Floats
    status: Statuses
    receipt_ns: Ints

    @classmethod
    def of(cls, rows: Sorted) -> "TagIndex":
        """The index of these rows; no tag is without rows."""
        first, last = rows.samples.start[:-1], rows.samples.start[1:] - 1
        s = rows.samples
        return cls(rows.tags, s.start, s.time[first], s.time[last], s.value[last], s.status[last], s.receipt[last])

    @classmethod
    def joined(cls, parts: Sequence["TagIndex"]) -> "TagIndex":
        """The index of rows written one part after the other; no tag is in two parts."""
        counts = np.concatenate([np.diff(p.start) for p in parts])
        start = np.concatenate([[0], np.cumsum(counts)])
        names = ("tags", "min_ns", "max_ns", "value", "status", "receipt_ns")
        columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
        return cls(start=start, **columns)

    def packed(self) -> bytes:
        """As bytes."""
        return b"".join(
            np.ascontiguousarray(getattr(self, name), dtype=kind).tobytes() for name, kind in _INDEX_COLUMNS
        )

    @classmethod
    def unpacked(cls, data: bytes) -> "TagIndex":
        """From bytes."""
        tags = (len(data) - 8) // _INDEX_BYTES
        columns, at = {}, 0
        for name, kind in _INDEX_COLUMNS:
            count = tags + (name == "start")
            columns[name] = np.frombuffer(data, kind, count, at)
            at += count * np.dtype(kind).itemsize
        return cls(**columns)


_INDEX_COLUMNS = (
    ("tags", "<i4"),
    ("start", "<i8"),
    ("min_ns", "<i8"),
    ("max_ns", "<i8"),
    ("value", "<f8"),
    ("status", "<u4"),
    ("receipt_ns", "<i8"),
)
_INDEX_BYTES = sum(np.dtype(kind).itemsize for _, kind in _INDEX_COLUMNS)


def write(path: Path, parts: Iterable[Sorted], *, small: bool) -> TagIndex:
    """Write rows into a new Parquet file, part after part, tags ascending; returns where each tag lies.

    Args:
        path: of the file.
        parts: the rows.
        small: compress the values too: a smaller file that takes longer to read.

    Raises:
        OSError: the disk is full or cannot be written to.
    """
    indexes = []
    with pq.ParquetWriter(
        path,
        SCHEMA,
        compression=_SMALL if small else _QUICK,
        use_dictionary=["tag", "value", "text", "status"],
        column_encoding={"time_ns": _DELTA, "lag_ms": _DELTA},
        dictionary_pagesize_limit=1 << 16,
        write_statistics=["tag", "time_ns", "status"],
        store_schema=False,
    ) as writer:
        for part in parts:
            table = _table(part)
            for first, rows in _groups(part.samples.start):
                writer.write_table(table.slice(first, rows), row_group_size=rows)
            indexes.append(TagIndex.of(part))
    return TagIndex.joined(indexes)


def _table(part: Sorted) -> pa.Table:
    samples = part.samples
    rows = len(samples.time)
    text = pa.nulls(rows, pa.string()) if part.text is None else pa.array(part.text, pa.string())
    columns = [
        pa.array(np.repeat(part.tags, np.diff(samples.start))),
        pa.array(samples.time),
        pa.array(samples.value),
        text,
        pa.array(samples.status.astype(np.int64)),
        pa.array(samples.receipt // MS - samples.time // MS),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _groups(start: Ints) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each row group."""
    first = 0
    for end in start[1:].tolist():
        while end - first >= LEAST_ROWS:
            rows = min(end - first, MOST_ROWS)
            yield first, rows
            first += rows
    if start[-1] > first:
        yield first, int(start[-1]) - first


class Segment:
    """A segment that is listed. It reads row groups; which, the reader decides by `index`."""

    def __init__(
        self,
        path: Path,
        index: TagIndex,
        *,
        number: int,
        loaded: bool,
        max_receipt_ns: int,
        max_lag_ns: int,
        through: int,
        footer_crc: int,
    ) -> None:
        self.path = path
        self.index = index
        self.number = number
        self.loaded = loaded  # its rows came from files: when they would have been received is not known
        self.max_receipt_ns = max_receipt_ns
        self.max_lag_ns = max_lag_ns
        self.through = through
        self._footer_crc = footer_crc
        self.rows = int(index.start[-1])
        self.min_ns = int(index.min_ns.min())
        self.max_ns = int(index.max_ns.max())
        self._pages: Pages | None = None
        self._lock = threading.Lock()

    def find(self, tags: Tags) -> tuple[Ints, Ints]:
        """Which of some tags are in here: their places among those asked for, and in the index."""
        at = np.searchsorted(self.index.tags, tags)
        at[at == len(self.index.tags)] = 0
        here = np.flatnonzero(self.index.tags[at] == tags)
        return here, at[here]

    def groups(self, rows: Ints) -> Ints:
        """Which row group each row is in."""
        return np.searchsorted(self._opened().first_rows, rows, side="right") - 1

    def first_row(self, group: int) -> int:
        """The first row of a row group."""
        return int(self._opened().first_rows[group])

    def columns(self, group: int, *, receipt: bool) -> tuple[Ints, Floats, Statuses, Ints]:
        """Time (ns), value, status and receipt (ns; empty unless asked for) of a whole row group.

        Raises:
            OSError: the file is gone or damaged.
        """
        pages = self._opened()
        time, status = pages.whole("time_ns", group), pages.whole("status", group).astype(np.uint32)
        received = (time // MS + pages.whole("lag_ms", group)) * MS if receipt else time[:0]
        return time, pages.values("value", group), status, received

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._pages = None

    def _opened(self) -> Pages:
        with self._lock:
            if self._pages is None:
                self._pages = Pages(self.path, self._footer_crc)
            return self._pages
