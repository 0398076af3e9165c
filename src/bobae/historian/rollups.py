"""One-minute rows on the disk: Parquet files that stand for samples that are gone, and the frames made of them.

Columns: tag (int32), minute_ns (int64, the end of the minute, UTC), count (int64), sum, min, max, first, last (double,
of the good samples; a text's number), first_text, last_text (string, null for numbers), last_ns (int64), status (int64)
and holds (bool) of the minute's last sample. A minute without samples has no row.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bobae.core import BadInput, Ints, Quality, Tags, Texts
from bobae.frames.grid import Grid
from bobae.frames.minutes import MINUTE_NS, Minutes
from bobae.historian.database import said
from bobae.historian.disk import checksum, land
from bobae.historian.hot import NEVER, TagMajor
from bobae.historian.segment import TagIndex

FOLDER = "rollup_1m"
SCHEMA = pa.schema(
    [
        ("tag", pa.int32()),
        ("minute_ns", pa.int64()),
        ("count", pa.int64()),
        *((name, pa.float64()) for name in ("sum", "min", "max", "first", "last")),
        ("last_ns", pa.int64()),
        ("status", pa.int64()),
        ("holds", pa.bool_()),
        ("first_text", pa.string()),
        ("last_text", pa.string()),
    ]
)
_NUMBERS = SCHEMA.names[1:11]  # as Minutes has them


class RawGone(BadInput):
    """Samples were asked for that are kept as one-minute rows only."""

    def __init__(self, until_ns: int) -> None:
        self.until_ns = until_ns
        super().__init__(
            "samples up to {until} are kept as one-minute rows only: ask for good samples on a grid of whole minutes "
            "that begins on a whole minute, without known_at_ns and settle_ns; or begin at {until}",
            until=f"{np.datetime64(until_ns // 10**9, 's')}Z",
        )


def spanned(grid: Grid, known_at_ns: int | None, settle_ns: int | None) -> bool:
    """Whether one-minute rows can give this."""
    whole = grid.t0_ns % MINUTE_NS == 0 and grid.step_ns % MINUTE_NS == 0
    return whole and grid.worst == Quality.GOOD.worst and known_at_ns is None and settle_ns is None


@dataclass(frozen=True, eq=False)
class Part:
    """One-minute rows of some tags, all of which have some; texts (rows,) or None."""

    tags: Tags
    minutes: Minutes
    first_text: Texts | None = None
    last_text: Texts | None = None


class RollupDraft:
    """A file of one-minute rows that is on the disk but not listed; see segments.Draft."""

    def __init__(self, root: Path, parts: Iterable[Part]) -> None:
        """Write it, tags ascending from part to part.

        Raises:
            Refused: the disk is full or cannot be written to; nothing is left there.
        """
        self._root = root
        draft = root / FOLDER / f".{time.time_ns()}-{secrets.token_hex(4)}.parquet"
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            self._index = _written(draft, parts)
            self._path = draft.with_name(draft.name[1:])
            land(draft, self._path, root)
            self._crc = checksum(self._path)
        except OSError as error:
            raise said(error, root) from error
        finally:
            draft.unlink(missing_ok=True)

    def list_it(self, base: sqlite3.Connection, *, until_ns: int) -> None:
        """Have it count from this transaction's end on; samples up to `until_ns` are gone then."""
        index = self._index
        low, high = (int(index.min_ns.min()), int(index.max_ns.max())) if len(index.tags) else (until_ns, until_ns)
        file, size = str(self._path.relative_to(self._root)), self._path.stat().st_size
        base.execute(
            "insert into rollups (file, rows, bytes, crc, min_ns, max_ns, until_ns, tags) values (?,?,?,?,?,?,?,?)",
            (file, int(index.start[-1]), size, self._crc, low, high, until_ns, index.packed()),
        )

    def discard_unlisted(self, base: sqlite3.Connection) -> None:
        """Remove the file if its listing did not come about."""
        name = str(self._path.relative_to(self._root))
        if base.execute("select 1 from rollups where file = ?", (name,)).fetchone() is None:
            self._path.unlink(missing_ok=True)


