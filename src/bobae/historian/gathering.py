"""From segments and memory to samples tag by tag: only the row groups that hold something wanted are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numba
import numpy as np

from bobae.core import Bools, Floats, Ints, Statuses, Tags
from bobae.frames.grid import Beside, Folding, Grid
from bobae.frames.runs import known_rows, put_in_order
from bobae.historian.hot import NEVER, TagMajor
from bobae.historian.segment import Segment

_EVER = np.iinfo(np.int64).max
EARLY = 0  # a receipt time that is early enough for every question: the segment's rows all are
_LARGE = 8  # a segment with no fewer rows than the largest one's by this factor goes through the kernel unwoven
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
    rank: int  # of equal times the higher rank's holds


@dataclass(frozen=True, eq=False)
class _Share:
    """The tags that are wanted of one segment: places among those asked for, and in its index."""

    segment: Segment
    rank: int
    place: Ints
    at: Ints

    def only(self, chosen: Bools) -> "_Share":
        """The chosen tags."""
        return _Share(self.segment, self.rank, self.place[chosen], self.at[chosen])


def gathered(segments: Sequence[Segment], fresh: TagMajor, tags: Tags, reach: Reach) -> TagMajor:
    """The samples of `tags` within `reach`, in time order; `fresh` holds those in memory alone, tag by tag.

    Raises:
        OSError: a segment is gone (compacted meanwhile) or damaged.
    """
    found = np.full(len(tags), NEVER)  # the latest time at or before t0 that was seen for each tag
    _note_carry(fresh, reach, found)
    pieces = [piece for share in _within(segments, tags, reach) for piece in _read(share, reach, found)]
    if reach.carry:
        for share in _before(segments, tags, reach):
            later = share.segment.index.max_ns[share.at] >= found[share.place]
            pieces += _read(share.only(later), reach, found)
    out, _ = _put_together(pieces, fresh)
    put_in_order(out.start, out.time, out.value, out.status, out.receipt)
    if reach.known_at_ns is None:
        return out
    rows, start = known_rows(out.start, out.receipt, reach.known_at_ns)
    return TagMajor(start, out.time[rows], out.value[rows], out.status[rows], out.receipt[rows])


def folded(segments: Sequence[Segment], fresh: TagMajor, tags: Tags, grid: Grid) -> Floats:
    """The tags on a grid: (tags, aggs, rows), as of all that is known.

    Each tag's large segments that follow one another in time go through the kernel as they are read; what lies between
    them (late corrections, small segments, memory) is gathered first and woven in.

    Raises:
        OSError: a segment is gone (compacted meanwhile) or damaged.
    """
    reach = Reach(grid.t0_ns, grid.t0_ns + grid.rows * grid.step_ns)
    shares = _enough(segments, tags, reach)
    large, small = _in_a_row(shares, len(tags))
    nothing = np.full(len(tags), NEVER)
    beside, rank = _put_together([piece for share in small for piece in _read(share, reach, nothing)], fresh)
    put_in_order(beside.start, beside.time, beside.value, beside.status, rank)
    folding = Folding(grid, Beside(beside.start, beside.time, beside.value, beside.status, rank))
    for share in large:
        for piece in _read(share, reach, nothing):
            columns = piece.columns[:3]
            folding.take((piece.place, piece.low, piece.high), *columns, rank=piece.rank)
    return folding.finished()


def _within(segments: Sequence[Segment], tags: Tags, reach: Reach) -> Iterator[_Share]:
    """The segments with samples between t0 and t1."""
    for rank, segment in enumerate(segments):
        if segment.max_ns <= reach.t0_ns or segment.min_ns > reach.t1_ns:
            continue
        place, at = segment.find(tags)
        index = segment.index
        chosen = (index.max_ns[at] > reach.t0_ns) & (index.min_ns[at] <= reach.t1_ns)
        yield _Share(segment, rank, place, at).only(chosen)


def _before(segments: Sequence[Segment], tags: Tags, reach: Reach) -> Iterator[_Share]:
    """The segments with tags whose samples there end at or before t0, the latest segment first."""
    for rank in sorted(range(len(segments)), key=lambda n: -segments[n].max_ns):
        segment = segments[rank]
        if segment.min_ns > reach.t0_ns:
            continue
        place, at = segment.find(tags)
        yield _Share(segment, rank, place, at).only(segment.index.max_ns[at] <= reach.t0_ns)


def _enough(segments: Sequence[Segment], tags: Tags, reach: Reach) -> list[_Share]:
    """What must be read of each segment when everything counts as known: by the index alone."""
    shares = list(_within(segments, tags, reach))
    shown = np.full(len(tags), NEVER)  # a time at or before t0 from which on everything of a tag is read
    for share in shares:
        begins = share.segment.index.min_ns[share.at]
        early = begins <= reach.t0_ns
        np.maximum.at(shown, share.place[early], begins[early])
    for share in _before(segments, tags, reach):
        ends = share.segment.index.max_ns[share.at]
        shares.append(share.only(ends >= shown[share.place]))
        np.maximum.at(shown, share.place, ends)
    return [share for share in shares if len(share.place)]


def _in_a_row(shares: Sequence[_Share], tags: int) -> tuple[list[_Share], list[_Share]]:
    """The shares of each tag that are large and follow one another in time, in that order; and all others."""
    most = max((share.segment.rows for share in shares), default=0)
    until = np.full(tags, NEVER)
    large, small = [], []
    for share in sorted(shares, key=lambda share: share.segment.min_ns):
        index = share.segment.index
        after = (index.min_ns[share.at] > until[share.place]) & (share.segment.rows * _LARGE >= most)
        until[share.place[after]] = index.max_ns[share.at[after]]
        large.append(share.only(after))
        small.append(share.only(~after))
    return large, small


def _read(share: _Share, reach: Reach, found: Ints) -> Iterator[_Piece]:
    """The rows wanted, row group by row group; notes in `found` what the tags showed at t0."""
    if not len(share.at):
        return
    segment = share.segment
    first, last = segment.index.start[share.at], segment.index.start[share.at + 1]
    first_group, last_group = segment.groups(first), segment.groups(last - 1)
    limit = _EVER if reach.known_at_ns is None else reach.known_at_ns
    if reach.settle_ns is not None and not segment.loaded:
        limit = min(limit, reach.t0_ns + reach.settle_ns)
    for group in range(int(first_group.min()), int(last_group.max()) + 1):
        here = np.flatnonzero((first_group <= group) & (group <= last_group))
        if not len(here):
            continue
        time, value, status, receipt = segment.columns(group, receipt=reach.needs_receipt(segment))
        begin = segment.first_row(group)
        low = np.maximum(first[here] - begin, 0)
        high = np.minimum(last[here] - begin, len(time))
        _trim(time, receipt, low, high, (reach.t0_ns, reach.t1_ns, limit), reach.carry, share.place[here], found)
        if segment.loaded and len(receipt) and not reach.verbatim:
            # known since it was loaded; else as if received when measured
            receipt = np.where(receipt <= limit, EARLY, _EVER)
        yield _Piece((time, value, status, receipt), share.place[here], low, high, share.rank)


def _note_carry(fresh: TagMajor, reach: Reach, found: Ints) -> None:
    timely = _EVER if reach.settle_ns is None else reach.t0_ns + reach.settle_ns
    limit = min(timely, _EVER if reach.known_at_ns is None else reach.known_at_ns)
    _latest(fresh.start, fresh.time, fresh.receipt, reach.t0_ns, limit, found)


def _put_together(pieces: Sequence[_Piece], fresh: TagMajor) -> tuple[TagMajor, Ints]:
    """All rows tag by tag, those of lower rank first, and each row's rank (`fresh` has the highest)."""
    count = np.diff(fresh.start)
    for piece in pieces:
        np.add.at(count, piece.place, piece.high - piece.low)
    out = TagMajor.empty(np.concatenate([[0], np.cumsum(count)]))
    rank = np.empty(len(out.time), np.int64)
    into = (out.time, out.value, out.status, out.receipt, rank)
    at = out.start[:-1].copy()
    for piece in sorted(pieces, key=lambda piece: piece.rank):
        _copy(piece.columns, piece.place, piece.low, piece.high, at, into, piece.rank)
    everyone = np.arange(len(count))
    source = (fresh.time, fresh.value, fresh.status, fresh.receipt)
    _copy(source, everyone, fresh.start[:-1], fresh.start[1:], at, into, _EVER)
    return out, rank


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
def _copy(
    source: _COLUMNS,
    place: Ints,
    low: Ints,
    high: Ints,
    at: Ints,
    into: tuple[Ints, Floats, Statuses, Ints, Ints],
    rank: int,
) -> None:
    """Append rows low:high of the source to each tag's place."""
    time, value, status, receipt = source
    times, values, statuses, receipts, ranks = into
    for i in range(len(low)):
        a, n, to = low[i], high[i] - low[i], at[place[i]]
        times[to : to + n] = time[a : a + n]
        values[to : to + n] = value[a : a + n]
        statuses[to : to + n] = status[a : a + n]
        if len(receipt):
            receipts[to : to + n] = receipt[a : a + n]
        else:
            receipts[to : to + n] = EARLY
        ranks[to : to + n] = rank
        at[place[i]] = to + n
