"""Missing values: the last one seen in this stretch stands in, and how old it is is told."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import vector
from bobae.graph.stretches import start_rows

_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False)
class FillLast:
    """Replaces NaN and infinite values.

    Attributes:
        default: stands in where the stretch has shown no value yet, (inputs,).
    """

    default: Floats

    def __post_init__(self) -> None:
        vector(self, "default", self.default)

    def run(self, x: Floats, gap: Floats) -> tuple[Floats, Floats]:
        """(filled, age), both (rows, inputs); age is 0 where present, else rows since last seen or the start."""
        rows = np.arange(len(x))[:, None]
        start = start_rows(gap)[:, None]
        last = np.maximum.accumulate(np.where(np.abs(x) <= _LARGEST, rows, -1), axis=0)
        seen = last >= start
        held = np.take_along_axis(x, np.maximum(last, 0), axis=0)
        return np.where(seen, held, self.default), np.where(seen, rows - last, rows - start + 1).astype(np.float64)

    def emit(self, b: GraphBuilder, name: str, x: str) -> tuple[str, str]:
        """The same as nodes: (filled, age)."""
        size = len(self.default)
        present = b.node("LessOrEqual", b.node("Abs", x), _LARGEST)
        filled = b.node("Where", present, x, b.state(f"{name}_last", (size,), start=self.default[None]))
        missing = b.node("Cast", b.node("Not", present), to=11)
        age = b.node("Mul", missing, b.node("Add", b.state(f"{name}_age", (size,)), 1.0))
        b.set_state(f"{name}_last", filled)
        b.set_state(f"{name}_age", age)
        return filled, age
