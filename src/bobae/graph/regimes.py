"""Operating regimes: which way of running the machine a row belongs to."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped


@dataclass(frozen=True, eq=False)
class ByCode:
    """The regime whose codes equal the row's; regime 0, marked as unknown, where none does.

    Attributes:
        codes: (regimes, columns), as the input's categories are numbered.
    """

    codes: Floats

    def __post_init__(self) -> None:
        shaped(self, "codes", self.codes, (None, None))

    def run(self, x: Floats) -> tuple[Ints, Floats]:
        """(rows, columns) -> (regime (rows,), unknown (rows, 1) as 0 or 1)."""
        equal: Bools = (x[:, None] == self.codes).all(axis=2)
        unknown = np.asarray(1.0 - equal.any(axis=1, keepdims=True))
        return np.asarray(np.argmax(equal, axis=1), dtype=np.int64), unknown

    def emit(self, b: GraphBuilder, x: str) -> tuple[str, str]:
        """The same as nodes: (int64 (1,), float64 (1, 1))."""
        each = b.node("Cast", b.node("Equal", b.node("Unsqueeze", x, np.array([1])), self.codes), to=11)
        equal = b.node("ReduceMin", each, np.array([2]), keepdims=0)
        unknown = b.node("Sub", 1.0, b.node("ReduceMax", equal, np.array([1])))
        return b.node("ArgMax", equal, axis=1, keepdims=0), unknown
