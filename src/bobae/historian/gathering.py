"""From segments and memory to samples tag by tag: only the row groups that hold something wanted are read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np

from bobae.core import Floats, Ints, Statuses, Tags
from bobae.frames.runs import known_rows, put_in_order
from bobae.historian.hot import NEVER, TagMajor
from bobae.historian.segment import Segment

_EVER = np.iinfo(np.int64).max
EARLY = 0  # a receipt time that is early enough for every question: the segment's rows all are
_COLUMNS = tuple[Ints, Floats, Statuses, Ints]


@dataclass(frozen=True)
class Reach:
    """Which samples are wanted: after t0 and up to t1, as known then; and, with `carry`, what each tag showed at t0.

    What it showed goes back to the last sample received by t0 + settle_ns, where that is given. `verbatim`: receipt
    times as they are stored, for whoever keeps the samples or hands them on.
    """

    t0_ns: int
    t1_ns: int
    carry: bool = True
    known_at_ns: int | None = None
    settle_ns: int | None = None
    verbatim: bool = False

    def needs_receipt(self, segment: Segment) -> bool:
        """Whether it matters when the rows of this segment were received."""
        late = self.settle_ns is not None and not segment.loaded and segment.max_lag_ns > self.settle_ns
        return late or self.verbatim or (self.known_at_ns is not None and segment.max_receipt_ns > self.known_at_ns)


@dataclass(frozen=True, eq=False)
class _Piece:
    """Rows of some tags in one row group: tag `place[i]` has rows low[i]:high[i] of the columns."""

    columns: _COLUMNS
    place: Ints
    low: Ints
    high: Ints


def gathered(segments: Sequence[Segment], fresh: TagMajor, tags: Tags, reach: Reach) -> TagMajor:
    """The samples of `tags` within `reach`, in time order; `fresh` holds those in memory alone, tag by tag.

    Raises:
        OSError: a segment is gone (compacted meanwhile) or damaged.
    """
    found = np.full(len(tags), NEVER)  # the latest time at or before t0 that was seen for each tag
    pieces: list[list[_Piece]] = [[] for _ in segments]
    for segment, read in zip(segments, pieces, strict=True):
        read += _read(segment, *_wanted(segment, tags, reach), reach, found)
    if reach.carry:
        _note_carry(fresh, reach, found)
        _carry_back(segments, tags, reach, found, pieces)
    out = _put_together([piece for group in pieces for piece in group], fresh)
    put_in_order(out.start, out.time, out.value, out.status, out.receipt)
    if reach.known_at_ns is None:
        return out
    rows, start = known_rows(out.start, out.receipt, reach.known_at_ns)
    return TagMajor(start, out.time[rows], out.value[rows], out.status[rows], out.receipt[rows])


def _wanted(segment: Segment, tags: Tags, reach: Reach) -> tuple[Ints, Ints]:
    """The tags with samples between t0 and t1 in this segment: places among `tags`, and in its index."""
    if segment.max_ns <= reach.t0_ns or segment.min_ns > reach.t1_ns:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    place, at = segment.find(tags)
    index = segment.index
    within = (index.max_ns[at] > reach.t0_ns) & (index.min_ns[at] <= reach.t1_ns)
    return place[within], at[within]


def _carry_back(segments: Sequence[Segment], tags: Tags, reach: Reach, found: Ints, pieces: list[list[_Piece]]) -> None:
    """Read what ends at or before t0, until nothing unread can be later than what each tag is known to have shown."""
    for number in sorted(range(len(segments)), key=lambda n: -segments[n].max_ns):
        segment = segments[number]
        if segment.min_ns > reach.t0_ns:
            continue
        place, at = segment.find(tags)
        ends = segment.index.max_ns[at]
        later = (ends <= reach.t0_ns) & (ends >= found[place])
        pieces[number] += _read(segment, place[later], at[later], reach, found)


def _read(segment: Segment, place: Ints, at: Ints, reach: Reach, found: Ints) -> list[_Piece]:
    """The rows wanted of some tags of one segment; notes in `found` what they showed at t0."""
    if not len(at):
        return []
    first, last = segment.index.start[at], segment.index.start[at + 1]
    first_group, last_group = segment.groups(first), segment.groups(last - 1)
    timely = _EVER
    if reach.settle_ns is not None and not segment.loaded:
        timely = reach.t0_ns + reach.settle_ns
    limit = min(timely, _EVER if reach.known_at_ns is None else reach.known_at_ns)
    pieces = []
    for group in range(int(first_group.min()), int(last_group.max()) + 1):
        here = np.flatnonzero((first_group <= group) & (group <= last_group))
        if not len(here):
            continue
        time, value, status, receipt = segment.columns(group, receipt=reach.needs_receipt(segment))
        begin = segment.first_row(group)
        low = np.maximum(first[here] - begin, 0)
        high = np.minimum(last[here] - begin, len(time))
        _trim(time, receipt, low, high, (reach.t0_ns, reach.t1_ns, limit), reach.carry, place[here], found)
        if segment.loaded and len(receipt) and not reach.verbatim:
            # known since it was loaded; else as if received when measured
            receipt = np.where(receipt <= limit, EARLY, _EVER)
        pieces.append(_Piece((time, value, status, receipt), place[here], low, high))
    return pieces


def _note_carry(fresh: TagMajor, reach: Reach, found: Ints) -> None:
    timely = _EVER if reach.settle_ns is None else reach.t0_ns + reach.settle_ns
    limit = min(timely, _EVER if reach.known_at_ns is None else reach.known_at_ns)
    _latest(fresh.start, fresh.time, fresh.receipt, reach.t0_ns, limit, found)


def _put_together(pieces: Sequence[_Piece], fresh: TagMajor) -> TagMajor:
    count = np.diff(fresh.start)
    for piece in pieces:
        np.add.at(count, piece.place, piece.high - piece.low)
    start = np.concatenate([[0], np.cumsum(count)])
    out = TagMajor.empty(start)
    into = (out.time, out.value, out.status, out.receipt)
    place = start[:-1].copy()
    for piece in pieces:
        _copy(piece.columns, piece.place, piece.low, piece.high, place, into)
    everyone = np.arange(len(count))
    source = (fresh.time, fresh.value, fresh.status, fresh.receipt)
    _copy(source, everyone, fresh.start[:-1], fresh.start[1:], place, into)
    return out


@numba.njit(cache=True, nogil=True)
def _trim(
    time: Ints,
    receipt: Ints,
    low: Ints,
    high: Ints,
    bounds: tuple[int, int, int],
    carry: bool,
    place: Ints,
    found: Ints,
) -> None:
    """Narrow low:high to what is wanted; with `carry` down to the last row at or before t0 that was known in time."""
    t0, t1, limit = bounds
    for i in range(len(low)):
        a, b = low[i], high[i]
        b = a + np.searchsorted(time[a:b], t1, side="right")
        first = a + np.searchsorted(time[a:b], t0, side="right")
        if carry:
            row = first - 1
            while row >= a and len(receipt) and receipt[row] > limit:
                row -= 1
            if row >= a:
                found[place[i]] = max(found[place[i]], time[row])
                first = row
            else:
                first = a
        low[i], high[i] = first, b


@numba.njit(cache=True, nogil=True)
def _latest(start: Ints, time: Ints, receipt: Ints, t0: int, limit: int, found: Ints) -> None:
    for k in range(len(start) - 1):
        for i in range(start[k], start[k + 1]):
            if time[i] <= t0 and receipt[i] <= limit:
                found[k] = max(found[k], time[i])


@numba.njit(cache=True, nogil=True)
def _copy(source: _COLUMNS, place: Ints, low: Ints, high: Ints, at: Ints, into: _COLUMNS) -> None:
    """Append rows low:high of the source to each tag's place."""
    time, value, status, receipt = source
    times, values, statuses, receipts = into
    for i in range(len(low)):
        a, n, to = low[i], high[i] - low[i], at[place[i]]
        times[to : to + n] = time[a : a + n]
        values[to : to + n] = value[a : a + n]
        statuses[to : to + n] = status[a : a + n]
        if len(receipt):
            receipts[to : to + n] = receipt[a : a + n]
        else:
            receipts[to : to + n] = EARLY
        at[place[i]] = to + n
