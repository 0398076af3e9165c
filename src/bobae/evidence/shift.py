"""How far values have moved: an effect in spreads of what was usual, the same for a hundred rows and for a million.

A p-value asks whether two samples can be of one distribution; with enough rows of a machine the answer is always no.
What somebody must know is how far they are apart, in the signal's own unit.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from bobae.core import Bools, Floats, Ints

MOVED = 0.5  # spreads; 'medium' of J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988
LEAST_ROWS = 50
LEVELS = 20  # a signal with no more different values than that has a bin for each
FARTHEST = 10.0  # spreads outside of what was seen that one value can count for, so that a spike moves nothing
_BEYOND = 1.5  # times the farthest of the days that the usual rests on
_SOME = 0.5  # of the rows of a usual day, so that a cold start is not held against whole days
_MOST = 0.75  # of the pieces since a signal stands elsewhere
_TAIL = (0.0, 0.001, 0.005, 0.01, 0.025)  # finer where values are rare, since bins are wide there
_SHARES = np.array([*_TAIL, *np.arange(1, 20) / 20, *(1 - share for share in reversed(_TAIL))])
_LEVEL = 1e-3  # of a signal that never changed: the part of its value that is no change
_SIGMA = (0.16, 0.84)
# a gap: so many of so many equal bins one after the other, each with less than that share, with so much on both sides
_GAP_BINS, _BINS, _EMPTY, _MASS = 6, 64, 0.002, 0.05
_FEW_ROWS = 20  # of a heap, that say nothing

Moved = Literal["moved", "same", "not_enough_evidence"]


@dataclass(frozen=True, eq=False)
class Usual:
    """What one signal usually shows, as a histogram.

    A machine that runs and stands, or runs in two ways, shows values in heaps with gaps between them. Which heap a day
    has more of says nothing about the machine, so each is looked at by itself.

    Attributes:
        edges: of the bins (bins + 1,), ascending.
        share: of the values in each bin (bins,), summing to 1.
        missing: share of the rows that had no value.
        gaps: bins between two heaps.
        wander: how far the farthest of the days that it rests on lay from all of them, in spreads.
        day_rows: how many rows with a value the middle one of these days has; 0: nothing is known of days.
    """

    edges: Floats
    share: Floats
    missing: float = 0.0
    gaps: tuple[int, ...] = ()
    wander: float = 0.0
    day_rows: int = 0

    @classmethod
    def of(cls, values: Floats, *, judged: Bools | None = None, days: Ints | None = None) -> "Usual | None":
        """That of values (rows,), NaN where missing; None: there are none.

        A signal with few levels, such as a valve, gets a bin for each of them; any other one bins of equal shares,
        finer ones at both ends.

        Args:
            values: (rows,).
            judged: whether a row counts (rows,); None: all do.
            days: on which day each row was (rows,); None: nothing is known of days.
        """
        there = np.isfinite(values) if judged is None else np.isfinite(values) & judged
        seen = values[there]
        if not len(seen):
            return None
        edges, gaps = _bins(seen)
        counts, _ = np.histogram(seen, edges)
        found = cls(edges, counts / counts.sum(), float(np.isnan(values).mean()), gaps)
        if days is None:
            return found
        found = replace(found, day_rows=int(np.median(np.unique(days[there], return_counts=True)[1])))
        apart = [shift(found, seen[days[there] == day]).effect for day in np.unique(days[there])]
        return replace(found, wander=max((one for one in apart if math.isfinite(one)), default=0.0))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Usual":
        """What `as_json` gave, today or before it knew of gaps and days."""
        edges, share = (np.array(kept[name], dtype=np.float64) for name in ("edges", "share"))
        days = {name: kept[name] for name in ("wander", "day_rows") if name in kept}
        return cls(edges, share, kept["missing"], tuple(kept.get("gaps", ())), **days)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = {"edges": self.edges.tolist(), "share": self.share.tolist(), "gaps": list(self.gaps)}
        return plain | {"missing": self.missing, "wander": self.wander, "day_rows": self.day_rows}

    def heaps(self) -> Sequence[tuple[float, float, "Usual"]]:
        """Each heap by itself: (from, to) which value a value belongs to it, the outermost reach to infinity."""
        begins, ends = [0, *(gap + 1 for gap in self.gaps)], [*self.gaps, len(self.share)]
        middles = [float(self.edges[gap] + self.edges[gap + 1]) / 2 for gap in self.gaps]
        parts = [
            Usual(self.edges[a : b + 1], self.share[a:b] / self.share[a:b].sum())
            for a, b in zip(begins, ends, strict=True)
        ]
        return list(zip([-math.inf, *middles], [*middles, math.inf], parts, strict=True))

    def quantile(self, share: Floats | Sequence[float]) -> Floats:
        """The value below which each share of the values lies."""
        return np.interp(share, np.concatenate([[0.0], np.cumsum(self.share)]), self.edges)

    def below(self, value: float) -> float:
        """Which share of the values lies below one."""
        return float(np.interp(value, self.edges, np.concatenate([[0.0], np.cumsum(self.share)])))

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
        before, now: the median then and now, in the signal's unit; of the heap that has moved most.
        rows: that were looked at.
        answer: whether that is worth a word: it is at least `MOVED`, and half as far again as any day was that the
            usual rests on.
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
    found = []
    for low, high, heap in usual.heaps():
        mine = seen[np.searchsorted(seen, low) : np.searchsorted(seen, high)]
        if len(mine) >= _FEW_ROWS:
            found.append((_apart(heap, mine), len(mine), float(heap.quantile([0.5])[0]), float(np.median(mine))))
    if len(seen) < max(LEAST_ROWS, _SOME * usual.day_rows) or not found:
        return Shift(math.nan, float(usual.quantile([0.5])[0]), math.nan, len(seen), "not_enough_evidence")
    effect = sum(one[0] * one[1] for one in found) / sum(one[1] for one in found)
    _, _, before, now = max(found, key=lambda one: one[0] * one[1])
    return Shift(effect, before, now, len(seen), "moved" if effect >= max(MOVED, _BEYOND * usual.wander) else "same")


def _apart(usual: Usual, seen: Floats) -> float:
    """By how many spreads values (rows,), ascending, have moved on average."""
    spread, edges = usual.spread, usual.edges
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.searchsorted(seen, edges[1:-1], side="left") / len(seen)
    apart = float(np.abs(np.cumsum(usual.share)[:-1] - below) @ np.diff(centres))
    outside = np.maximum(seen - edges[-1], 0) + np.maximum(edges[0] - seen, 0)
    return (apart + float(np.minimum(outside, FARTHEST * spread).mean())) / spread


def _bins(seen: Floats) -> tuple[Floats, tuple[int, ...]]:
    """The edges of the bins for some values, and which bins are gaps."""
    levels = np.unique(seen)
    if len(levels) <= LEVELS:
        steps = np.diff(levels) / 2
        least = max(abs(float(levels[0])), abs(float(levels[-1]))) * _LEVEL or _LEVEL
        outer = steps[[0, -1]] if len(steps) else (least, least)
        return np.concatenate([[levels[0] - outer[0]], levels[:-1] + steps, [levels[-1] + outer[1]]]), ()
    edges = np.unique(np.quantile(seen, _SHARES))
    gaps = _gaps(seen, edges[0], edges[-1])
    for low, high in gaps:
        edges = np.unique(np.concatenate([edges[(edges <= low) | (edges >= high)], [low, high]]))
    return edges, tuple(int(np.searchsorted(edges, low)) for low, _ in gaps)


def _gaps(seen: Floats, low: float, high: float) -> list[tuple[float, float]]:
    """Wide stretches between `low` and `high` that hold next to no value, with many on both sides."""
    counts, edges = np.histogram(seen, _BINS, range=(low, high))
    share = counts / len(seen)
    bounds = np.flatnonzero(np.diff(np.concatenate([[0], share < _EMPTY, [0]]).astype(int)))
    runs = [(a, b) for a, b in bounds.reshape(-1, 2).tolist() if b - a >= _GAP_BINS]
    wide, begin = [], 0
    for a, b in runs:
        if share[begin:a].sum() >= _MASS and share[b:].sum() >= _MASS:
            wide.append((float(edges[a]), float(edges[b])))
            begin = b
    return wide


def put_back(usual: Usual, values: Floats) -> Floats:
    """The values (rows,) as they would be had the signal not moved: each at its rank among what was usual.

    Order, and so what goes with what, is kept; NaN stays.
    """
    back = values.copy()
    for low, high, heap in usual.heaps():
        mine = (values >= low) & (values < high)
        seen = values[mine]
        ranked = np.sort(seen)
        rank = np.searchsorted(ranked, seen, side="left") + np.searchsorted(ranked, seen, side="right")
        back[mine] = heap.quantile(rank / (2 * max(1, len(seen))))
    return back


def moved_since(usual: Usual, time_ns: Ints, values: Floats, *, piece: int = LEAST_ROWS) -> int | None:
    """Since when a signal that has moved stands elsewhere, ns UTC; None: it does not at the end.

    The rows are looked at in pieces of `piece` rows, at least `LEAST_ROWS`; it stands elsewhere since the first piece
    from which on most have moved, that piece and the last one among them.
    """
    there = np.isfinite(values)
    times, seen = time_ns[there], values[there]
    length, single = max(LEAST_ROWS, piece), replace(usual, day_rows=0)
    ends = range(len(seen), length - 1, -length)
    moved = [shift(single, seen[end - length : end]).effect >= max(MOVED, usual.wander) for end in ends]
    since = [i for i, one in enumerate(moved) if one and moved[0] and sum(moved[: i + 1]) >= _MOST * (i + 1)]
    return int(times[ends[since[-1]] - length]) if since else None
