"""Time-aligned kernels and features.

The compiled kernels (`runs`, `grid`) are imported from their own modules: numba loads where it is needed only.
"""

from bobae.frames.rows import are_runs, in_time_order, last_rows, sampling_s, starts

__all__ = ["are_runs", "in_time_order", "last_rows", "sampling_s", "starts"]
