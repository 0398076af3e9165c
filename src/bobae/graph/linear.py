"""Matrices: weighted sums and squared distances."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped, vector


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
