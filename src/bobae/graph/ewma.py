"""Moving averages that forget exponentially: slow faults add up, noise does not."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bobae.core import BadInput, Floats, LazyModule
from bobae.graph.builder import GraphBuilder
from bobae.graph.stretches import spans

if TYPE_CHECKING:
    from scipy import signal
else:
    signal = LazyModule("scipy.signal")  # seconds to load, and needed to fit only


@dataclass(frozen=True)
class Ewma:
    """mean = rate * value + (1 - rate) * mean, begun at the first value of a stretch.

    Attributes:
        rates: one average for each rate, 0 < rate <= 1 (1 passes the value through).
        inputs: how many numbers are averaged side by side.
        start: what the mean was before the first value of a stretch, where that is known (0 for residuals).
    """

    rates: tuple[float, ...]
    inputs: int = 1
    start: float | None = None

    def __post_init__(self) -> None:
        if not self.rates or not all(0.0 < rate <= 1.0 for rate in self.rates):
            raise BadInput("Ewma: each rate must be above 0 and at most 1, but they are {rates}", rates=self.rates)

    def run(self, values: Floats, gap: Floats) -> Floats:
        """Finite (rows, inputs) -> (rows, rates * inputs): all inputs at the first rate, then at the second, ..."""
        out = np.empty((len(values), len(self.rates) * self.inputs))
        for begin, end in spans(gap):
            stretch = values[begin:end]
            for i, rate in enumerate(self.rates):
                columns = slice(i * self.inputs, (i + 1) * self.inputs)
                out[begin:end, columns] = _average(stretch, rate, self.start)
        return out

    def emit(self, b: GraphBuilder, name: str, value: str) -> str:
        """The same as nodes: (1, inputs) -> (1, rates * inputs)."""
        size = len(self.rates) * self.inputs
        rates = np.repeat(self.rates, self.inputs)[None]
        wide = b.node("Concat", *[value] * len(self.rates), axis=1) if len(self.rates) > 1 else value
        before = b.state(f"{name}_mean", (size,), start=wide if self.start is None else self.start)
        mean = b.node("Add", b.node("Mul", wide, rates), b.node("Mul", before, 1.0 - rates))
        b.set_state(f"{name}_mean", mean)
        return mean


def _average(values: Floats, rate: float, before: float | None) -> Floats:
    start = (1.0 - rate) * (values[:1] if before is None else np.full_like(values[:1], before))
    return np.asarray(signal.lfilter([rate], [1.0, rate - 1.0], values, axis=0, zi=start)[0])
