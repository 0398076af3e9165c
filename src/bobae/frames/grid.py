"""Tags on a grid of times: the one kernel that history, training and live scoring read through.

Row r of a grid stands for the time t0 + (r + 1) step and rests on the interval (t0 + r step, t0 + (r + 1) step]. Input
is tag-major (see `runs`): each tag's samples in time order, older versions of the same time first, from the last sample
at or before t0 on. Sums are taken in time order, so the same samples give the same bits however they were stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np

from bobae.core import Aggregate, Floats, Gap, Ints, Statuses

ORDER: tuple[Aggregate, ...] = ("last", "mean", "min", "max", "sum", "count", "first")
NO_LIMIT = np.iinfo(np.int64).max
_NOT_COLLECTED = np.uint32(Gap.NOT_COLLECTED)


@dataclass(frozen=True)
class Grid:
    """Which rows, which aggregates, and which samples count.

    Attributes:
        t0_ns: the end of the interval before row 0.
        step_ns: between rows.
        rows: how many.
        aggs: which; 'last' is carried on until a sample that does not count, or for `max_age_ns`.
        worst: the highest status code that still counts; other samples end what is carried on and count nowhere.
        max_age_ns: None: no limit.
    """

    t0_ns: int
    step_ns: int
    rows: int
    aggs: Sequence[Aggregate]
    worst: int
    max_age_ns: int | None = None

    @property
    def slots(self) -> Ints:
        """Where each of `ORDER` stands among the aggregates, -1 where it does not."""
        return np.array([self.aggs.index(name) if name in self.aggs else -1 for name in ORDER], dtype=np.int64)

    @property
    def age_ns(self) -> int:
        """The age limit as a number."""
        return NO_LIMIT if self.max_age_ns is None else self.max_age_ns

    def folded(self, start: Ints, time: Ints, value: Floats, status: Statuses) -> Floats:
        """The aggregates of tag-major samples: float64 (tags, aggs, rows), NaN where there is none, count 0."""
        folding = Folding(self, Beside(start, time, value, status, np.zeros(len(time), np.int64)))
        return folding.finished()

    def settled(
        self, start: Ints, time: Ints, value: Floats, status: Statuses, receipt: Ints, settle_ns: int
    ) -> Floats:
        """As `folded`, each row only from what had been received by its time plus `settle_ns`.

        That nothing was collected counts from its own time on: it is written down only when collecting begins again.
        """
        out = np.empty((len(start) - 1, len(self.aggs), self.rows))
        limits = (self.t0_ns, self.step_ns, self.worst, self.age_ns, settle_ns)
        _fold_settled(start, time, value, status, receipt, limits, self.slots, out)
        return out


@dataclass(frozen=True, eq=False)
class Beside:
    """Tag-major samples that are woven into those that come piece by piece; of equal times the higher rank holds."""

    start: Ints
    time: Ints
    value: Floats
    status: Statuses
    rank: Ints


class Folding:
    """Aggregates taken up piece by piece: the samples of a tag may come from several places, earlier ones first.

    Args:
        grid: what is wanted.
        beside: a few samples of every tag that belong between those of the pieces, such as late corrections.
    """

    def __init__(self, grid: Grid, beside: Beside) -> None:
        tags = len(beside.start) - 1
        self._grid, self._beside = grid, beside
        self._out = np.empty((tags, len(grid.aggs), grid.rows))
        self._numbers = np.tile([np.nan, 0.0, np.inf, -np.inf, np.nan], (tags, 1))  # carried, sum, min, max, first
        self._counts = np.tile(
            np.array([0, 0, -1, grid.t0_ns, 0]), (tags, 1)
        )  # carried at, count, row, its end, beside
        self._counts[:, 4] = beside.start[:-1]

    def take(self, piece: tuple[Ints, Ints, Ints], time: Ints, value: Floats, status: Statuses, *, rank: int) -> None:
        """Rows low[i]:high[i] of the columns are the next samples of tag place[i]; older versions of a time first.

        Args:
            piece: place, low and high, each (i,).
            time: ns (rows,).
            value: (rows,).
            status: (rows,).
            rank: of all these rows, against those beside.
        """
        self._fold(piece, (time, value, status), rank, over=False)

    def finished(self) -> Floats:
        """Float64 (tags, aggs, rows): all samples have been taken."""
        everyone, none = np.arange(len(self._out)), np.zeros(len(self._out), np.int64)
        b = self._beside
        self._fold((everyone, none, none), (b.time[:0], b.value[:0], b.status[:0]), 0, over=True)
        return self._out

    def _fold(
        self, piece: tuple[Ints, Ints, Ints], columns: tuple[Ints, Floats, Statuses], rank: int, *, over: bool
    ) -> None:
        grid, b = self._grid, self._beside
        beside = (b.start, b.time, b.value, b.status, b.rank)
        limits = (grid.step_ns, grid.worst, grid.age_ns, rank)
        _fold(piece, columns, beside, limits, grid.slots, (self._numbers, self._counts, self._out), over)


@numba.njit(cache=True, nogil=True)
def _fold(
    piece: tuple[Ints, Ints, Ints],
    columns: tuple[Ints, Floats, Statuses],
    beside: tuple[Ints, Ints, Floats, Statuses, Ints],
    limits: tuple[int, int, int, int],
    slot: Ints,
    state: tuple[Floats, Ints, Floats],
    over: bool,
) -> None:
    """Go on with each tag of the piece to the end of its rows; `over`: to the end of the grid."""
    place, low, high = piece
    time, value, status = columns
    starts, times, values, statuses, ranks = beside
    step, worst, age, rank = limits
    numbers, counts, out = state
    rows = out.shape[2]
    last, mean, lowest, highest, total, number, first = slot
    for p in range(len(place)):
        k, i, until = place[p], low[p], high[p]
        carried, s, least, most, begun = numbers[k]
        carried_at, n, row, end, j = counts[k]
        stop = starts[k + 1]
        while i < until or over:
            while i + 1 < until and time[i + 1] == time[i]:
                i += 1  # a later version stands right behind
            while j + 1 < stop and times[j + 1] == times[j]:
                j += 1
            ended = i >= until and j >= stop
            at, v, code = NO_LIMIT, np.nan, worst
            if i < until and (j >= stop or time[i] <= times[j]):
                at, v, code = time[i], value[i], status[i]
                i += 1
                if j < stop and times[j] == at:
                    if ranks[j] > rank:
                        v, code = values[j], statuses[j]
                    j += 1
            elif j < stop:
                at, v, code = times[j], values[j], statuses[j]
                j += 1
            while row < rows and at > end:
                if row >= 0:
                    if last >= 0:
                        out[k, last, row] = carried if end - carried_at <= age else np.nan
                    if mean >= 0:
                        out[k, mean, row] = s / n if n else np.nan
                    if lowest >= 0:
                        out[k, lowest, row] = least if n else np.nan
                    if highest >= 0:
                        out[k, highest, row] = most if n else np.nan
                    if total >= 0:
                        out[k, total, row] = s if n else np.nan
                    if number >= 0:
                        out[k, number, row] = n
                    if first >= 0:
                        out[k, first, row] = begun
                n, s, least, most, begun = 0, 0.0, np.inf, -np.inf, np.nan
                row += 1
                end += step
            if ended or row == rows:
                break
            if code > worst or np.isnan(v):
                carried = np.nan
                continue
            carried, carried_at = v, at
            if row < 0:
                continue
            if n == 0:
                begun = v
            n += 1
            s += v
            least = min(least, v)
            most = max(most, v)
        numbers[k, 0], numbers[k, 1], numbers[k, 2], numbers[k, 3], numbers[k, 4] = carried, s, least, most, begun
        counts[k, 0], counts[k, 1], counts[k, 2], counts[k, 3], counts[k, 4] = carried_at, n, row, end, j


@numba.njit(cache=True, nogil=True)
def _fold_settled(
    start: Ints,
    time: Ints,
    value: Floats,
    status: Statuses,
    receipt: Ints,
    limits: tuple[int, int, int, int, int],
    slot: Ints,
    out: Floats,
) -> None:
    t0, step, worst, age, settle = limits
    rows = out.shape[2]
    last, mean, low, high, total, number, first = slot
    shown = np.empty(rows, np.int64)
    seen = np.empty(rows, np.int64)
    for k in range(len(start) - 1):
        shown[:] = -1
        seen[:] = 0
        for which in (mean, low, high, total, first):
            if which >= 0:
                out[k, which, :] = np.nan
        sums = np.zeros(rows)
        for i in range(start[k], start[k + 1]):
            own = max(-(-(time[i] - t0) // step) - 1, -1)  # the row whose interval it lies in; -1: before the first
            # nothing was scored while nothing was collected: that is known only later, and holds from its own time on
            received = time[i] if status[i] == _NOT_COLLECTED else receipt[i]
            known = max(own, max(-(-(received - settle - t0) // step) - 1, 0))
            if known < rows:
                shown[known] = max(shown[known], i)
            if own < 0 or own >= rows or known > own:
                continue  # it came too late for its own row
            j = i + 1
            replaced = False
            while j < start[k + 1] and time[j] == time[i]:
                replaced = replaced or receipt[j] <= t0 + (own + 1) * step + settle
                j += 1
            if replaced or status[i] > worst or np.isnan(value[i]):
                continue
            v = value[i]
            if low >= 0:
                out[k, low, own] = v if seen[own] == 0 else min(out[k, low, own], v)
            if high >= 0:
                out[k, high, own] = v if seen[own] == 0 else max(out[k, high, own], v)
            if first >= 0 and seen[own] == 0:
                out[k, first, own] = v
            seen[own] += 1
            sums[own] += v
        newest = -1
        for row in range(rows):
            newest = max(newest, shown[row])
            if last >= 0:
                counts = newest >= 0 and status[newest] <= worst
                fresh = counts and t0 + (row + 1) * step - time[newest] <= age
                out[k, last, row] = value[newest] if fresh else np.nan
            if seen[row] and mean >= 0:
                out[k, mean, row] = sums[row] / seen[row]
            if seen[row] and total >= 0:
                out[k, total, row] = sums[row]
            if number >= 0:
                out[k, number, row] = seen[row]


@numba.njit(cache=True, nogil=True)
def as_of(start: Ints, time: Ints, value: Floats, status: Statuses, times: Ints, worst: int, age: int) -> Floats:
    """What each tag showed at each of `times` (ascending): float64 (tags, times), NaN where there is none.

    `age` is `NO_LIMIT` or the oldest that a value may be, ns. A sample that does not count ends the one before.
    """
    out = np.full((len(start) - 1, len(times)), np.nan)
    for k in range(len(start) - 1):
        i = start[k] - 1
        for at in range(len(times)):
            while i + 1 < start[k + 1] and time[i + 1] <= times[at]:
                i += 1
            if i >= start[k] and status[i] <= worst and times[at] - time[i] <= age:
                out[k, at] = value[i]
    return out
