"""New segments in the place of old ones, in one transaction: no reader sees a sample twice, or misses one.

A day is (00:00, 24:00] UTC, right-labelled as every interval here. Whatever is written anew is read, sorted and written
in blocks of some million rows, so that memory does not grow with the history.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bobae.core import Ints, Tags
from bobae.historian.database import changing
from bobae.historian.gathering import Reach, gathered
from bobae.historian.hot import NEVER, TagMajor
from bobae.historian.segment import Segment, Sorted
from bobae.historian.segments import DAY_NS, Draft, opened
from bobae.historian.tags import TagTable, TextTable, text_column

BLOCK_ROWS = 2_000_000
_EVER = np.iinfo(np.int64).max


class Stopped(Exception):
    """The store is being closed: what was begun is thrown away and made another time."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """What is needed to replace segments.

    Attributes:
        root: the historian's folder.
        base: a connection of its own.
        clock: ns UTC.
        lock: held while the list changes.
        seen: the numbers of segments whose rows this process's memory has had; those that replace them are added.
        stop: set when there is no more time.
        block_rows: how many rows are held in memory at once, roughly.
    """

    root: Path
    base: sqlite3.Connection
    clock: Callable[[], int]
    lock: threading.RLock
    seen: set[int] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)
    block_rows: int = BLOCK_ROWS

    def sorted(self, tags: Tags, rows: TagMajor) -> Sorted:
        """Some tags' rows as a segment takes them: tags without rows left out, texts as texts."""
        some = np.flatnonzero(np.diff(rows.start))
        start = np.append(rows.start[some], rows.start[-1])
        text = text_column(TagTable(self.base), TextTable(self.base), tags[some], start, rows.value)
        return Sorted(tags[some], TagMajor(start, rows.time, rows.value, rows.status, rows.receipt), text)


@dataclass(frozen=True, eq=False)
class Listed:
    """A segment, where in the order it stands, and how often its rows have been merged."""

    segment: Segment
    rank: int
    level: int


@dataclass(frozen=True, eq=False)
class Window:
    """Whole days whose rows fit into memory together, or one day with its tags in blocks that do."""

    after_ns: int
    until_ns: int
    blocks: tuple[Tags, ...]


def listed(shelf: Shelf) -> list[Listed]:
    """Every segment that counts now, in the order in which later rows hold over earlier ones."""
    found = shelf.base.execute("select id, rank, level from segments where replaced_ns is null order by rank, id")
    return [Listed(opened(shelf.base, shelf.root, number), rank, level) for number, rank, level in found.fetchall()]


def day_of(time_ns: Ints) -> Ints:
    """The number of the day that a time lies in; the first instant of 1970 counts to day 0."""
    return np.maximum(time_ns - 1, 0) // DAY_NS


def windows(shelf: Shelf, segments: Sequence[Segment], after_ns: int, until_ns: int) -> Iterator[Window]:
    """All days with rows after and until these times, in order, so portioned that memory stays small."""
    counts: dict[int, int] = {}
    for segment in segments:
        for day, rows in _a_day(segment):
            low, high = day * DAY_NS if day else NEVER, (day + 1) * DAY_NS
            if high > after_ns and low < until_ns:
                counts[day] = counts.get(day, 0) + rows
    groups: list[list[int]] = []
    held = 0
    for day in sorted(counts):
        held += counts[day]
        if not groups or held > shelf.block_rows:
            groups.append([])
            held = counts[day]
        groups[-1].append(day)
    for days in groups:
        low = days[0] * DAY_NS if days[0] else NEVER
        yield _window(shelf, segments, max(low, after_ns), min((days[-1] + 1) * DAY_NS, until_ns))


def _a_day(segment: Segment) -> Iterator[tuple[int, int]]:
    """Each day that a segment has rows of, with how many."""
    first, last = day_of(np.array([segment.min_ns, segment.max_ns])).tolist()
    if first == last:
        yield first, int(segment.index.start[-1])
        return
    counts = np.zeros(last - first + 1, np.int64)
    with pq.ParquetFile(segment.path, memory_map=True) as file:
        for batch in file.iter_batches(columns=["time_ns"]):
            counts += np.bincount(day_of(batch.column(0).to_numpy()) - first, minlength=len(counts))
    for day in np.flatnonzero(counts).tolist():
        yield first + day, int(counts[day])


