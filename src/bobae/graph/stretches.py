"""Stretches: runs of rows that follow on each other; whatever a piece remembers is forgotten where one begins."""

import numpy as np

from bobae.core import Bools, Floats, Ints


def first_rows(gap: Floats) -> Bools:
    """Where a stretch begins: marked by gap (rows,), and always at the first row."""
    first = gap > 0.5
    first[:1] = True
    return first


def start_rows(gap: Floats) -> Ints:
    """For each row the number of the row that its stretch began with, (rows,)."""
    rows = np.arange(len(gap), dtype=np.int64)
    return np.maximum.accumulate(np.where(first_rows(gap), rows, 0))


def spans(gap: Floats) -> list[tuple[int, int]]:
    """Each stretch as (first row, row after its last)."""
    begins = np.flatnonzero(first_rows(gap)).tolist()
    return list(zip(begins, [*begins[1:], len(gap)], strict=True))
