"""Traced: a run as a whole, told at each of its rows from the rows so far; at its last row it is complete."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph import FillLast, GraphBuilder, Lags, Ripples, Trace
from bobae.learners.making.columns import middles

_LENGTH, _HIGH = 9, 3  # of a kernel: rows, and rows that weigh 2 where the others weigh -1
_DILATIONS = (1, 2, 4)
_MOST_KERNELS = 168


@dataclass(frozen=True, eq=False)
class Traced:
    """Statistics of a run by recipe step, and shares of its rows that follow short patterns (A. Dempster et al., 2021).

    Attributes:
        fill: stands in for missing inputs.
        trace: statistics of the measured inputs, which come first.
        step: the input that names the recipe step; None without one.
        lags: the rows that a pattern reaches over.
        ripples: the patterns; None for runs too short for them.
        ripple_owner: for each pattern the input that it looks at (kernels,).
    """

    fill: FillLast
    trace: Trace
    step: int | None
    lags: Lags
    ripples: Ripples | None
    ripple_owner: Ints

    @property
    def owner(self) -> Ints:
        """See `Design`."""
        rest = range(self.trace.inputs, len(self.fill.default))
        own = np.array([*self.trace.owner, *rest, *self.ripple_owner], dtype=np.int64)
        return np.stack([own, own], axis=1)

    def run(self, x: Floats, gap: Floats) -> Floats:
        """See `Design`."""
        filled, n = self.fill.run(x, gap)[0], self.trace.inputs
        step = np.zeros(len(x)) if self.step is None else filled[:, self.step]
        parts = [self.trace.run(filled[:, :n], step, gap), filled[:, n:]]
        if self.ripples is not None:
            parts.append(self.ripples.run(self.lags.run(filled[:, :n], gap)[0], gap))
        return np.concatenate(parts, axis=1)

    def emit(self, b: GraphBuilder, name: str) -> str:
        """See `Design`."""
        filled, n = self.fill.emit(b, f"{name}_fill", b.x)[0], self.trace.inputs
        measured = b.columns(filled, np.arange(n))
        step = None if self.step is None else b.columns(filled, [self.step])
        parts = [self.trace.emit(b, f"{name}_trace", measured, step)]
        if n < len(self.fill.default):
            parts.append(b.columns(filled, np.arange(n, len(self.fill.default))))
        if self.ripples is not None:
            parts.append(self.ripples.emit(b, f"{name}_ripples", self.lags.emit(b, f"{name}_lags", measured)[0]))
        return b.node("Concat", *parts, axis=1)

    @classmethod
    def learned(cls, x: Floats, gap: Floats, sizes: tuple[int, ...], *, step: int | None, seed: int) -> "Traced":
        """From rows (rows, inputs); `sizes` says how many kinds each input has, 0 for a number."""
        n = sizes.count(0)
        fill = FillLast(middles(x, sizes))
        longest = int(np.median(np.diff([*np.flatnonzero(gap > 1.5), len(x)])))
        dilations = [d for d in _DILATIONS if (_LENGTH - 1) * d < longest]
        lags = Lags((_LENGTH - 1) * max(dilations, default=0), n)
        trace = Trace(n, 0 if step is None else sizes[step])
        if not dilations:
            return cls(fill, trace, step, lags, None, np.empty(0, dtype=np.int64))
        lagged = lags.run(fill.run(x, gap)[0][:, :n], gap)[0]
        ripples, owner = _ripples(lagged, n, dilations, seed)
        return cls(fill, trace, step, lags, ripples, owner)


def _ripples(lagged: Floats, inputs: int, dilations: list[int], seed: int) -> tuple[Ripples, Ints]:
    """Kernels of nine rows, three of which weigh 2 and the others -1; each looks at one input; limits by quantile."""
    rng = np.random.default_rng(seed)
    shapes = list(combinations(range(_LENGTH), _HIGH))
    chosen = rng.choice(len(shapes), size=min(_MOST_KERNELS, len(shapes) * len(dilations)), replace=True)
    weights = np.zeros((lagged.shape[1], len(chosen)))
    owner = np.arange(len(chosen)) % inputs
    limits = np.zeros(len(chosen))
    for k, shape in enumerate(chosen):
        dilation = dilations[k % len(dilations)]
        back = np.arange(_LENGTH) * dilation
        weights[back * inputs + owner[k], k] = np.where(np.isin(np.arange(_LENGTH), shapes[shape]), 2.0, -1.0)
        seen = np.unique(np.round(lagged @ weights[:, k], 9))
        at = int(rng.uniform(0.1, 0.9) * (len(seen) - 1))
        limits[k] = seen[at : at + 2].mean()  # between two sums, never on one
    return Ripples(weights, limits), owner.astype(np.int64)
