"""A dataset's rows as the graph takes them: in time order, with what follows on what."""

import numpy as np

from bobae.core import Contract, Dataset, Floats, Ints, Role
from bobae.frames import in_time_order, starts


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


def arranged(data: Dataset, contract: Contract) -> tuple[Ints, Floats, Floats]:
    """(order, x, gap): row numbers in time order by asset and lot, and the graph's inputs in that order."""
    time, groups = times_of(data), groups_of(data)
    order = in_time_order(time, groups)
    longest = np.inf if contract.max_gap_s is None else contract.max_gap_s
    return order, contract.rows(data)[order], starts(time[order], groups[order], longest)
