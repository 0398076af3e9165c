"""Tables: a rising curve given by points, such as a statistic's calibrated surprise."""

from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped


@dataclass(frozen=True, eq=False)
class Interpolate:
    """Straight lines between points, one table for each of k statistics.

    Below the first point the first y holds; past the last one the last line goes on, so that a larger statistic is
    always told from a smaller one. NaN stays NaN.

    Attributes:
        x: (k, points), rising strictly within a table, 2 points or more.
        y: (k, points).
    """

    x: Floats
    y: Floats

    def __post_init__(self) -> None:
        shaped(self, "x", self.x, (None, None))
        shaped(self, "y", self.y, self.x.shape)
        if self.x.shape[1] < 2 or not (np.diff(self.x, axis=1) > 0.0).all():
            raise BadInput("Interpolate: each table needs two points or more, with x rising strictly")

    def run(self, values: Floats) -> Floats:
        """(rows, k) -> (rows, k)."""
        out = np.empty_like(values)
        for i, (knots, heights, slopes) in enumerate(zip(self.x, self.y, self._slopes(), strict=True)):
            at = np.clip(np.searchsorted(knots[1:-1], values[:, i], side="right"), 0, len(knots) - 2)
            out[:, i] = heights[at] + slopes[at] * np.maximum(values[:, i] - knots[at], 0.0)
        return out

    def emit(self, b: GraphBuilder, values: str) -> str:
        """The same as nodes."""
        tables, points = self.x.shape
        column = b.node("Reshape", values, np.array([1, tables, 1]))
        passed = b.node("GreaterOrEqual", column, self.x[None, :, 1:-1].copy())
        within = b.node("ReduceSum", b.node("Cast", passed, to=7), np.array([2]), keepdims=0)
        at = b.node("Add", within, np.arange(tables)[None] * (points - 1))
        beyond = b.node("Sub", values, b.node("Gather", self.x[:, :-1].ravel(), at))
        rise = b.node("Mul", b.node("Gather", self._slopes().ravel(), at), b.node("Max", beyond, 0.0))
        return b.node("Add", b.node("Gather", self.y[:, :-1].ravel(), at), rise)

    def _slopes(self) -> Floats:
        return np.asarray(np.diff(self.y, axis=1) / np.diff(self.x, axis=1))
