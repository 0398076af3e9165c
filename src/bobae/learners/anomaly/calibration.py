"""The alarm limit: from normal rows that were held out, for the false alarms that the user allows."""

import math
from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Floats, NotEnoughEvidence
from bobae.evidence.budget import Threshold, threshold_for_budget
from bobae.graph import DriftingLimit, Episode
from bobae.learners.anomaly.trace import Trace

MONTH_S = 30 * 86400.0
FASTEST = 2e-3  # drift a row, as a logarithm: a fault that grows within 500 rows is never followed
HEADROOM = 6.0  # drift comes and goes: allow it to be this much faster than it was on average
LEAST_LEVEL = 0.3
LEVEL = 0.75
STRETCHES = 4  # of the held-out rows; the quietest says where the drift is measured from
HOLD_OFF_ROWS = 20
UNKNOWN_SAMPLING_S = 60.0
_NEVER = 1e6  # a limit that no surprise reaches


@dataclass(frozen=True)
class Calibration:
    """How the alarm limit was set.

    Attributes:
        limit: the piece that runs.
        threshold: what the limit rests on; None where there was too little to set it by, so the highest peak stands.
    """

    limit: DriftingLimit
    threshold: Threshold | None


def drift_rate(surprise: Floats, *, sampling_s: float | None) -> float:
    """How fast the limit may follow, as a logarithm a row: as fast as normal running was seen to move, with headroom.

    Args:
        surprise: of held-out normal rows (rows,), in time order.
        sampling_s: a limit that saw no drift still follows as slowly as a factor e in a month.
    """
    slowest = (sampling_s or UNKNOWN_SAMPLING_S) / MONTH_S
    half = len(surprise) // 2
    moved = math.log(usual_level(surprise[half:]) / usual_level(surprise[:half])) / half
    return min(max(HEADROOM * moved, slowest), FASTEST)


def usual_level(surprise: Floats) -> float:
    """The level that normal running reaches in one row of four, (rows,)."""
    return max(float(np.quantile(surprise, LEVEL)), LEAST_LEVEL)


def calibrated(
    normal: Trace,
    held_out: Trace,
    *,
    sampling_s: float | None,
    budget_per_week: float,
    limit: DriftingLimit,
    highest: float,
) -> Calibration:
    """`limit` with base and level set anew, its drift kept.

    Args:
        normal: all normal rows judged by a fit that had not seen them; the base rests on their peaks.
        held_out: the later ones of them; the level rests on their quietest stretch.
        sampling_s: time between rows, if known.
        budget_per_week: false alarm episodes allowed.
        limit: how it drifts, and how alarms open and close.
        highest: a tail is not believed beyond this and all that normal running reached; no fault could get there.
    """
    usual = held_out.surprise[held_out.judged > 0]
    level = min(usual_level(part) for part in np.array_split(usual, STRETCHES))
    free = replace(limit, level=level, base=_NEVER)
    eased = free.run(normal.surprise, normal.judged, normal.gap)[:, 0] * _NEVER
    sustained = _sustained(eased, normal.judged, limit.episode)
    step = sampling_s or UNKNOWN_SAMPLING_S
    base, threshold = _limit(sustained, normal.gap, step, budget_per_week)
    highest = max(highest, float(np.nanmax(sustained, initial=0.0)))
    if base > highest:
        base, threshold = highest, threshold and threshold.lowered(highest, sustained, normal.gap, sampling_s=step)
    return Calibration(replace(free, base=base), threshold)


def _sustained(surprise: Floats, judged: Floats, episode: Episode) -> Floats:
    """What the surprise reaches for as many rows in a row as open an alarm; NaN where the machine is not judged."""
    values = np.where(judged > 0, surprise, np.nan)
    lowest = values.copy()
    for back in range(1, episode.open_after):
        lowest[back:] = np.fmin(lowest[back:], values[:-back])
    return np.where(judged > 0, lowest, np.nan)


def _limit(eased: Floats, gap: Floats, sampling_s: float, budget_per_week: float) -> tuple[float, Threshold | None]:
    try:
        found = threshold_for_budget(
            eased,
            gap,
            sampling_s=sampling_s,
            budget_per_week=budget_per_week,
            hold_off_s=HOLD_OFF_ROWS * sampling_s,
        )
    except NotEnoughEvidence:
        highest = np.nanmax(eased, initial=LEAST_LEVEL)
        return float(highest if math.isfinite(highest) else LEAST_LEVEL), None
    return max(found.value, LEAST_LEVEL), found
