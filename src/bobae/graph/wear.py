"""Wear: how far a machine has moved since it was new, which a row alone cannot tell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bobae.core import Floats, LazyModule
from bobae.graph.builder import GraphBuilder
from bobae.graph.memory import streams

if TYPE_CHECKING:
    from scipy import signal
else:
    signal = LazyModule("scipy.signal")  # seconds to load, and needed to fit only


@dataclass(frozen=True)
class Wear:
    """Averages of a machine's own life; they outlive stops and gaps and begin anew only with another machine.

    For each input: a quick average, a slow one, quick minus the mean of the first `early` rows, quick minus slow (the
    direction it moves in), quick minus the mean of all rows so far. Then the number of rows so far.

    Attributes:
        inputs: numbers in one row.
        quick, slow: rates of the averages, 0 < rate <= 1.
        early: rows of a machine that tell how it was when new.
    """

    inputs: int
    quick: float = 0.1
    slow: float = 0.03
    early: int = 20

    @property
    def columns(self) -> int:
        """How many numbers come out."""
        return 5 * self.inputs + 1

    @property
    def owner(self) -> tuple[int, ...]:
        """The input that each column is made from; -1 for the number of rows."""
        return (*(tuple(range(self.inputs)) * 5), -1)

    def run(self, values: Floats, gap: Floats) -> Floats:
        """Finite (rows, inputs) -> (rows, columns)."""
        out = np.empty((len(values), self.columns))
        for begin, end in streams(gap):
            rows = values[begin:end]
            count = np.arange(1.0, len(rows) + 1)[:, None]
            sums = rows.cumsum(axis=0)
            last = np.minimum(np.arange(len(rows)), self.early - 1)
            quick, slow = _average(rows, self.quick), _average(rows, self.slow)
            new = sums[last] / np.minimum(count, self.early)
            parts = (quick, slow, quick - new, quick - slow, quick - sums / count, count)
            out[begin:end] = np.concatenate(parts, axis=1)
        return out

    def emit(self, b: GraphBuilder, name: str, values: str) -> str:
        """The same as nodes: (1, inputs) -> (1, columns)."""
        before = b.lasting(f"{name}_rows", (1,))
        count = b.node("Add", before, 1.0)
        b.set_state(f"{name}_rows", count)
        first = b.node("Less", before, 0.5)
        quick, slow = (
            self._averaged(b, f"{name}_{which}", values, rate, first)
            for which, rate in (("quick", self.quick), ("slow", self.slow))
        )
        everything = b.node("Add", b.lasting(f"{name}_sum", (self.inputs,)), values)
        b.set_state(f"{name}_sum", everything)
        is_early = b.node("Cast", b.node("Less", before, float(self.early)), to=11)
        early = b.node("Add", b.lasting(f"{name}_early", (self.inputs,)), b.node("Mul", values, is_early))
        b.set_state(f"{name}_early", early)
        new = b.node("Div", early, b.node("Min", count, float(self.early)))
        parts = (
            quick,
            slow,
            b.node("Sub", quick, new),
            b.node("Sub", quick, slow),
            b.node("Sub", quick, b.node("Div", everything, count)),
            count,
        )
        return b.node("Concat", *parts, axis=1)

    def _averaged(self, b: GraphBuilder, name: str, values: str, rate: float, first: str) -> str:
        before = b.node("Where", first, values, b.lasting(name, (self.inputs,)))
        mean = b.node("Add", b.node("Mul", values, rate), b.node("Mul", before, 1.0 - rate))
        b.set_state(name, mean)
        return mean


def _average(values: Floats, rate: float) -> Floats:
    return np.asarray(signal.lfilter([rate], [1.0, rate - 1.0], values, axis=0, zi=(1.0 - rate) * values[:1])[0])
