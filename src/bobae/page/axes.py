"""Round marks on an axis: 0, 50, 100 for numbers; midnight, noon and Mondays for time."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from bobae.core import Floats, local_time
from bobae.page.numbers import number

AxisKind = Literal["time", "count", "number"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TIME_STEPS = (
    *(1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY),
    *(91 * _DAY, 182 * _DAY, 365 * _DAY),
)


@dataclass(frozen=True)
class Mark:
    """One mark: where it is, and what is written at it."""

    at: float
    label: str


def marks(low: float, high: float, kind: AxisKind, wanted: int = 6) -> list[Mark]:
    """About `wanted` round marks between low and high; times are seconds since 1970."""
    if not high > low:
        return []
    return _times(low, high, wanted) if kind == "time" else _numbers(low, high, wanted)


def padded(values: Floats) -> tuple[float, float]:
    """The range to draw for these values, with a little air."""
    there = values[np.isfinite(values)]
    if not len(there):
        return 0.0, 1.0
    low, high = float(there.min()), float(there.max())
    air = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return low - air, high + air


def _numbers(low: float, high: float, wanted: int) -> list[Mark]:
    rough = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [Mark(min(max(i * step, low), high), number(round(i * step, 12), 4)) for i in range(first, last + 1)]


def _times(low: float, high: float, wanted: int) -> list[Mark]:
    rough = (high - low) / wanted
    step = next((s for s in _TIME_STEPS if s >= rough), _TIME_STEPS[-1])
    found, day = [], ""
    ahead = (local_time(round(low) * 10**9).utcoffset() or timedelta()).total_seconds()
    for i in range(math.ceil((low + ahead) / step), math.floor((high + ahead) / step) + 1):
        place = i * step - ahead
        at = local_time(round(place) * 10**9)
        label, today = _clock(at, step), at.strftime("%m-%d")
        if step < _DAY and today != day:
            label, day = f"{today} {label}", today
        found.append(Mark(place, label))
    return found


def _clock(at: datetime, step: int) -> str:
    if step >= 28 * _DAY:
        return at.strftime("%Y-%m")
    if step >= _DAY:
        return at.strftime("%m-%d")
    return at.strftime("%H:%M:%S" if step < _MINUTE else "%H:%M")
