"""From residuals to one number: how surprising this moment is, added up over short and long memories."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph import GraphBuilder, Linear, Memory
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
        whitener: makes the noise of the standing averages round, each by itself: (averages * sensors,) square.
        most: of a residual, in spreads, that enters an average: a stronger fault would be remembered for longer.
    """

    moving: Memory
    standing: Memory
    whitener: Linear
    most: float

    def run(self, moving: Floats, standing: Floats, judged: Floats, gap: Floats) -> tuple[Floats, Floats]:
        """(statistics (rows, k), slow standing residuals (rows, sensors)) of residuals (rows, sensors).

        Rows that are not judged (rows,) leave no trace, so that the shock of a start is not remembered.
        """
        size = np.sqrt(np.square(np.clip(moving, -self.most, self.most)).mean(axis=1, keepdims=True))
        averages = self.standing.run(np.clip(standing, -self.most, self.most), judged, gap)
        lengths = np.sqrt(np.square(self.whitener.run(averages)) @ self._means())
        return np.column_stack([self.moving.run(size, judged, gap), lengths]), averages[:, : standing.shape[1]]

    def emit(self, b: GraphBuilder, moving: str, standing: str, judged: str) -> tuple[str, str]:
        """The same as nodes; judged is 0 or 1, (1, 1)."""
        moving, standing = (b.node("Clip", residuals, -self.most, self.most) for residuals in (moving, standing))
        size = b.node("Sqrt", b.node("ReduceMean", b.node("Mul", moving, moving), np.array([1])))
        averages = self.standing.emit(b, "standing", standing, judged)
        white = self.whitener.emit(b, averages)
        lengths = b.node("Sqrt", b.node("MatMul", b.node("Mul", white, white), self._means()))
        slow = b.node("Slice", averages, np.array([0]), np.array([self.standing.inputs]), np.array([1]))
        return b.node("Concat", self.moving.emit(b, "moving", size, judged), lengths, axis=1), slow

    def one_sensor_off(self) -> Floats:
        """The statistics, for each sensor, when it alone stays `most` spreads off: (sensors, statistics)."""
        sensors = self.standing.inputs
        size = np.sqrt((self.moving.start**2 * (sensors - 1) + self.most**2) / sensors)
        averages = np.tile(np.eye(sensors) * self.most, len(self.standing.rates))
        lengths = np.sqrt(np.square(self.whitener.run(averages)) @ self._means())
        return np.column_stack([np.full((sensors, len(self.moving.rates)), size), lengths])

    def _means(self) -> Floats:
        """Takes the mean over the sensors of each average: (averages * sensors, averages)."""
        sensors = self.standing.inputs
        return np.kron(np.eye(len(self.standing.rates)), np.full((sensors, 1), 1.0 / sensors))


def whitener(averages: Floats, sensors: int) -> Linear:
    """The matrix that makes each average's noise round and of unit size; averages (rows, any * sensors)."""
    size = averages.shape[1]
    matrix = np.zeros((size, size))
    for at in range(0, size, sensors):
        covariance, _ = Moments.of(averages[:, at : at + sensors]).covariance()
        values, vectors = np.linalg.eigh(covariance)
        matrix[at : at + sensors, at : at + sensors] = vectors / np.sqrt(np.maximum(values, _TINY))
    return Linear(matrix, np.zeros(size))


@dataclass(frozen=True, eq=False)
class Surprise:
    """The mean over all statistics of -log10 of how often normal running reaches them, as a sum of hinges.

    Attributes:
        knots: where a statistic's curve bends, (statistics, bends).
        bends: by how much its slope rises there (falls, if negative), (statistics, bends).
    """

    knots: Floats
    bends: Floats

    @classmethod
    def of(cls, statistics: Floats) -> "Surprise":
        """From normal running (rows, statistics).

        Straight lines between `QUANTILES`; above the last the tail is taken as exponential with the mean excess there.
        """
        knots, bends = [], []
        for column in statistics.T:
            x = np.quantile(column, QUANTILES)
            excess = column[column > x[-1]] - x[-1]
            mean = max(float(excess.mean()) if len(excess) else 0.0, 1e-3 * abs(float(x[-1])), _TINY)
            x = np.append(x, x[-1] + mean * np.log(10.0))
            x += _TINY * max(abs(float(x[-1])), 1.0) * np.arange(len(x))
            slopes = np.diff(np.append(-np.log10(1.0 - QUANTILES), 2.0)) / np.diff(x)
            knots.append(x[:-1])
            bends.append(np.diff(slopes, prepend=0.0))
        return cls(np.array(knots), np.array(bends))

    def run(self, statistics: Floats) -> Floats:
        """(rows, statistics) -> (rows,)."""
        beyond = np.maximum(statistics[:, self._which()] - self.knots.ravel(), 0.0)
        return np.asarray(beyond @ self._weights()[:, 0])

    def emit(self, b: GraphBuilder, statistics: str) -> str:
        """The same as nodes: (1, statistics) -> (1, 1)."""
        beyond = b.node("Relu", b.node("Sub", b.columns(statistics, self._which()), self.knots.ravel()[None]))
        return b.node("MatMul", beyond, self._weights())

    def _which(self) -> Ints:
        return np.repeat(np.arange(len(self.knots)), self.knots.shape[1])

    def _weights(self) -> Floats:
        return self.bends.reshape(-1, 1) / len(self.bends)
