"""Kernels: a number told by how near a row is to each of those that were learned from."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped, vector


@dataclass(frozen=True, eq=False)
class Kernel:
    """start + sum of weights * exp(-distance^2 / 2), and how much less it would be without each group of columns.

    Attributes:
        points: rows learned from, over the length that counts as near (points, columns).
        weights: (points,).
        start: what is told far away from all points.
        groups: which columns belong together (groups, columns), 1 where they do; a group is taken out by setting its
            columns to 0.
    """

    points: Floats
    weights: Floats
    start: float
    groups: Floats

    def __post_init__(self) -> None:
        shaped(self, "points", self.points, (None, None))
        vector(self, "weights", self.weights, len(self.points))
        shaped(self, "groups", self.groups, (None, self.points.shape[1]))

    def run(self, v: Floats) -> Floats:
        """(rows, columns) -> (rows, 1 + groups)."""
        told = [self._told(v)] + [self._told(v * (1.0 - group)) for group in self.groups]
        return np.stack([told[0], *(told[0] - without for without in told[1:])], axis=1)

    def emit(self, b: GraphBuilder, v: str) -> str:
        """The same as nodes."""
        kept = np.concatenate([np.ones((1, self.points.shape[1])), 1.0 - self.groups])
        rows = b.node("Mul", v, kept)  # (1 + groups, columns)
        squares = b.node("ReduceSumSquare", rows, np.array([1]))
        apart = b.node("Add", squares, np.square(self.points).sum(axis=1)[None])
        apart = b.node("Sub", apart, b.node("MatMul", rows, 2.0 * self.points.T))
        near = b.node("Exp", b.node("Mul", b.node("Max", apart, 0.0), -0.5))
        told = b.node("MatMul", near, self.weights[:, None])  # (1 + groups, 1)
        whole = b.node("Add", b.node("Gather", told, np.array([0]), axis=0), self.start)
        each = b.node("Gather", told, np.arange(1, len(kept)), axis=0)
        less = b.node("Sub", b.node("Gather", told, np.array([0]), axis=0), each)
        return b.node("Reshape", b.node("Concat", whole, less, axis=0), np.array([1, -1]))

    def _told(self, v: Floats) -> Floats:
        apart = np.square(v).sum(axis=1)[:, None] + np.square(self.points).sum(axis=1) - 2.0 * v @ self.points.T
        return np.asarray(self.start + np.exp(-0.5 * np.maximum(apart, 0.0)) @ self.weights)
