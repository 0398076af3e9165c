"""Delays: what one number was some rows ago, as far back as a week."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.stretches import start_rows


@dataclass(frozen=True)
class Delays:
    """A number as it was so many rows ago; where a stretch has fewer rows so far, its first row stands in.

    Attributes:
        rows: how many rows ago, each 0 or more, one at least above 0.
    """

    rows: tuple[int, ...]

    def run(self, value: Floats, gap: Floats) -> Floats:
        """(rows, 1) -> (rows, delays)."""
        at = np.arange(len(value))[:, None]
        back = np.maximum(at - np.array(self.rows), start_rows(gap)[:, None])
        return np.asarray(value[back, 0])

    def emit(self, b: GraphBuilder, name: str, value: str) -> str:
        """The same as nodes: (1, 1) -> (1, delays)."""
        longest = max(self.rows)
        first = b.node("Add", value, np.zeros((1, longest)))
        both = b.node("Concat", value, b.state(f"{name}_past", (longest,), start=first), axis=1)
        b.set_state(f"{name}_past", b.node("Slice", both, np.array([0]), np.array([longest]), np.array([1])))
        return b.columns(both, np.array(self.rows))
