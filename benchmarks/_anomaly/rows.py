"""Rows of a result file: a figure with its interval, what to hold it against, and what it has to reach."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Floats
from bobae.evidence.intervals import Figure, block_bootstrap

SEED = 0  # of every bootstrap and of every made row

Row = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What a figure has to reach.

    Attributes:
        sign: '>=', '<=' or '<'.
        value: in the figure's unit.
    """

    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"

    def met(self, value: float) -> bool:
        """Whether `value` reaches it; NaN does not."""
        return {">=": value >= self.value, "<=": value <= self.value, "<": value < self.value}[self.sign]


def row(
    figure: str, found: Figure | float, unit: str, *, reference: str | None = None, target: Target | None = None
) -> Row:
    """One row.

    Args:
        figure: what was measured, in words.
        found: the number, with its interval where there is one.
        unit: of the number.
        reference: others' figure, or that of doing nothing clever.
        target: what it has to reach; None where it is only told.
    """
    told = found if isinstance(found, Figure) else Figure(float(found))
    met = None if target is None else bool(target.met(told.value))
    wanted = None if target is None else str(target)
    return {"figure": figure, **told.as_json(), "unit": unit, "reference": reference, "target": wanted, "met": met}


def over_files(sums: Floats, statistic: Callable[[Floats], Floats]) -> Figure:
    """A statistic of counts summed over files (files, ...), with its interval over resampled files."""
    return block_bootstrap(sums, statistic, seed=SEED, mean_run=1.0)


def mean_over_files(values: Floats) -> Figure:
    """The mean of one number a file (files,), with its interval over resampled files."""
    return over_files(np.column_stack([values, np.ones(len(values))]), lambda sums: sums[..., 0] / sums[..., 1])


def percent(found: Figure) -> Figure:
    """The same share in per cent."""
    return Figure(100 * found.value, 100 * found.low, 100 * found.high)
