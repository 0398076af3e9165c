"""Time-aligned kernels and features.

The compiled kernels (`runs`, `grid`) are imported from their own modules: numba loads where it is needed only.
"""

from bobae.frames.rows import (
    USUAL_AHEAD_S,
    are_runs,
    each_group_once,
    in_time_order,
    last_rows,
    later,
    rows_ahead,
    sampling_s,
    starts,
)

__all__ = [
    "USUAL_AHEAD_S",
    "are_runs",
    "each_group_once",
    "in_time_order",
    "last_rows",
    "later",
    "rows_ahead",
    "sampling_s",
    "starts",
]
