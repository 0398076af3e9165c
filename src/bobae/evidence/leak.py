"""The leak meter: by how much a test on shuffled data would have flattered the model."""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import Ints, Text, text
from bobae.evidence.budget import rounded

WARNS_ABOVE = 1.5


@dataclass(frozen=True)
class Leak:
    """The same figure twice, from shuffled stretches and from the honest split; `ratio` > 1 flatters."""

    shuffled: float
    honest: float
    ratio: float

    @property
    def warns(self) -> bool:
        """Whether a shuffled test would have misled."""
        return self.ratio > WARNS_ABOVE

    def said(self) -> Text:
        """The same for a person."""
        if not math.isfinite(self.ratio):
            return text("the leak meter has nothing to compare")
        values = {"ratio": rounded(self.ratio), "shuffled": f"{self.shuffled:.3g}", "honest": f"{self.honest:.3g}"}
        if self.warns:
            return text(
                "a test on shuffled rows would have looked {ratio} times better ({shuffled} instead of {honest}): "
                "do not believe such a test on this data",
                **values,
            )
        return text("a test on shuffled rows would have said nearly the same ({shuffled} and {honest})", **values)


def leak_meter(shuffled: float, honest: float, *, higher_is_better: bool) -> Leak:
    """How many times better the shuffled figure is than the honest one; NaN where there is no figure."""
    better, worse = (shuffled, honest) if higher_is_better else (honest, shuffled)
    if not (math.isfinite(better) and math.isfinite(worse)):
        return Leak(shuffled, honest, math.nan)
    if worse <= 0:
        return Leak(shuffled, honest, math.inf if better > 0 else 1.0)
    return Leak(shuffled, honest, better / worse)


def shuffled_parts(groups: Ints, *, stretch_rows: int, shares: tuple[float, ...], seed: int) -> Ints:
    """The part of each row when stretches of rows, not whole periods, are dealt out at random (rows,).

    A model with memory cannot be shown single rows, so the leak meter shuffles stretches of its memory's length.

    Args:
        groups: which asset or lot (rows,), contiguous; a stretch never crosses from one to the next.
        stretch_rows: length of a stretch.
        shares: of the parts, adding up to 1.
        seed: of the one generator used.
    """
    rows = len(groups)
    begin = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1]) if rows else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.append(begin, rows))
    inside = np.arange(rows) - np.repeat(begin, lengths)
    number = np.cumsum((inside % stretch_rows) == 0) - 1
    rng = np.random.default_rng(seed)
    stretches = int(number[-1]) + 1 if rows else 0
    dealt = np.searchsorted(np.cumsum(shares)[:-1], (rng.permutation(stretches) + 0.5) / max(stretches, 1))
    return np.asarray(dealt[number], dtype=np.int64)
