"""How far values have moved: an effect in spreads of what was usual, the same for a hundred rows and for a million.

A p-value asks whether two samples can be of one distribution; with enough rows of a machine the answer is always no.
What somebody must know is how far they are apart, in the signal's own unit.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bobae.core import Floats, Ints

MOVED = 0.5  # spreads; 'medium' of J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988
LEAST_ROWS = 50
FARTHEST = 10.0  # spreads outside of what was seen that one value can count for, so that a spike moves nothing
_TAIL = (0.0, 0.001, 0.005, 0.01, 0.025)  # finer where values are rare, since bins are wide there
_SHARES = np.array([*_TAIL, *np.arange(1, 20) / 20, *(1 - share for share in reversed(_TAIL))])
LEVELS = 20
_LEVEL = 1e-3  # of a signal that never changed: the part of its value that is no change
_SIGMA = (0.16, 0.84)

Moved = Literal["moved", "same", "not_enough_evidence"]


@dataclass(frozen=True, eq=False)
class Usual:
    """What one signal usually shows, as a histogram.

    Attributes:
        edges: of the bins (bins + 1,), ascending.
        share: of the values in each bin (bins,), summing to 1.
        missing: share of the rows that had no value.
    """

    edges: Floats
    share: Floats
    missing: float = 0.0

    @classmethod
    def of(cls, values: Floats) -> "Usual | None":
        """That of values (rows,), NaN where missing; None: there are none.

        A signal with few levels, such as a valve, gets a bin for each of them; any other one bins of equal shares,
        finer ones at both ends.
        """
        seen = values[np.isfinite(values)]
        if not len(seen):
            return None
        levels = np.unique(seen)
        if len(levels) <= LEVELS:
            steps = np.diff(levels) / 2
            least = max(abs(float(levels[0])), abs(float(levels[-1]))) * _LEVEL or _LEVEL
            outer = steps[[0, -1]] if len(steps) else (least, least)
            edges = np.concatenate([[levels[0] - outer[0]], levels[:-1] + steps, [levels[-1] + outer[1]]])
        else:
            edges = np.unique(np.quantile(seen, _SHARES))
        counts, _ = np.histogram(seen, edges)
        return cls(edges, counts / counts.sum(), float(1 - len(seen) / len(values)))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Usual":
        """What `as_json` gave."""
        return cls(np.array(kept["edges"], float), np.array(kept["share"], float), float(kept["missing"]))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"edges": self.edges.tolist(), "share": self.share.tolist(), "missing": self.missing}

    def quantile(self, share: Floats | Sequence[float]) -> Floats:
        """The value below which each share of the values lies."""
        return np.interp(share, np.concatenate([[0.0], np.cumsum(self.share)]), self.edges)

    @property
    def spread(self) -> float:
        """One spread: half of the range that two thirds of the values lie in, above zero."""
        centres = (self.edges[1:] + self.edges[:-1]) / 2
        mean = float(self.share @ centres)
        deviation = math.sqrt(max(0.0, float(self.share @ (centres - mean) ** 2)))
        low, high = self.quantile(_SIGMA)
        least = float(np.abs(self.edges).max()) * _LEVEL / 2 or _LEVEL
        return max((float(high) - float(low)) / 2, deviation / 2, least)


@dataclass(frozen=True)
class Shift:
    """How far values have moved from what was usual.

    Attributes:
        effect: by how many spreads a value has moved on average, either way: Wasserstein's first distance (the earth
            mover's) over the spread; 0 is not at all.
        before, now: the median then and now, in the signal's unit.
        rows: that were looked at.
        answer: whether that is worth a word.
    """

    effect: float
    before: float
    now: float
    rows: int
    answer: Moved

    @property
    def moved(self) -> bool:
        """Whether it has."""
        return self.answer == "moved"


def shift(usual: Usual, values: Floats) -> Shift:
    """How far `values` (rows,) have moved from what was usual; NaN is left out.

    Both are laid into the same bins, so that values of the same distribution are no spread apart; what lies outside
    of all bins counts by how far it is outside.

    Example:
        >>> usual = Usual.of(np.arange(1000.0) % 100)
        >>> found = shift(usual, np.arange(1000.0) % 100 + 60)
        >>> round(found.effect, 1), found.answer
        (1.8, 'moved')
    """
    seen = np.sort(values[np.isfinite(values)])
    before = float(usual.quantile([0.5])[0])
    if len(seen) < LEAST_ROWS:
        now = float(np.median(seen)) if len(seen) else math.nan
        return Shift(math.nan, before, now, len(seen), "not_enough_evidence")
    spread, edges = usual.spread, usual.edges
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.searchsorted(seen, edges[1:-1], side="left") / len(seen)
    apart = float(np.abs(np.cumsum(usual.share)[:-1] - below) @ np.diff(centres))
    outside = np.maximum(seen - edges[-1], 0) + np.maximum(edges[0] - seen, 0)
    effect = (apart + float(np.minimum(outside, FARTHEST * spread).mean())) / spread
    return Shift(effect, before, float(np.median(seen)), len(seen), "moved" if effect >= MOVED else "same")


def put_back(usual: Usual, values: Floats) -> Floats:
    """The values (rows,) as they would be had the signal not moved: each at its rank among what was usual.

    Order, and so what goes with what, is kept; NaN stays.
    """
    there = np.isfinite(values)
    seen = values[there]
    ranked = np.sort(seen)
    rank = np.searchsorted(ranked, seen, side="left") + np.searchsorted(ranked, seen, side="right")
    back = values.copy()
    back[there] = usual.quantile(rank / (2 * max(1, len(seen))))
    return back


def moved_since(usual: Usual, time_ns: Ints, values: Floats, *, pieces: int = 24) -> int | None:
    """Since when a signal that has moved stands where it is, ns UTC; None: it has not moved to the end.

    The rows are looked at in up to `pieces` pieces of equal length; it stands there since the first of the last ones
    that all have moved.
    """
    there = np.isfinite(values)
    times, seen = time_ns[there], values[there]
    length = max(LEAST_ROWS, math.ceil(len(seen) / pieces))
    since: int | None = None
    for end in range(len(seen), length - 1, -length):
        if not shift(usual, seen[end - length : end]).moved:
            break
        since = int(times[end - length])
    return since
