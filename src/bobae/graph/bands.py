"""Bands: what stands in a table for the band that a number lies in, such as the errors usual for such a prediction."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped


@dataclass(frozen=True, eq=False)
class Bands:
    """A table with a row for each band.

    Attributes:
        edges: rising; band i lies above i of them (bands - 1,), none for one band.
        table: (bands, numbers).
    """

    edges: Floats
    table: Floats

    def __post_init__(self) -> None:
        shaped(self, "table", self.table, (len(self.edges) + 1, None))

    def run(self, values: Floats) -> Floats:
        """(rows, 1) -> the rows of the table (rows, numbers)."""
        return np.asarray(self.table[np.searchsorted(self.edges, values[:, 0], side="left")])

    def emit(self, b: GraphBuilder, value: str) -> str:
        """The same as nodes: (1, 1) -> (1, numbers)."""
        if not len(self.edges):
            return b.constant(self.table)
        above = b.node("Cast", b.node("Greater", value, self.edges[None]), to=7)
        band = b.node("ReduceSum", above, np.array([1]), keepdims=0)  # (1,)
        return b.node("Gather", self.table, band, axis=0)
