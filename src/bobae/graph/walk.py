"""The walk through trees, compiled: `Trees.run` is its only caller."""

import numba
import numpy as np

from bobae.core import Bools, Floats, Ints


@numba.njit(cache=True, nogil=True)
def walk(
    x: Floats,
    roots: Ints,
    column: Ints,
    threshold: Floats,
    left: Ints,
    right: Ints,
    missing_left: Bools,
    leaves: Floats,
    sums: int,
) -> Floats:
    """The leaves that each row of x (rows, columns) ends in, summed: (rows, sums * numbers); see `Trees`."""
    numbers = leaves.shape[1]
    out = np.zeros((len(x), sums * numbers))
    for row in range(len(x)):
        for tree in range(len(roots)):
            node = roots[tree]
            while column[node] >= 0:
                value = x[row, column[node]]
                goes_left = missing_left[node] if np.isnan(value) else value <= threshold[node]
                node = left[node] if goes_left else right[node]
            at = (tree % sums) * numbers
            leaf = left[node]
            for i in range(numbers):
                out[row, at + i] += leaves[leaf, i]
    return out
