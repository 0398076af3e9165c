"""Late values: what an estimate is off by, learned from laboratory values that come so many rows later."""

from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.delays import Delays
from bobae.graph.memory import streams
from bobae.graph.stretches import start_rows


@dataclass(frozen=True)
class LateBias:
    """bias = bias + rate * (late value - what was said then - bias), kept within -limit and +limit a step.

    A value that comes in a row is of the row so many rows ago, and is held against what was said there; where that row
    lies before a gap, the value is left unused. Bias outlives gaps and is 0 where a stream begins. The limit keeps a
    mistyped value from carrying the estimate away; a true change is followed in several steps.

    Attributes:
        rows: how late a value is, 1 or more.
        rate: 0 < rate <= 1.
        limit: the farthest that one value counts, above 0.
    """

    rows: int
    rate: float
    limit: float

    def __post_init__(self) -> None:
        if self.rows < 1 or not 0.0 < self.rate <= 1.0 or not self.limit > 0.0:
            raise BadInput(
                "LateBias: rows must be 1 or more, rate above 0 and at most 1, limit above 0; they are {rows}, {rate}, "
                "{limit}",
                rows=self.rows,
                rate=self.rate,
                limit=self.limit,
            )

    def run(self, said: Floats, value: Floats, gap: Floats) -> Floats:
        """Said and late value (rows, 1), NaN in rows where none comes -> bias (rows, 1), this row's value included."""
        then = Delays((self.rows,)).run(said, gap)
        counts = np.isfinite(value[:, 0]) & (np.arange(len(gap)) - start_rows(gap) >= self.rows)
        out = np.zeros((len(gap), 1))
        for begin, end in streams(gap):
            used = begin + np.flatnonzero(counts[begin:end])
            found = [0.0]
            for off in (value - then)[used, 0].tolist():
                found.append(found[-1] + self.rate * min(max(off - found[-1], -self.limit), self.limit))
            out[begin:end, 0] = np.array(found)[np.searchsorted(used, np.arange(begin, end), side="right")]
        return out

    def emit(self, b: GraphBuilder, name: str, said: str, value: str) -> str:
        """The same as nodes: (1, 1), (1, 1) -> (1, 1)."""
        then = Delays((self.rows,)).emit(b, f"{name}_said", said)
        comes = b.node("Less", b.node("Abs", value), np.inf)  # not so for NaN
        known = b.node("And", comes, b.node("Greater", b.rows, float(self.rows)))
        before = b.lasting(f"{name}_bias", (1,))
        off = b.node("Sub", b.node("Sub", b.node("Where", comes, value, then), then), before)
        step = b.node("Mul", b.node("Clip", off, -self.limit, self.limit), self.rate)
        bias = b.node("Add", before, b.node("Mul", b.node("Cast", known, to=11), step))
        b.set_state(f"{name}_bias", bias)
        return bias
