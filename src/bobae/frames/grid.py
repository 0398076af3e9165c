"""Tags on a grid of times: the one kernel that history, training and live scoring read through.

Row r of a grid stands for the time t0 + (r + 1) step and rests on the interval (t0 + r step, t0 + (r + 1) step]. Input
is tag-major (see `runs`): each tag's samples in time order, older versions of the same time first, from the last sample
at or before t0 on. Sums are taken in time order, so the same samples give the same bits however they were stored.
"""

from collections.abc import Sequence

import numba
import numpy as np

from bobae.core import Aggregate, Floats, Ints, Statuses

ORDER: tuple[Aggregate, ...] = ("last", "mean", "min", "max", "sum", "count", "first")
NO_LIMIT = np.iinfo(np.int64).max


def on_grid(
    start: Ints,
    time: Ints,
    value: Floats,
    status: Statuses,
    *,
    t0_ns: int,
    step_ns: int,
    rows: int,
    aggs: Sequence[Aggregate],
    worst: int,
    max_age_ns: int | None = None,
    receipt: Ints | None = None,
    settle_ns: int | None = None,
) -> Floats:
    """The aggregates of each tag on the grid: float64 (tags, aggs, rows), NaN where there is none, count 0.

    Args:
        start: (tags + 1,), where each tag's samples begin in the columns.
        time: source times, ns (samples,).
        value: (samples,).
        status: OPC UA codes (samples,).
        t0_ns: the end of the interval before row 0.
        step_ns: between rows.
        rows: how many.
        aggs: which; 'last' is carried on until a sample that does not count, or for `max_age_ns`.
        worst: the highest status code that still counts; other samples end what is carried on and count nowhere.
        max_age_ns: None: no limit.
        receipt: (samples,), needed with `settle_ns`.
        settle_ns: a row sees only what had been received so long after its time.
    """
    out = np.empty((len(start) - 1, len(aggs), rows))
    slot = np.array([aggs.index(name) if name in aggs else -1 for name in ORDER], dtype=np.int64)
    age = NO_LIMIT if max_age_ns is None else max_age_ns
    if settle_ns is None or receipt is None:
        _fold(start, time, value, status, t0_ns, step_ns, worst, age, slot, out)
    else:
        _fold_settled(start, time, value, status, receipt, t0_ns, step_ns, worst, age, settle_ns, slot, out)
    return out


@numba.njit(cache=True, nogil=True)
def _fold(
    start: Ints,
    time: Ints,
    value: Floats,
    status: Statuses,
    t0: int,
    step: int,
    worst: int,
    age: int,
    slot: Ints,
    out: Floats,
) -> None:
    rows = out.shape[2]
    last, mean, low, high, total, number, first = slot
    for k in range(len(start) - 1):
        carried, carried_at = np.nan, np.int64(0)
        n, s, least, most, begun = 0, 0.0, np.inf, -np.inf, np.nan
        row, end = -1, t0
        for i in range(start[k], start[k + 1] + 1):
            over = i == start[k + 1]
            if i + 1 < start[k + 1] and time[i + 1] == time[i]:
                continue  # a later version stands right behind
            while row < rows and (over or time[i] > end):
                if row >= 0:
                    if last >= 0:
                        out[k, last, row] = carried if end - carried_at <= age else np.nan
                    if mean >= 0:
                        out[k, mean, row] = s / n if n else np.nan
                    if low >= 0:
                        out[k, low, row] = least if n else np.nan
                    if high >= 0:
                        out[k, high, row] = most if n else np.nan
                    if total >= 0:
                        out[k, total, row] = s if n else np.nan
                    if number >= 0:
                        out[k, number, row] = n
                    if first >= 0:
                        out[k, first, row] = begun
                n, s, least, most, begun = 0, 0.0, np.inf, -np.inf, np.nan
                row += 1
                end += step
            if row == rows:
                break
            v = value[i]
            if status[i] > worst or np.isnan(v):
                carried = np.nan
                continue
            carried, carried_at = v, time[i]
            if row < 0:
                continue
            if n == 0:
                begun = v
            n += 1
            s += v
            least = min(least, v)
            most = max(most, v)


@numba.njit(cache=True, nogil=True)
def _fold_settled(
    start: Ints,
    time: Ints,
    value: Floats,
    status: Statuses,
    receipt: Ints,
    t0: int,
    step: int,
    worst: int,
    age: int,
    settle: int,
    slot: Ints,
    out: Floats,
) -> None:
    """As `_fold`, each row only from samples received by its time plus `settle`."""
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
            known = max(own, max(-(-(receipt[i] - settle - t0) // step) - 1, 0))
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
