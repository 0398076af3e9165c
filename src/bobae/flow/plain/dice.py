"""The same chance as the compiled engine's, number by number."""

import math
from typing import Any

import numpy as np

from bobae.flow.compiling import Plan
from bobae.flow.kernel import chance
from bobae.flow.kernel import words as w

_MASK = (1 << 64) - 1
_ODD_1, _ODD_2, _ODD_3, _ODD_4 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Dice:
    """Draws by what a number is for."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._rows = [tuple(row) for row in plan.tables.distributions[["kind", "values", "a", "b", "c"]].tolist()]
        self._values, self._seed = plan.tables.values, seed

    def unit(self, purpose: int, who: int, count: int) -> float:
        """A number in (0, 1)."""
        return float(chance.unit(self._seed, purpose, int(who), int(count)))

    def time(self, distribution: int, purpose: int, who: int, count: int) -> int:
        """Whole microseconds; 0 where there is no distribution."""
        if distribution < 0:
            return 0
        kind, values, a, b, c = self._rows[distribution]
        if kind == w.CONSTANT:
            return int(a)
        u = self.unit(purpose, who, count)
        if kind == w.ERLANG:
            total = chance.log(u)
            for stage in range(1, int(b)):
                total += chance.log(self.unit(purpose + 64 * stage, who, count))
            return math.floor(float(-a / b * total) + 0.5)
        return math.floor(self._real(kind, u, (a, b, c), values) + 0.5)

    def _real(self, kind: int, u: float, p: tuple[float, float, float], values: int) -> float:
        a, b, c = p
        if kind == w.TRIANGULAR:
            rising = u * (c - a) < b - a
            return float(a + np.sqrt(u * (c - a) * (b - a)) if rising else c - np.sqrt((1.0 - u) * (c - a) * (c - b)))
        if kind == w.EMPIRICAL:
            return float(self._values[values + 1 + int(u * int(self._values[values]))])
        found: dict[int, Any] = {
            w.UNIFORM: lambda: a + (b - a) * u,
            w.EXPONENTIAL: lambda: -a * chance.log(u),
            w.NORMAL: lambda: max(0.0, a + b * chance.normal(u)),
            w.LOGNORMAL: lambda: chance.exp(a + b * chance.normal(u)),
            w.WEIBULL: lambda: a * chance.exp(chance.log(-chance.log(u)) / b),
            w.GEOMETRIC: lambda: a * (1.0 + np.floor(chance.log(u) / chance.log(1.0 - b))),
        }
        return float(found[kind]())


class Tale:
    """The hash of all that happened, as `agenda.note` makes it."""

    def __init__(self) -> None:
        self.hash = 0

    def tell(self, now: int, kind: int, machine: int, lot: int, step: int, extra: int) -> None:
        """One thing more."""
        told = now * _ODD_1 + (lot + 1) * _ODD_2
        told += (kind * 1048576 + machine + 1) * _ODD_3 + ((step + 1) * 1048576 + extra) * _ODD_4
        mixed = ((self.hash ^ (told & _MASK)) * _ODD_2) & _MASK
        self.hash = (mixed ^ (mixed >> 32)) >> 1
