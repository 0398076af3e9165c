"""A dataset's rows as the graph takes them: in time order, with what follows on what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Contract, Dataset, Floats, Input, Ints, Role
from bobae.frames import in_time_order, sampling_s, starts

_LONGEST_GAP_ROWS = 10


def groups_of(data: Dataset) -> Ints:
    """A number for each asset and lot (rows,): rows of one number are one stream."""
    keys = [data.values(name).astype(str) for name in (*data.names(Role.ASSET), *data.names(Role.LOT))]
    if not keys:
        return np.zeros(len(data), dtype=np.int64)
    joined = np.array(["\0".join(parts) for parts in zip(*keys, strict=True)])
    return np.unique(joined, return_inverse=True)[1].astype(np.int64)


def times_of(data: Dataset) -> Ints:
    """When each row was true in ns (rows,); its number where the data has no clock."""
    time = data.time_ns()
    return np.arange(len(data), dtype=np.int64) if time is None else time


@dataclass(frozen=True, eq=False)
class Readings:
    """A dataset's rows as its graph will be given them, in the order they are in.

    Attributes:
        x: (rows, inputs).
        gap: (rows,), as `frames.starts`.
        sampling_s: the usual step between rows; None without a clock.
        max_gap_s: a longer step begins a new stretch; None without a clock.
    """

    x: Floats
    gap: Floats
    sampling_s: float | None
    max_gap_s: float | None


def readings(data: Dataset, inputs: Sequence[Input]) -> Readings:
    """What these inputs say of each row; a stretch ends where ten rows are missing."""
    time, groups = times_of(data), groups_of(data)
    step = sampling_s(time, groups) if data.time_ns() is not None else None
    longest = None if step is None else _LONGEST_GAP_ROWS * step
    x = np.column_stack([one.read(data) for one in inputs])
    return Readings(x, starts(time, groups, np.inf if longest is None else longest), step, longest)


def arranged(data: Dataset, contract: Contract) -> tuple[Ints, Floats, Floats]:
    """(order, x, gap): row numbers in time order by asset and lot, and the graph's inputs in that order."""
    time, groups = times_of(data), groups_of(data)
    order = in_time_order(time, groups)
    longest = np.inf if contract.max_gap_s is None else contract.max_gap_s
    return order, contract.rows(data)[order], starts(time[order], groups[order], longest)
