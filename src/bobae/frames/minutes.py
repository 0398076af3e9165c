"""One-minute rows: what is left of samples whose raw form is gone, and a grid of whole minutes made of them.

The row of a minute stands for its end, as every row of a grid: it rests on (end - 60 s, end]. Only good samples count;
whether the minute ended with one is kept too, so that a value is carried on from minutes as from samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numba
import numpy as np

from bobae.core import Bools, Floats, Ints, Quality, Statuses
from bobae.frames.grid import Grid

MINUTE_NS = 60 * 1_000_000_000
MinuteColumns = tuple[Ints, Ints, Floats, Floats, Floats, Floats, Floats, Ints, Statuses, Bools]


@dataclass(frozen=True, eq=False)
class Minutes:
    """Tag-major one-minute rows, of minutes with samples only: tag k has rows start[k]:start[k+1], in time order.

    Attributes:
        start: (tags + 1,).
        minute_ns: the end of the minute, ns UTC (rows,).
        count: good samples.
        total: their sum, NaN (as the next four) without any.
        least: the smallest.
        most: the largest.
        first: the earliest.
        last: the latest.
        last_ns: the time of the latest sample of all, good or not.
        status: its status.
        holds: whether it is a good one, so that its value goes on after the minute.
    """

    start: Ints
    minute_ns: Ints
    count: Ints
    total: Floats
    least: Floats
    most: Floats
    first: Floats
    last: Floats
    last_ns: Ints
    status: Statuses
    holds: Bools

    @classmethod
    def of(cls, start: Ints, time: Ints, value: Floats, status: Statuses) -> Self:
        """Of tag-major samples, older versions of a time first."""
        starts = _counted(start, time)
        rows = int(starts[-1])
        numbers = np.full((5, rows), np.nan)
        ints = np.zeros((3, rows), np.int64)
        ends, holds = np.empty(rows, np.uint32), np.empty(rows, np.bool_)
        _fill(start, (time, value, status), Quality.GOOD.worst, starts, (numbers, ints, ends, holds))
        total, least, most, first, last = numbers
        return cls(starts, ints[0], ints[1], total, least, most, first, last, ints[2], ends, holds)

    def columns(self) -> MinuteColumns:
        """All but `start`, in the order of the attributes."""
        return (
            self.minute_ns,
            self.count,
            self.total,
            self.least,
            self.most,
            self.first,
            self.last,
            self.last_ns,
            self.status,
            self.holds,
        )

    @property
    def place(self) -> Ints:
        """The tag of each row: its place among those asked for."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    @classmethod
    def sorted(cls, place: Ints, columns: Sequence[np.ndarray], tags: int) -> Self:
        """Rows in any order, sorted by tag and minute."""
        order = np.lexsort((columns[0], place))
        start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=tags))])
        return cls(start, *(column[order] for column in columns))

    @classmethod
    def joined(cls, parts: "list[Minutes]") -> Self:
        """The rows of all parts, which are about the same tags and no minute twice."""
        columns = tuple(np.concatenate(same) for same in zip(*(part.columns() for part in parts), strict=True))
        return cls.sorted(np.concatenate([part.place for part in parts]), columns, len(parts[0].start) - 1)

    def on(self, grid: Grid) -> Floats:
        """The aggregates on a grid of whole minutes: float64 (tags, aggs, rows), NaN where there is none, count 0."""
        out = np.empty((len(self.start) - 1, len(grid.aggs), grid.rows))
        _fold(self.start, self.columns(), (grid.t0_ns, grid.step_ns, grid.age_ns), grid.slots, out)
        return out


@numba.njit(cache=True, nogil=True)
def _counted(start: Ints, time: Ints) -> Ints:
    starts = np.zeros_like(start)
    for k in range(len(start) - 1):
        starts[k + 1] = starts[k]
        for i in range(start[k], start[k + 1]):
            if i == start[k] or -(-time[i] // MINUTE_NS) != -(-time[i - 1] // MINUTE_NS):
                starts[k + 1] += 1
    return starts


@numba.njit(cache=True, nogil=True)
def _fill(
    start: Ints,
    samples: tuple[Ints, Floats, Statuses],
    worst: int,
    starts: Ints,
    out: tuple[Floats, Ints, Statuses, Bools],
) -> None:
    time, value, status = samples
    numbers, ints, ends, holds = out
    for k in range(len(start) - 1):
        row = starts[k] - 1
        for i in range(start[k], start[k + 1]):
            minute = -(-time[i] // MINUTE_NS) * MINUTE_NS
            if i == start[k] or minute != ints[0, row]:
                row += 1
                ints[0, row] = minute
            if i + 1 < start[k + 1] and time[i + 1] == time[i]:
                continue  # a later version stands right behind
            v = value[i]
            good = status[i] <= worst and not np.isnan(v)
            ints[2, row], ends[row], holds[row] = time[i], status[i], good
            if not good:
                continue
            if ints[1, row] == 0:
                numbers[0, row], numbers[1, row], numbers[2, row], numbers[3, row] = 0.0, v, v, v
            ints[1, row] += 1
            numbers[0, row] += v
            numbers[1, row] = min(numbers[1, row], v)
            numbers[2, row] = max(numbers[2, row], v)
            numbers[4, row] = v


@numba.njit(cache=True, nogil=True)
def _fold(
    start: Ints,
    columns: MinuteColumns,
    limits: tuple[int, int, int],
    slot: Ints,
    out: Floats,
) -> None:
    minute, count, total, least, most, begun, ended, ended_at, _, holds = columns
    t0, step, age = limits
    last, mean, low, high, summed, number, first = slot
    for k in range(len(start) - 1):
        carried, carried_at = np.nan, np.int64(0)
        i = start[k]
        for row in range(-1, out.shape[2]):  # row -1 is all up to t0: only what it showed last matters
            end = t0 + (row + 1) * step
            n, s, smallest, largest, earliest = 0, 0.0, np.inf, -np.inf, np.nan
            while i < start[k + 1] and minute[i] <= end:
                carried, carried_at = (ended[i], ended_at[i]) if holds[i] else (np.nan, carried_at)
                if count[i]:
                    earliest = begun[i] if n == 0 else earliest
                    n += count[i]
                    s += total[i]
                    smallest, largest = min(smallest, least[i]), max(largest, most[i])
                i += 1
            if row < 0:
                continue
            if last >= 0:
                out[k, last, row] = carried if end - carried_at <= age else np.nan
            if mean >= 0:
                out[k, mean, row] = s / n if n else np.nan
            if low >= 0:
                out[k, low, row] = smallest if n else np.nan
            if high >= 0:
                out[k, high, row] = largest if n else np.nan
            if summed >= 0:
                out[k, summed, row] = s if n else np.nan
            if number >= 0:
                out[k, number, row] = n
            if first >= 0:
                out[k, first, row] = earliest
