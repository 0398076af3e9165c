"""From residuals to one number: how surprising this moment is, added up over short and long memories."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.graph import GraphBuilder, Linear, Memory
from bobae.learners.anomaly.covariance import Moments

# Quantiles of normal running that a table keeps; above the last an exponential tail goes on.
QUANTILES = np.array([0.0, 0.25, 0.5, 0.75, 0.9])
_TINY = 1e-9


@dataclass(frozen=True)
class Rates:
    """Of the averages: of the size of the moving residuals, and of the standing residuals."""

    moving: tuple[float, ...]
    standing: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Memories:
    """Statistics with a short or a long memory.

    One average a rate of the size of the moving residuals: short shocks and lasting unrest. One average a rate of each
    standing residual, sign kept (multivariate EWMA: Lowry et al., 1992), and of these the length: shifts that last.

    Attributes:
        memory: all averages: of the size at each moving rate, then of all sensors at each standing rate.
        sizes: how many of them are of the size.
        sensors: how many sensors there are.
        whitener: makes the noise of the standing averages round, each rate by itself: (rates * sensors,) square.
        most: of a residual, in spreads, that enters an average: a stronger fault would be remembered for longer.
    """

    memory: Memory
    sizes: int
    sensors: int
    whitener: Linear
    most: float

    @classmethod
    def learned(
        cls, moving: Floats, standing: Floats, judged: Floats, gap: Floats, *, rates: Rates, most: float
    ) -> "Memories":
        """From the residuals (rows, sensors) of normal running; `judged` and `gap` (rows,) as in `run`."""
        sensors = moving.shape[1]
        usual = float(np.median(np.sqrt(np.square(moving).mean(axis=1))[judged > 0]))
        slow = Memory(np.repeat(rates.standing, sensors), np.zeros(len(rates.standing) * sensors))
        wide = np.tile(np.clip(standing, -most, most), len(rates.standing))
        white = whitener(slow.run(wide, judged, gap)[judged > 0], sensors)
        sizes = len(rates.moving)
        start = np.append(np.full(sizes, usual), slow.start)
        return cls(Memory(np.append(rates.moving, slow.rates), start), sizes, sensors, white, most)

    def run(self, moving: Floats, standing: Floats, judged: Floats, gap: Floats) -> tuple[Floats, Floats]:
        """(statistics (rows, k), slow standing residuals (rows, sensors)) of residuals (rows, sensors).

        Rows that are not judged (rows,) leave no trace, so that the shock of a start is not remembered.
        """
        size = np.sqrt(np.square(np.clip(moving, -self.most, self.most)).mean(axis=1))
        slow = np.tile(np.clip(standing, -self.most, self.most), self._slow_rates)
        means = self.memory.run(np.column_stack([*[size] * self.sizes, slow]), judged, gap)
        statistics = np.column_stack([means[:, : self.sizes], self._lengths(means[:, self.sizes :])])
        return statistics, means[:, self.sizes : self.sizes + self.sensors]

    def emit(self, b: GraphBuilder, moving: str, standing: str, judged: str) -> tuple[str, str]:
        """The same as nodes, the statistics standing in a longer row at `places`; judged is 0 or 1, (1, 1)."""
        moving, standing = (b.node("Clip", residuals, -self.most, self.most) for residuals in (moving, standing))
        size = b.node("Sqrt", b.node("ReduceMean", b.node("Mul", moving, moving), np.array([1])))
        wide = b.node("Concat", *[size] * self.sizes, *[standing] * self._slow_rates, axis=1)
        means = self.memory.emit(b, "averages", wide, judged)
        # rows of zeros for the sizes spare a slice
        white = b.node(
            "MatMul", means, np.vstack([np.zeros((self.sizes, len(self.whitener.bias))), self.whitener.matrix])
        )
        lengths = b.node("Sqrt", b.node("MatMul", b.node("Mul", white, white), self._means()))
        slow = b.node("Slice", means, np.array([self.sizes]), np.array([self.sizes + self.sensors]), np.array([1]))
        return b.node("Concat", means, lengths, axis=1), slow

    def one_sensor_off(self) -> Floats:
        """The statistics, for each sensor, when it alone stays `most` spreads off: (sensors, statistics)."""
        usual = float(self.memory.start[0])
        size = np.sqrt((usual**2 * (self.sensors - 1) + self.most**2) / self.sensors)
        lengths = self._lengths(np.tile(np.eye(self.sensors) * self.most, self._slow_rates))
        return np.column_stack([np.full((self.sensors, self.sizes), size), lengths])

    @property
    def places(self) -> Ints:
        """Where the statistics stand in the row that `emit` gives, (statistics,)."""
        return np.append(np.arange(self.sizes), len(self.memory.rates) + np.arange(self._slow_rates))

    @property
    def _slow_rates(self) -> int:
        return len(self.whitener.bias) // self.sensors

    def _lengths(self, averages: Floats) -> Floats:
        return np.asarray(np.sqrt(np.square(self.whitener.run(averages)) @ self._means()))

    def _means(self) -> Floats:
        """Takes the mean over the sensors of each average: (averages * sensors, averages)."""
        return np.kron(np.eye(self._slow_rates), np.full((self.sensors, 1), 1.0 / self.sensors))


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

    def emit(self, b: GraphBuilder, row: str, places: Ints) -> str:
        """The same as nodes: (1, 1) from a row that holds the statistics at `places` (statistics,)."""
        beyond = b.node("Relu", b.node("Sub", b.columns(row, places[self._which()]), self.knots.ravel()[None]))
        return b.node("MatMul", beyond, self._weights())

    def _which(self) -> Ints:
        return np.repeat(np.arange(len(self.knots)), self.knots.shape[1])

    def _weights(self) -> Floats:
        return self.bends.reshape(-1, 1) / len(self.bends)