def _written(path: Path, parts: Iterable[Part]) -> TagIndex:
    indexes = [TagIndex.unpacked(bytes(8))]  # of no tag: a part without any is no mistake
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", store_schema=False) as writer:
        for part in parts:
            m = part.minutes
            rows = len(m.minute_ns)
            columns = [pa.array(np.repeat(part.tags, np.diff(m.start)))]
            for column, kind in zip(m.columns(), SCHEMA.types[1:], strict=False):
                columns.append(pa.array(column, kind, from_pandas=True))
            for text in (part.first_text, part.last_text):
                columns.append(pa.nulls(rows, pa.string()) if text is None else pa.array(text, pa.string()))
            writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA), row_group_size=1 << 17)
            first, last = m.start[:-1], m.start[1:] - 1
            indexes.append(
                TagIndex(
                    part.tags,
                    m.start,
                    m.minute_ns[first],
                    m.minute_ns[last],
                    m.last[last],
                    m.status[last],
                    m.last_ns[last],
                )
            )
    return TagIndex.joined(indexes)


@dataclass(frozen=True, eq=False)
class Rollup:
    """A listed file of one-minute rows."""

    path: Path
    index: TagIndex
    min_ns: int
    max_ns: int

    def rows(self, tags: Tags, place: Ints) -> tuple[Ints, tuple[np.ndarray, ...]]:
        """All rows of those of `tags` that are in here: each row's `place`, and the columns."""
        at = np.minimum(np.searchsorted(self.index.tags, tags), max(len(self.index.tags) - 1, 0))
        here = np.flatnonzero(self.index.tags[at] == tags) if len(self.index.tags) else at[:0]
        low, high = self.index.start[at[here]], self.index.start[at[here] + 1]
        wanted = np.concatenate([np.arange(0), *(np.arange(a, b) for a, b in zip(low, high, strict=True))])
        with pq.ParquetFile(self.path, memory_map=True) as file:
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
            ends = np.cumsum(sizes, dtype=np.int64)
            groups = np.unique(np.searchsorted(ends, wanted, side="right"))
            table = file.read_row_groups(groups.tolist(), columns=_NUMBERS, use_threads=False)
        kept = np.concatenate([np.arange(0), *(np.arange(ends[g] - sizes[g], ends[g]) for g in groups)])
        chosen = np.searchsorted(kept, wanted)
        columns = [table.column(name).to_numpy()[chosen] for name in _NUMBERS]
        columns[8] = columns[8].astype(np.uint32)
        return np.repeat(place[here], high - low), tuple(columns)


def raw_from(base: sqlite3.Connection) -> int:
    """Samples after this time are kept as they came; those up to it as one-minute rows, if at all."""
    found = base.execute("select max(until_ns) from rollups").fetchone()[0]
    return NEVER if found is None else int(found)


def rolled_up(base: sqlite3.Connection, root: Path, until_ns: int) -> list[Rollup]:
    """The files that stand for samples up to `until_ns`, newest minutes first."""
    found = base.execute(
        "select file, tags, min_ns, max_ns from rollups where until_ns <= ? order by max_ns desc", (until_ns,)
    ).fetchall()
    return [Rollup(root / file, TagIndex.unpacked(tags), low, high) for file, tags, low, high in found]


def minutes(files: Sequence[Rollup], tags: Tags, t0_ns: int, t1_ns: int) -> Minutes:
    """The rows after t0 and up to t1, and of each tag at least the last one at or before t0; perhaps more.

    Raises:
        OSError: a file is damaged.
    """
    everyone = np.arange(len(tags))
    shown = np.full(len(tags), NEVER)
    pieces = list(_pieces(files, tags, everyone, t0_ns, t1_ns))
    for place, columns in pieces:
        before = columns[0] <= t0_ns
        np.maximum.at(shown, place[before], columns[0][before])
    for file in files:
        if file.max_ns <= t0_ns and (earlier := shown < file.max_ns).any():
            place, columns = file.rows(tags[earlier], everyone[earlier])
            np.maximum.at(shown, place, columns[0])
            pieces.append((place, columns))
    if not pieces:
        none = TagMajor.empty(np.zeros(len(tags) + 1, np.int64))
        return Minutes.of(none.start, none.time, none.value, none.status)
    columns = tuple(np.concatenate(same) for same in zip(*(columns for _, columns in pieces), strict=True))
    return Minutes.sorted(np.concatenate([place for place, _ in pieces]), columns, len(tags))


def _pieces(
    files: Sequence[Rollup], tags: Tags, place: Ints, t0_ns: int, t1_ns: int
) -> Iterator[tuple[Ints, tuple[np.ndarray, ...]]]:
    for file in files:
        if file.max_ns > t0_ns and file.min_ns <= t1_ns:
            yield file.rows(tags, place)
