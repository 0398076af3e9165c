"""Memory: moving averages that hold still while there is nothing to learn from, over stops and gaps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bobae.core import BadInput, Floats, LazyModule
from bobae.graph.builder import GraphBuilder

if TYPE_CHECKING:
    from scipy import signal
else:
    signal = LazyModule("scipy.signal")  # seconds to load, and needed to fit only


def streams(gap: Floats) -> list[tuple[int, int]]:
    """Each asset's rows as (first row, row after its last); gap (rows,) is 2 where one begins."""
    begins = np.flatnonzero(gap > 1.5).tolist()
    begins = begins if begins[:1] == [0] else [0, *begins]
    return list(zip(begins, [*begins[1:], len(gap)], strict=True))


@dataclass(frozen=True)
class Memory:
    """mean = mean + rate * (value - mean) on the rows that count; it holds on the others and outlives gaps.

    Attributes:
        rates: one average for each rate, 0 < rate <= 1.
        inputs: how many numbers are averaged side by side.
        start: the mean before the first row of a stream.
    """

    rates: tuple[float, ...]
    inputs: int = 1
    start: float = 0.0

    def __post_init__(self) -> None:
        if not self.rates or not all(0.0 < rate <= 1.0 for rate in self.rates):
            raise BadInput("Memory: each rate must be above 0 and at most 1, but they are {rates}", rates=self.rates)

    def run(self, values: Floats, counts: Floats, gap: Floats) -> Floats:
        """(rows, inputs) finite -> (rows, rates * inputs): all inputs at the first rate, then at the second, ...

        `counts` (rows,) is 1 on the rows that count, else 0.
        """
        out = np.empty((len(values), len(self.rates) * self.inputs))
        for begin, end in streams(gap):
            used = np.flatnonzero(counts[begin:end] > 0.5)
            last = np.searchsorted(used, np.arange(end - begin), side="right")
            for i, rate in enumerate(self.rates):
                away = values[begin + used] - self.start
                means = signal.lfilter([rate], [1.0, rate - 1.0], away, axis=0) if len(used) else away
                held = np.concatenate([np.zeros((1, self.inputs)), means])[last]
                out[begin:end, i * self.inputs : (i + 1) * self.inputs] = held + self.start
        return out

    def emit(self, b: GraphBuilder, name: str, value: str, counts: str) -> str:
        """The same as nodes: (1, inputs) -> (1, rates * inputs); counts is (1, 1)."""
        # the state is kept as the distance from start, so that a state of zeros is a stream's beginning
        before = b.lasting(f"{name}_mean", (len(self.rates) * self.inputs,))
        away = b.node("Sub", value, self.start) if self.start else value
        wide = b.node("Concat", *[away] * len(self.rates), axis=1) if len(self.rates) > 1 else away
        step = b.node("Mul", counts, np.repeat(self.rates, self.inputs)[None])
        mean = b.node("Add", before, b.node("Mul", step, b.node("Sub", wide, before)))
        b.set_state(f"{name}_mean", mean)
        return b.node("Add", mean, self.start) if self.start else mean
