"""Memory: moving averages that hold still while there is nothing to learn from, over stops and gaps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bobae.core import BadInput, Floats, LazyModule
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import vector

if TYPE_CHECKING:
    from scipy import signal
else:
    signal = LazyModule("scipy.signal")  # seconds to load, and needed to fit only


def streams(gap: Floats) -> list[tuple[int, int]]:
    """Each asset's rows as (first row, row after its last); gap (rows,) is 2 where one begins."""
    begins = np.flatnonzero(gap > 1.5).tolist()
    begins = begins if begins[:1] == [0] else [0, *begins]
    return list(zip(begins, [*begins[1:], len(gap)], strict=True))


@dataclass(frozen=True, eq=False)
class Memory:
    """mean = mean + rate * (value - mean) on the rows that count; it holds on the others and outlives gaps.

    Attributes:
        rates: one for each number, 0 < rate <= 1, (numbers,).
        start: the means before the first row of a stream, (numbers,).
    """

    rates: Floats
    start: Floats

    def __post_init__(self) -> None:
        vector(self, "rates", self.rates)
        vector(self, "start", self.start, len(self.rates))
        if not ((self.rates > 0.0) & (self.rates <= 1.0)).all():
            raise BadInput("Memory: each rate must be above 0 and at most 1, but they are {rates}", rates=self.rates)

    def run(self, values: Floats, counts: Floats, gap: Floats) -> Floats:
        """(rows, numbers) finite -> their means (rows, numbers); counts (rows,) is 1 on the rows that count, else 0."""
        out = np.empty_like(values)
        for begin, end in streams(gap):
            used = np.flatnonzero(counts[begin:end] > 0.5)
            last = np.searchsorted(used, np.arange(end - begin), side="right")
            means = np.zeros((len(used) + 1, values.shape[1]))
            for i, rate in enumerate(self.rates.tolist() if len(used) else []):
                means[1:, i] = signal.lfilter([rate], [1.0, rate - 1.0], values[begin + used, i] - self.start[i])
            out[begin:end] = means[last] + self.start
        return out

    def emit(self, b: GraphBuilder, name: str, values: str, counts: str) -> str:
        """The same as nodes: (1, numbers) -> (1, numbers); counts is (1, 1)."""
        # the state is kept as the distance from start, so that a state of zeros is a stream's beginning
        before = b.lasting(f"{name}_mean", self.rates.shape)
        away = b.node("Sub", values, self.start[None]) if self.start.any() else values
        step = b.node("Mul", counts, self.rates[None])
        mean = b.node("Add", before, b.node("Mul", step, b.node("Sub", away, before)))
        b.set_state(f"{name}_mean", mean)
        return b.node("Add", mean, self.start[None]) if self.start.any() else mean