def _window(shelf: Shelf, segments: Sequence[Segment], after_ns: int, until_ns: int) -> Window:
    tags, rows = [], []
    for index in (segment.index for segment in segments):
        here = (index.max_ns > after_ns) & (index.min_ns <= until_ns)
        tags.append(index.tags[here])
        rows.append(np.diff(index.start)[here])
    return Window(after_ns, until_ns, tuple(_blocks(np.concatenate(tags), np.concatenate(rows), shelf.block_rows)))


def _blocks(tags: Tags, rows: np.ndarray, most: int) -> Iterator[Tags]:
    """The tags, ascending, in groups with not many more rows than `most`."""
    names, place = np.unique(tags, return_inverse=True)
    group = (np.cumsum(np.bincount(place, weights=rows)) // most).astype(np.int64)
    yield from np.split(names, np.flatnonzero(np.diff(group)) + 1)


def rows_of(segments: Sequence[Segment], tags: Tags, after_ns: int, until_ns: int) -> TagMajor:
    """Every version of every sample after and until these times, in time order, with its receipt time."""
    none = TagMajor.empty(np.zeros(len(tags) + 1, np.int64))
    return gathered(segments, none, tags, Reach(after_ns, until_ns, carry=False, verbatim=True))


def drafts(shelf: Shelf, segments: Sequence[Segment], *, level: int, after_ns: int = NEVER) -> Iterator[Draft]:
    """The rows of some segments (all loaded, or none) anew, a file a day; those up to `after_ns` left out.

    Raises:
        Refused: the disk is full.
        OSError: a segment is gone or damaged.
        Stopped: there is no more time.
    """
    loaded = segments[0].loaded
    for window in windows(shelf, segments, after_ns, _EVER):
        blocks = _read(shelf, segments, window)
        if window.until_ns - window.after_ns <= DAY_NS:
            first = next(blocks, None)
            if first is not None:
                yield Draft(shelf.root, chain([first], blocks), loaded=loaded, level=level)
            continue
        for block in blocks:
            for part in _by_day(shelf, block):
                yield Draft(shelf.root, [part], loaded=loaded, level=level)


def _read(shelf: Shelf, segments: Sequence[Segment], window: Window) -> Iterator[Sorted]:
    for tags in window.blocks:
        if shelf.stop.is_set():
            raise Stopped
        rows = rows_of(segments, tags, window.after_ns, window.until_ns)
        if len(rows.time):
            yield shelf.sorted(tags, rows)


def _by_day(shelf: Shelf, part: Sorted) -> Iterator[Sorted]:
    rows = part.samples
    day = day_of(rows.time)
    place = np.repeat(np.arange(len(part.tags)), np.diff(rows.start))
    order = np.argsort(day, kind="stable")
    for chosen in np.split(order, np.flatnonzero(np.diff(day[order])) + 1):
        start = np.concatenate([[0], np.cumsum(np.bincount(place[chosen], minlength=len(part.tags)))])
        columns = (rows.time[chosen], rows.value[chosen], rows.status[chosen], rows.receipt[chosen])
        yield shelf.sorted(part.tags, TagMajor(start, *columns))


def replace(
    shelf: Shelf,
    old: Sequence[Listed],
    new: Iterable[tuple[Draft, int]],
    also: Callable[[sqlite3.Connection], None] | None = None,
) -> None:
    """Have drafts (each with its rank) count instead of what they were made from.

    Args:
        shelf: see there.
        old: what goes.
        new: written as it is iterated over, before anything changes; thrown away if something fails.
        also: what else belongs into the same transaction.
    """
    written: list[tuple[Draft, int]] = []
    try:
        written.extend(new)
        through = max(one.segment.through for one in old)
        with shelf.lock, changing(shelf.base) as base:
            numbers = [draft.list_it(base, through=through, rank=rank) for draft, rank in written]
            gone = [(shelf.clock(), one.segment.number) for one in old]
            base.executemany("update segments set replaced_ns = ? where id = ?", gone)
            if also is not None:
                also(base)
            if all(one.segment.number in shelf.seen for one in old):
                shelf.seen.update(numbers)
    finally:
        for draft, _ in written:
            draft.discard_unlisted(shelf.base)
