"""Baselines: the naive rules a model has to beat, tuned on the same rows to the same alarm budget.

Always and never alarming need no tuning; fixed limits per sensor are what most plants have; a jump from the last value
is the simplest look at change. Each is judged by the code that judges the model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Text, text

BASELINE_TITLES: dict[str, Text] = {
    "never": text("no alarm at all"),
    "always": text("always in alarm"),
    "fixed_limits": text("a fixed limit for each sensor"),
    "last_value": text("a jump from the last value"),
}


@dataclass(frozen=True, eq=False)
class FixedLimits:
    """How far the worst sensor is from its middle, in widths of its normal spread. centre, width (sensors,).

    Example:
        >>> rule = FixedLimits.fit(np.array([[0.0], [1.0], [2.0], [3.0], [4.0]]))
        >>> rule.score(np.array([[2.0], [12.0]]), np.zeros(2, dtype=bool)).round(1)
        array([ 0. , 11.9])
    """

    centre: Floats
    width: Floats

    @classmethod
    def fit(cls, x: Floats) -> "FixedLimits":
        """From normal rows x (rows, sensors), NaN allowed."""
        return cls(*_centre_and_width(x))

    def score(self, x: Floats, fresh: Bools) -> Floats:  # noqa: ARG002
        """The score of each row (rows,); a missing value does not alarm."""
        return _worst(np.abs(x - self.centre) / self.width)


@dataclass(frozen=True, eq=False)
class LastValue:
    """How large the largest jump from the row before is, in widths of normal jumps. centre, width (sensors,)."""

    centre: Floats
    width: Floats

    @classmethod
    def fit(cls, x: Floats, fresh: Bools, learn: Bools) -> "LastValue":
        """From the jumps that end in the rows of `learn` (rows,); x (rows, sensors), `fresh` (rows,) has no jump."""
        return cls(*_centre_and_width(_jumps(x, fresh)[learn]))

    def score(self, x: Floats, fresh: Bools) -> Floats:
        """The score of each row (rows,); a fresh row has no jump."""
        return _worst(np.abs(_jumps(x, fresh) - self.centre) / self.width)


def naive_scores(x: Floats, fresh: Bools, learn: Bools) -> Iterator[tuple[str, Floats]]:
    """The rules that need a threshold, each with its score for all rows.

    Args:
        x: all rows (rows, sensors), NaN where missing.
        fresh: where a row does not follow on the one before (rows,).
        learn: normal rows of the fit part (rows,).
    """
    yield "fixed_limits", FixedLimits.fit(x[learn]).score(x, fresh)
    yield "last_value", LastValue.fit(x, fresh, learn).score(x, fresh)


def _jumps(x: Floats, fresh: Bools) -> Floats:
    jumps = np.full_like(x, np.nan)
    jumps[1:] = np.diff(x, axis=0)
    jumps[fresh] = np.nan
    return jumps


def _centre_and_width(x: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(x).any(axis=0)
    seen = np.where(known, x, 0.0)
    low, centre, high = np.nanquantile(seen, [0.01, 0.5, 0.99], axis=0)
    width = (high - low) / 4.65  # 4.65 standard deviations lie between those quantiles in a normal distribution
    spread = np.nanstd(seen, axis=0)
    still = 1e-6 * np.maximum(1.0, np.abs(centre))  # a sensor that never moved: any move is far
    width = np.where(width > 0, width, np.where(spread > 0, spread, still))
    return np.where(known, centre, np.nan), width


def _worst(distance: Floats) -> Floats:
    return np.asarray(np.max(np.where(np.isnan(distance), 0.0, distance), axis=1, initial=0.0), dtype=np.float64)
