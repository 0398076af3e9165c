"""Time-aligned kernels and features.

The compiled kernels (`runs`, `grid`) are imported from their own modules: numba loads where it is needed only.
"""

from bobae.frames.rows import in_time_order, sampling_s, starts

__all__ = ["in_time_order", "sampling_s", "starts"]
