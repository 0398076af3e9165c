"""Lags: a row together with the rows before it, so that a model sees how things move."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.stretches import start_rows


@dataclass(frozen=True)
class Lags:
    """Each row followed by the `lags` rows before it, newest first: (lags + 1) * inputs numbers.

    Where a stretch has fewer rows so far, its first row stands in for the missing ones.

    Attributes:
        lags: how many past rows, 0 or more.
        inputs: numbers in one row.
    """

    lags: int
    inputs: int

    def run(self, x: Floats, gap: Floats) -> tuple[Floats, Floats]:
        """(lagged, seen): (rows, (lags + 1) * inputs); the rows of this stretch so far, this one included, (rows,)."""
        rows = np.arange(len(x))
        start = start_rows(gap)
        back = np.maximum(rows[:, None] - np.arange(self.lags + 1), start[:, None])
        return x[back].reshape(len(x), -1), (rows - start + 1).astype(np.float64)

    def emit(self, b: GraphBuilder, name: str, x: str) -> tuple[str, str]:
        """The same as nodes: (lagged, seen), seen being (1, 1)."""
        if self.lags == 0:
            return x, b.rows
        size = self.lags * self.inputs
        repeated = b.node("Concat", *[x] * self.lags, axis=1) if self.lags > 1 else x
        lagged = b.node("Concat", x, b.state(f"{name}_past", (size,), start=repeated), axis=1)
        kept = b.node("Slice", lagged, np.array([0]), np.array([size]), np.array([1]))
        b.set_state(f"{name}_past", kept)
        return lagged, b.rows
