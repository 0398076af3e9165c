"""A small picture of each column: its values over the rows, thinned so that no peak is lost."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Column, Floats, Role
from bobae.train.assess.look import Look

_PLACES = 110
_DRAWN = 80  # columns beyond these are listed without a picture


@dataclass(frozen=True, eq=False)
class Sketch:
    """One column: low, middle and high value, the share missing, and values to draw.

    Attributes:
        values: lowest and highest in turn, over the rows.
        spread: sampled values between the 1st and the 99th of a hundred, for how often each occurs.
    """

    column: Column
    low: float
    middle: float
    high: float
    missing: float
    values: Floats
    spread: Floats


def sketches(look: Look) -> tuple[Sketch, ...]:
    """A sketch of every measured column and of a measured or marked outcome."""
    drawn = [p for p in look.of(Role.TARGET, Role.FEATURE) if p.is_number][:_DRAWN]
    return tuple(
        Sketch(
            p.column,
            p.low,
            p.quantiles[1],
            p.high,
            p.missing / max(p.rows, 1),
            _places(look.dataset.values(p.column.name)),
            p.sample[(p.sample >= p.quantiles[0]) & (p.sample <= p.quantiles[2])],
        )
        for p in drawn
    )


def _places(values: Floats) -> Floats:
    if len(values) <= 2 * _PLACES:
        return values.astype(np.float64)
    begins = np.linspace(0, len(values), _PLACES, endpoint=False).astype(np.int64)
    low = np.fmin.reduceat(values, begins)
    high = np.fmax.reduceat(values, begins)
    return np.column_stack([low, high]).ravel()
