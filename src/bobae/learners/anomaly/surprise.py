"""From residuals to one number: how surprising this moment is, added up over short and long memories."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph import Ewma, GraphBuilder, Interpolate, Linear
from bobae.learners.anomaly.covariance import Moments

# Quantiles of normal running that a table keeps; above the last an exponential tail goes on.
QUANTILES = np.array([0.0, 0.25, 0.5, 0.75, 0.9])
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Memories:
    """Statistics with a short or a long memory.

    Attributes:
        moving: averages of the size of the moving residuals: short shocks and lasting unrest.
        standing: averages of the standing residuals themselves, sign kept (multivariate EWMA: Lowry et al., 1992):
            small shifts that last.
        whiteners: for each standing average, the matrix (sensors, sensors) that makes its noise round.
    """

    moving: Ewma
    standing: Ewma
    whiteners: tuple[Linear, ...]

    def run(self, moving: Floats, standing: Floats, fresh: Floats) -> tuple[Floats, Floats]:
        """(statistics (rows, k), slow standing residuals (rows, sensors)) of residuals (rows, sensors)."""
        size = np.sqrt(np.square(moving).mean(axis=1, keepdims=True))
        sizes = self.moving.run(size, fresh)
        averages = self.standing.run(standing, fresh)
        return np.column_stack([sizes, *self._lengths(averages)]), averages[:, : standing.shape[1]]

    def _lengths(self, averages: Floats) -> list[Floats]:
        sensors = averages.shape[1] // len(self.whiteners)
        parts = [averages[:, i * sensors : (i + 1) * sensors] for i in range(len(self.whiteners))]
        return [np.sqrt(np.square(w.run(p)).mean(axis=1)) for w, p in zip(self.whiteners, parts, strict=True)]

    def emit(self, b: GraphBuilder, moving: str, standing: str) -> tuple[str, str]:
        """The same as nodes."""
        size = b.node("Sqrt", b.node("ReduceMean", b.node("Mul", moving, moving), np.array([1])))
        averages = self.standing.emit(b, "standing", standing)
        sensors = self.standing.inputs
        found = [self.moving.emit(b, "moving", size)]
        for i, whitener in enumerate(self.whiteners):
            part = averages
            if len(self.whiteners) > 1:
                part = b.node("Slice", averages, np.array([i * sensors]), np.array([(i + 1) * sensors]), np.array([1]))
            white = whitener.emit(b, part)
            found.append(b.node("Sqrt", b.node("ReduceMean", b.node("Mul", white, white), np.array([1]))))
        slow = b.node("Slice", averages, np.array([0]), np.array([sensors]), np.array([1]))
        return b.node("Concat", *found, axis=1), slow


def whitener(averages: Floats) -> Linear:
    """The matrix that makes the noise of averaged residuals (rows, sensors) round and of unit size."""
    covariance, _ = Moments.of(averages).covariance()
    values, vectors = np.linalg.eigh(covariance)
    return Linear(vectors / np.sqrt(np.maximum(values, _TINY)), np.zeros(len(values)))


def tables(statistics: Floats) -> Interpolate:
    """For each statistic of normal running (rows, k): value -> -log10 of how often normal running reaches it.

    Above the 90 % quantile u the tail is taken as exponential with the mean excess over u.
    """
    x, y = [], []
    for column in statistics.T:
        knots = np.quantile(column, QUANTILES)
        excess = column[column > knots[-1]] - knots[-1]
        mean = max(float(excess.mean()) if len(excess) else 0.0, 1e-3 * abs(knots[-1]), _TINY)
        knots = np.append(knots, knots[-1] + mean * np.log(10.0))
        x.append(knots + _TINY * max(abs(knots[-1]), 1.0) * np.arange(len(knots)))
        y.append(np.append(-np.log10(1.0 - QUANTILES), 2.0))
    return Interpolate(np.array(x), np.array(y))
