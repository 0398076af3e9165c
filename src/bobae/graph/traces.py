"""Traces: what a batch, wafer or run has shown from its first row to this one, so that one row tells of all of it."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped, vector
from bobae.graph.memory import streams

_TINY = 1e-12


@dataclass(frozen=True)
class Trace:
    """For each input so far in this run: mean, spread, least, most, first, last and slope over rows; then the rows.

    With steps also, for each step of the recipe, the mean of each input in it and how many rows it took.

    Attributes:
        inputs: numbers in one row.
        steps: kinds of recipe step, 0 for none.
    """

    inputs: int
    steps: int = 0

    @property
    def owner(self) -> tuple[int, ...]:
        """The input that each column is made from; -1 for counts of rows."""
        own = tuple(range(self.inputs))
        return (*(own * 7), -1, *(own * self.steps), *([-1] * self.steps))

    def run(self, values: Floats, step: Floats, gap: Floats) -> Floats:
        """Finite (rows, inputs) and the code of the step (rows,) -> (rows, columns)."""
        out = np.empty((len(values), len(self.owner)))
        for begin, end in streams(gap):
            v, code = values[begin:end], step[begin:end]
            n = np.arange(1.0, len(v) + 1)[:, None]
            away = v - v[:1]  # sums of what lies near zero lose nothing
            sums, squares, slants = away.cumsum(axis=0), np.square(away).cumsum(axis=0), (n * away).cumsum(axis=0)
            parts = [
                v[:1] + sums / n,
                np.sqrt(np.maximum(squares / n - np.square(sums / n), 0.0)),
                np.minimum.accumulate(v, axis=0),
                np.maximum.accumulate(v, axis=0),
                np.repeat(v[:1], len(v), axis=0),
                v,
                self._slope(n, sums, slants),
                n,
            ]
            counts = []
            for kind in range(self.steps):
                here = (code == kind)[:, None].astype(np.float64)
                count = here.cumsum(axis=0)
                parts.append((v * here).cumsum(axis=0) / np.maximum(count, 1.0))
                counts.append(count)
            out[begin:end] = np.concatenate([*parts, *counts], axis=1)
        return out

    def emit(self, b: GraphBuilder, name: str, values: str, step: str | None) -> str:
        """The same as nodes: (1, inputs) and (1, 1) -> (1, columns)."""
        size = (self.inputs,)
        before = b.lasting(f"{name}_rows", (1,))
        n = b.node("Add", before, 1.0)
        b.set_state(f"{name}_rows", n)
        starts = b.node("Less", before, 0.5)

        def kept(what: str, fresh: str, otherwise: str) -> str:
            value = b.node("Where", starts, fresh, otherwise)
            b.set_state(f"{name}_{what}", value)
            return value

        first = kept("first", values, b.lasting(f"{name}_first", size))
        least = kept("least", values, b.node("Min", values, b.lasting(f"{name}_least", size)))
        most = kept("most", values, b.node("Max", values, b.lasting(f"{name}_most", size)))
        away = b.node("Sub", values, first)

        def summed(what: str, added: str, shape: tuple[int, ...]) -> str:
            value = b.node("Add", b.lasting(f"{name}_{what}", shape), added)
            b.set_state(f"{name}_{what}", value)
            return value

        sums = summed("sums", away, size)
        squares = summed("squares", b.node("Mul", away, away), size)
        slants = summed("slants", b.node("Mul", n, away), size)
        mean = b.node("Div", sums, n)
        variance = b.node("Sub", b.node("Div", squares, n), b.node("Mul", mean, mean))
        parts = [
            b.node("Add", first, mean),
            b.node("Sqrt", b.node("Max", variance, 0.0)),
            least,
            most,
            first,
            values,
            self._emit_slope(b, n, sums, slants),
            n,
        ]
        counts = []
        for kind in range(self.steps):
            assert step is not None
            here = b.node("Cast", b.node("Equal", step, float(kind)), to=11)
            count = summed(f"count{kind}", here, (1,))
            in_step = summed(f"step{kind}", b.node("Mul", values, here), size)
            parts.append(b.node("Div", in_step, b.node("Max", count, 1.0)))
            counts.append(count)
        return b.node("Concat", *parts, *counts, axis=1)

    def _slope(self, n: Floats, sums: Floats, slants: Floats) -> Floats:
        """Of a straight line over rows 1 to n."""
        spread = np.maximum((np.square(n) - 1.0) / 12.0, _TINY)
        return np.asarray(np.where(n > 1.5, (slants / n - (n + 1.0) / 2.0 * (sums / n)) / spread, 0.0))

    def _emit_slope(self, b: GraphBuilder, n: str, sums: str, slants: str) -> str:
        spread = b.node("Max", b.node("Div", b.node("Sub", b.node("Mul", n, n), 1.0), 12.0), _TINY)
        middle = b.node("Mul", b.node("Div", b.node("Add", n, 1.0), 2.0), b.node("Div", sums, n))
        slope = b.node("Div", b.node("Sub", b.node("Div", slants, n), middle), spread)
        return b.node("Mul", slope, b.node("Cast", b.node("Greater", n, 1.5), to=11))


@dataclass(frozen=True, eq=False)
class Ripples:
    """The share of a run's rows in which each weighted sum of the last rows is above its limit.

    Attributes:
        weights: of the newest row's inputs, then of the row before, and so on ((lags + 1) * inputs, kernels).
        limits: (kernels,).
    """

    weights: Floats
    limits: Floats

    def __post_init__(self) -> None:
        shaped(self, "weights", self.weights, (None, None))
        vector(self, "limits", self.limits, self.weights.shape[1])

    def run(self, lagged: Floats, gap: Floats) -> Floats:
        """(rows, (lags + 1) * inputs) -> (rows, kernels)."""
        over = (lagged @ self.weights > self.limits).astype(np.float64)
        out = np.empty_like(over)
        for begin, end in streams(gap):
            out[begin:end] = over[begin:end].cumsum(axis=0) / np.arange(1.0, end - begin + 1)[:, None]
        return out

    def emit(self, b: GraphBuilder, name: str, lagged: str) -> str:
        """The same as nodes."""
        over = b.node("Cast", b.node("Greater", b.node("MatMul", lagged, self.weights), self.limits[None]), to=11)
        count = b.node("Add", b.lasting(f"{name}_rows", (1,)), 1.0)
        b.set_state(f"{name}_rows", count)
        sums = b.node("Add", b.lasting(f"{name}_over", self.limits.shape), over)
        b.set_state(f"{name}_over", sums)
        return b.node("Div", sums, count)
