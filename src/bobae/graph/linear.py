"""Matrices: weighted sums, squared distances, and which sensor a distance came from."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped, vector

_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, eq=False)
class Linear:
    """v @ matrix + bias: ridge predictions, and innovations when the matrix is (identity minus prediction).

    Attributes:
        matrix: (inputs, outputs).
        bias: (outputs,).
    """

    matrix: Floats
    bias: Floats

    def __post_init__(self) -> None:
        shaped(self, "matrix", self.matrix, (None, None))
        vector(self, "bias", self.bias, self.matrix.shape[1])

    def run(self, v: Floats) -> Floats:
        """(rows, inputs) -> (rows, outputs)."""
        return v @ self.matrix + self.bias

    def emit(self, b: GraphBuilder, v: str) -> str:
        """The same as nodes."""
        product = b.node("MatMul", v, self.matrix)
        return b.node("Add", product, self.bias[None]) if self.bias.any() else product


@dataclass(frozen=True, eq=False)
class Quadratic:
    """The squared length of factor @ v: the squared Mahalanobis distance where factor' factor = inverse covariance.

    Attributes:
        factor: (any, inputs).
    """

    factor: Floats

    def __post_init__(self) -> None:
        shaped(self, "factor", self.factor, (None, None))

    def run(self, v: Floats) -> Floats:
        """(rows, inputs) -> (rows, 1)."""
        return np.asarray(np.square(v @ self.factor.T).sum(axis=1, keepdims=True))

    def emit(self, b: GraphBuilder, v: str) -> str:
        """The same as nodes."""
        return b.node("ReduceSumSquare", b.node("MatMul", v, self.factor.T), np.array([1]))


@dataclass(frozen=True, eq=False)
class Contribution:
    """How much each sensor took part in v' P v: reconstruction-based contributions, summed over lags, adding up to 1.

    Reconstructing one number brings the distance down by (P v)_i^2 / P_ii (Alcala and Qin, 2009, Automatica 45).

    Attributes:
        precision: P, (lags * sensors, lags * sensors), symmetric, positive diagonal; v is laid out as `Lags` does.
        sensors: how many sensors one row holds.
    """

    precision: Floats
    sensors: int

    def __post_init__(self) -> None:
        size = self.precision.shape[0] // self.sensors * self.sensors
        shaped(self, "precision", self.precision, (size, size))

    def run(self, v: Floats) -> Floats:
        """(rows, lags * sensors) -> (rows, sensors), each row summing to 1 (all 0 where v is 0)."""
        taken = np.square(v @ self.precision) / np.diag(self.precision)
        by_sensor = taken.reshape(len(v), -1, self.sensors).sum(axis=1)
        return np.asarray(by_sensor / np.maximum(by_sensor.sum(axis=1, keepdims=True), _TINY))

    def emit(self, b: GraphBuilder, v: str) -> str:
        """The same as nodes."""
        pulled = b.node("MatMul", v, self.precision)
        taken = b.node("Div", b.node("Mul", pulled, pulled), np.diag(self.precision)[None].copy())
        layout = np.array([1, len(self.precision) // self.sensors, self.sensors])
        by_sensor = b.node("ReduceSum", b.node("Reshape", taken, layout), np.array([1]), keepdims=0)
        whole = b.node("Max", b.node("ReduceSum", by_sensor, np.array([1])), _TINY)
        return b.node("Div", by_sensor, whole)
