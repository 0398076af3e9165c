"""Designed experiments: which level of the result each row has, where the rows fill a grid."""

import numpy as np

from bobae.core import Dataset, Ints, Role
from bobae.train.assess.grid import full_grid
from bobae.train.assess.look import Look


def levels_of(data: Dataset, target: str) -> Ints | None:
    """The level of the target (rows,), where target and settings fill a grid of combinations; None elsewhere."""
    if any(data.names(role) for role in (Role.TIME, Role.ASSET, Role.LOT)):
        return None
    names = full_grid(Look.at(data, {Role.TARGET: target}))
    if target not in names:
        return None
    return np.unique(data.values(target), return_inverse=True)[1].astype(np.int64)
