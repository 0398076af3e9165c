"""Designed experiments: rows that fill every combination of a few settings, in no order of time."""

from itertools import combinations

import numpy as np

from bobae.core import Ints
from bobae.train.assess.look import Look

_LEVELS = 100
_TRIED = 16  # columns whose combinations are looked at


def full_grid(look: Look) -> tuple[str, ...]:
    """The two or three columns whose every combination occurs exactly once; () where there are none."""
    rows = len(look.dataset)
    few = [p for p in look.known.values() if p.is_number and 3 <= p.distinct <= _LEVELS]
    levels = {p.column.name: np.unique(look.dataset.values(p.column.name), return_inverse=True) for p in few[:_TRIED]}
    even = {name: code for name, (kinds, code) in levels.items() if _is_even(code, len(kinds))}
    for size in (3, 2):
        for names in combinations(even, size):
            if rows == int(np.prod([even[name].max() + 1 for name in names])) and _fills(even, names, rows):
                return names
    return ()


def _is_even(code: Ints, kinds: int) -> bool:
    counts = np.bincount(code, minlength=kinds)
    return bool(counts.min() == counts.max())


def _fills(even: dict[str, Ints], names: tuple[str, ...], rows: int) -> bool:
    place = np.zeros(rows, dtype=np.int64)
    for name in names:
        place = place * (even[name].max() + 1) + even[name]
    return len(np.unique(place)) == rows
