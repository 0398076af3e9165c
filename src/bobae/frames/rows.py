"""Rows in time: how often they come, where a stretch of them starts afresh."""

from collections.abc import Iterable, Sequence

import numpy as np

from bobae.core import Bools, Floats, Ints

NS = 1_000_000_000
USUAL_AHEAD_S = (0.0, 3_600.0, 21_600.0, 86_400.0)  # the next row, an hour, six hours, a day
_FEWEST_ROWS = 5  # of a run, in the middle


def in_time_order(time_ns: Ints, groups: Ints) -> Ints:
    """The row numbers sorted by group, then time; rows of one group and time stay in their order. Both (rows,)."""
    return np.lexsort((np.arange(len(time_ns)), time_ns, groups)).astype(np.int64)


def sampling_s(time_ns: Ints, groups: Ints) -> float | None:
    """The usual step between rows of one group in seconds: the median of the positive steps; None without any.

    Both (rows,), in any order.
    """
    order = in_time_order(time_ns, groups)
    steps = np.diff(time_ns[order])[np.diff(groups[order]) == 0]
    steps = steps[steps > 0]
    return float(np.median(steps)) / NS if len(steps) else None


def starts(time_ns: Ints, groups: Ints, max_gap_s: float) -> Floats:
    """A graph's `gap` for each row: 2.0 where another group begins, 1.0 after a step back or a longer gap, else 0.0.

    Both (rows,), rows of a group together.
    """
    fresh = np.full(len(time_ns), 2.0)
    steps = np.diff(time_ns)
    broken = (steps < 0) | (steps > max_gap_s * NS)
    fresh[1:] = np.where(np.diff(groups) != 0, 2.0, np.where(broken, 1.0, 0.0))
    return fresh


def rows_ahead(seconds: Iterable[float], step_s: float) -> tuple[int, ...]:
    """So many rows later as these times are, the next row at least; times that fall on the same row count once.

    Example:
        >>> rows_ahead((0.0, 3_600.0, 86_400.0), 900.0)
        (1, 4, 96)
    """
    return tuple(sorted({max(1, round(ahead / step_s)) for ahead in seconds}))


def later(y: Floats, time_ns: Ints, groups: Ints, ahead: Sequence[int], step_s: float) -> Floats:
    """What the value was so many rows later (rows, ahead).

    NaN where that row is not so much later, or of another group. `y`, `time_ns` and `groups` are (rows,), rows of a
    group together in time order.
    """
    out = np.full((len(y), len(ahead)), np.nan)
    for i, rows in enumerate(ahead):
        if rows < len(y):
            apart_s = (time_ns[rows:] - time_ns[:-rows]) / NS
            good = (np.abs(apart_s - rows * step_s) <= 0.5 * step_s) & (groups[rows:] == groups[:-rows])
            out[:-rows, i] = np.where(good, y[rows:], np.nan)
    return out


def each_group_once(groups: Ints, counted: Bools | None = None) -> Floats:
    """Weights (rows,) by which every group counts the same, 1 in the mean over the rows counted and 0 elsewhere."""
    counted = np.ones(len(groups), dtype=np.bool_) if counted is None else counted
    _, who = np.unique(groups, return_inverse=True)
    count = np.bincount(who, counted)
    return np.where(counted, counted.sum() / max(1, (count > 0).sum()) / np.maximum(count, 1.0)[who], 0.0)


def last_rows(groups: Ints) -> Bools:
    """The last row of each group; both (rows,), rows of a group together."""
    return np.concatenate([np.diff(groups) != 0, [True]])


def are_runs(y: Floats, groups: Ints) -> bool:
    """Whether the rows are runs of several rows each with one result: then the run is the example, not the row.

    Args:
        y: the result (rows,), NaN where not known.
        groups: the run (rows,).
    """
    names, who, count = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < 2 or np.median(count) < _FEWEST_ROWS:
        return False
    known = np.isfinite(y)
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    np.minimum.at(low, who[known], y[known])
    np.maximum.at(high, who[known], y[known])
    seen = np.isfinite(low)
    return bool((low[seen] == high[seen]).all())
