"""Time-aligned kernels and features."""

from bobae.frames.rows import in_time_order, sampling_s, starts

__all__ = ["in_time_order", "sampling_s", "starts"]
