"""How far each sensor is from what the others, and the moments before, say it should be."""

import functools
import itertools
import operator
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph import Lags, Linear
from bobae.learners.anomaly.covariance import Moments

BLOCK_ROWS = 20_000  # of lagged rows held at once


@dataclass(frozen=True, eq=False)
class Residuals:
    """Two views of each sensor, both in units of their usual spread.

    With P the inverse covariance, (P v)_i / sqrt(P_ii) is the error of the ridge regression of number i on all others,
    divided by its spread; its square is the reconstruction-based contribution (Alcala and Qin, 2009).

    Attributes:
        moving: from the lagged row: the surprise in how things move now.
        standing: from the row alone: a level that does not fit the other sensors.
    """

    moving: Linear
    standing: Linear

    @classmethod
    def learned(cls, moments: Moments, sensors: int) -> "Residuals":
        """From the moments of lagged rows, newest sensors first."""
        mean, (covariance, _) = moments.mean(), moments.covariance()
        whole = np.linalg.inv(covariance)
        now = np.linalg.inv(covariance[:sensors, :sensors])
        return cls(
            _linear(whole[:, :sensors] / np.sqrt(np.diag(whole)[:sensors]), mean),
            _linear(now / np.sqrt(np.diag(now)), mean[:sensors]),
        )

    def run(self, scaled: Floats, fresh: Floats, lags: Lags) -> tuple[Floats, Floats]:
        """(moving, standing), both (rows, sensors), of scaled rows (rows, sensors)."""
        moving, standing = np.empty_like(scaled), self.standing.run(scaled)
        for begin, end in _blocks(0, len(scaled)):
            moving[begin:end] = self.moving.run(lagged(scaled, fresh, lags, begin, end))
        return moving, standing


def lagged(scaled: Floats, fresh: Floats, lags: Lags, begin: int, end: int) -> Floats:
    """The lagged rows from `begin` to `end`, which may look back before `begin`."""
    back = max(0, begin - lags.lags)
    return lags.run(scaled[back:end], fresh[back:end])[0][begin - back :]


def _blocks(begin: int, end: int) -> list[tuple[int, int]]:
    return [(at, min(at + BLOCK_ROWS, end)) for at in range(begin, end, BLOCK_ROWS)]


def _linear(matrix: Floats, mean: Floats) -> Linear:
    return Linear(np.ascontiguousarray(matrix), -mean @ matrix)


def cross_fitted(
    scaled: Floats, fresh: Floats, lags: Lags, *, use: Floats, folds: int
) -> tuple[Residuals, Floats, Floats]:
    """The residuals learned from all used rows, and those of each row by a fit that did not see its stretch of time.

    Args:
        scaled: rows (rows, sensors) near zero mean and unit scale.
        fresh: 1 where rows start afresh (rows,).
        lags: how rows are joined with those before.
        use: 1 for the rows to learn from (rows,).
        folds: contiguous stretches of time, each left out once.
    """
    edges = np.linspace(0, len(scaled), folds + 1).astype(int).tolist()
    stretches = [(a, b) for a, b in itertools.pairwise(edges) if b > a]
    each = [_moments(scaled, fresh, lags, use, stretch) for stretch in stretches]
    total = functools.reduce(operator.add, each)
    moving, standing = np.empty_like(scaled), np.empty_like(scaled)
    for (a, b), part in zip(stretches, each, strict=True):
        rest = total - part
        blind = Residuals.learned(rest if rest.rows > len(rest.total) else total, scaled.shape[1])
        standing[a:b] = blind.standing.run(scaled[a:b])
        for begin, end in _blocks(a, b):
            moving[begin:end] = blind.moving.run(lagged(scaled, fresh, lags, begin, end))
    return Residuals.learned(total, scaled.shape[1]), moving, standing


def _moments(scaled: Floats, fresh: Floats, lags: Lags, use: Floats, stretch: tuple[int, int]) -> Moments:
    parts = [Moments.of(lagged(scaled, fresh, lags, a, b)[use[a:b] > 0]) for a, b in _blocks(*stretch)]
    return functools.reduce(operator.add, parts)
