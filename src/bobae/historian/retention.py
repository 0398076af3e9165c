"""Retention: samples older than they are to be kept become one-minute rows, a whole day at a time.

Each tag's last sample before the border stays as it is, so that what a tag shows after the border is still known. A
minute once rolled up stays as it is: what comes later than that for such a minute is let go with its day.
"""

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from bobae.core import Tags
from bobae.frames.minutes import MINUTE_NS, Minutes
from bobae.historian import rollups
from bobae.historian.compacting import KEPT_LEVEL
from bobae.historian.gathering import Reach, gathered
from bobae.historian.hot import NEVER, TagMajor
from bobae.historian.replacing import Listed, Shelf, Stopped, drafts, listed, replace, rows_of, windows
from bobae.historian.rollups import Part, Rollup, RollupDraft
from bobae.historian.segment import Segment
from bobae.historian.segments import DAY_NS, Draft
from bobae.historian.tags import TagTable, TextTable, text_column


def drop_raw(shelf: Shelf, keep_raw_ns: int) -> int | None:
    """Roll up and drop the samples of whole days older than `keep_raw_ns`; returns the new border, None if it stays.

    Raises:
        Refused: the disk is full; nothing has changed.
        OSError: a segment is gone or damaged.
        Stopped: there was no more time.
    """
    border, had = (shelf.clock() - keep_raw_ns) // DAY_NS * DAY_NS, rollups.raw_from(shelf.base)
    old = [one for one in listed(shelf) if one.segment.min_ns <= border]
    if border <= had or all(one.level == KEPT_LEVEL for one in old):
        return None
    rolled: list[RollupDraft] = []

    def listing(base: sqlite3.Connection) -> None:
        for draft in rolled:
            draft.list_it(base, until_ns=border)

    try:
        rolled.extend(_rolled_up(shelf, [one.segment for one in old], border, had))
        replace(shelf, old, _what_stays(shelf, old, border), also=listing)
    finally:
        for draft in rolled:
            draft.discard_unlisted(shelf.base)
        for one in old:
            one.segment.close()
    return border


def _rolled_up(shelf: Shelf, segments: Sequence[Segment], border: int, had: int) -> Iterator[RollupDraft]:
    files = rollups.rolled_up(shelf.base, shelf.root, had)
    for window in windows(shelf, segments, NEVER, border):
        before = [file for file in files if file.max_ns > window.after_ns and file.min_ns <= window.until_ns]
        parts = (_part(shelf, segments, tags, (window.after_ns, window.until_ns), before) for tags in window.blocks)
        yield RollupDraft(shelf.root, (part for part in parts if len(part.tags)))


def _part(
    shelf: Shelf, segments: Sequence[Segment], tags: Tags, within: tuple[int, int], had: Sequence[Rollup]
) -> Part:
    """The one-minute rows of some tags and days, but for those that there are already."""
    if shelf.stop.is_set():
        raise Stopped
    rows = rows_of(segments, tags, *within)
    found = Minutes.of(rows.start, rows.time, rows.value, rows.status)
    if had:
        known = rollups.minutes(had, tags, *within)
        new = ~np.isin(_keys(found), _keys(known))
        found = Minutes.sorted(found.place[new], tuple(column[new] for column in found.columns()), len(tags))
    some = np.flatnonzero(np.diff(found.start))
    start = np.append(found.start[some], found.start[-1])
    tables = (TagTable(shelf.base), TextTable(shelf.base))
    texts = (text_column(*tables, tags[some], start, values) for values in (found.first, found.last))
    return Part(tags[some], Minutes(start, *found.columns()), *texts)


def _keys(minutes: Minutes) -> np.ndarray:
    return (minutes.place << 40) + minutes.minute_ns // MINUTE_NS


def _what_stays(shelf: Shelf, old: Sequence[Listed], border: int) -> Iterator[tuple[Draft, int]]:
    """What lies after the border, and each tag's last sample at or before it; apart for loaded and live samples."""
    tags = np.unique(np.concatenate([one.segment.index.tags for one in old]))
    newest = _shown([one.segment for one in old], tags, border)
    live = _shown([one.segment for one in old if not one.segment.loaded], tags, border)
    came_live = np.array([_same(newest, live, k) for k in range(len(tags))], dtype=np.bool_)
    for loaded in (False, True):
        kept = _only(newest, came_live != loaded)
        if len(kept.time):
            part = shelf.sorted(tags, kept)
            yield Draft(shelf.root, [part], loaded=loaded, level=KEPT_LEVEL), max(one.rank for one in old)
    for one in old:
        if one.segment.max_ns > border:
            for draft in drafts(shelf, [one.segment], level=max(one.level, 1), after_ns=border):
                yield draft, one.rank


def _shown(segments: Sequence[Segment], tags: Tags, at_ns: int) -> TagMajor:
    """What each tag showed then: one row, or none."""
    none = TagMajor.empty(np.zeros(len(tags) + 1, np.int64))
    found = gathered(segments, none, tags, Reach(at_ns, at_ns, verbatim=True))
    some = np.diff(found.start) > 0
    last = found.start[1:][some] - 1
    start = np.concatenate([[0], np.cumsum(some)])
    return TagMajor(start, found.time[last], found.value[last], found.status[last], found.receipt[last])


def _only(rows: TagMajor, chosen: np.ndarray) -> TagMajor:
    """The rows of the chosen tags."""
    count = np.diff(rows.start)
    kept = np.repeat(chosen, count)
    start = np.concatenate([[0], np.cumsum(count * chosen)])
    return TagMajor(start, rows.time[kept], rows.value[kept], rows.status[kept], rows.receipt[kept])


def _same(one: TagMajor, other: TagMajor, tag: int) -> bool:
    """Whether both hold the same row of a tag."""
    mine, theirs = slice(*one.start[tag : tag + 2]), slice(*other.start[tag : tag + 2])
    pairs = ((one.time, other.time), (one.receipt, other.receipt), (one.status, other.status))
    equal = all(np.array_equal(a[mine], b[theirs]) for a, b in pairs)
    return equal and np.array_equal(one.value[mine], other.value[theirs], equal_nan=True)
