"""The alarm limit: from normal rows that were held out, for the false alarms that the user allows."""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, NotEnoughEvidence
from bobae.evidence.budget import Threshold, threshold_for_budget
from bobae.graph import DriftingLimit, Episode

MONTH_S = 30 * 86400.0
RATES = (1e-4, 3e-4, 1e-3, 2e-3)  # of drift a row, tried from the slowest
MOST_OVER = 0.01  # of later normal rows in alarm; a slower drift that keeps to it is good enough
FEWEST_ROWS = 500  # held-out rows that can show drift at all
LEAST_LEVEL = 0.3
HOLD_OFF_ROWS = 20
UNKNOWN_SAMPLING_S = 60.0


@dataclass(frozen=True)
class Calibration:
    """How the alarm limit was set.

    Attributes:
        limit: the piece that runs.
        threshold: what the limit rests on; None where there was too little to set it by, so the highest peak stands.
    """

    limit: DriftingLimit
    threshold: Threshold | None


def calibrated(
    surprise: Floats,
    judged: Floats,
    gap: Floats,
    *,
    sampling_s: float | None,
    budget_per_week: float,
    episode: Episode,
) -> Calibration:
    """The limit for normal rows (rows,), in time order.

    The drift allowed is the slowest of a few rates at which the limit set on the first half of the rows holds on the
    second: the limit follows the machine only as fast as its normal state was seen to move.
    """
    sampling = sampling_s or UNKNOWN_SAMPLING_S
    used = judged > 0
    level = max(float(np.quantile(surprise[used], 0.75)), LEAST_LEVEL)
    half = int(np.searchsorted(np.cumsum(used), used.sum() / 2)) + 1
    tried = []
    for rate in (sampling / MONTH_S, *RATES):
        free = DriftingLimit(base=1e6, level=level, rate=rate, episode=episode)
        eased = _sustained(free.run(surprise, judged, gap, gap)[:, 0] * free.base, judged, episode)
        first, _ = _limit(eased[:half], gap[:half], sampling, budget_per_week)
        late = DriftingLimit(base=first, level=level, rate=rate, episode=episode).run(surprise, judged, gap, gap)[half:]
        tried.append((float(late[used[half:], 1].mean()) if used[half:].any() else 0.0, rate, eased))
        if tried[-1][0] <= MOST_OVER or used.sum() < FEWEST_ROWS:
            break
    over = min(share for share, _, _ in tried)
    _, rate, eased = next(found for found in tried if found[0] <= max(over, MOST_OVER))
    base, threshold = _limit(eased, gap, sampling, budget_per_week)
    return Calibration(DriftingLimit(base=base, level=level, rate=rate, episode=episode), threshold)


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
