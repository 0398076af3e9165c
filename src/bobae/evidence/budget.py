"""The alarm budget: how many false alarm episodes a week one asset may cost, and the threshold that keeps to it.

Nobody is asked for a contamination rate. The threshold comes from the peaks of the score in held-out normal time: as
counted where there are enough of them, from an exponential or Pareto tail above the highest ones where there are not
(peaks over threshold: J. Pickands, 1975). With it comes what this much normal time can prove and what it cannot.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Bools, Floats, Ints, NotEnoughEvidence, Text, text
from bobae.evidence.episodes import WEEK_S, Episode
from bobae.evidence.intervals import CONFIDENCE, Figure, poisson, provable_rate

AIM = 0.5  # new weeks bring more than calibration saw, so the threshold is set for half of what is allowed
COUNTED_FROM = 10  # as many peaks are counted rather than extrapolated
FEWEST_PEAKS = 5
MOST_OF_HISTORY = 25
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


@dataclass(frozen=True)
class Threshold:
    """Where to alarm, and how sure that is.

    Attributes:
        value: alarm where the score is above this.
        expected_per_week: false episodes a week and asset this is set for.
        high_per_week: the true rate lies below this with the confidence asked for, if the coming weeks are like these:
            from the count alone, so no tail is believed.
        provable_per_week: the smallest rate this much normal time could prove.
        exposure_weeks: asset-weeks of normal time it rests on.
        peaks: independent peaks it rests on.
        extrapolated: True where it lies beyond what was counted.
        hold_off_s: peaks nearer than this were one episode.
    """

    value: float
    expected_per_week: float
    high_per_week: float
    provable_per_week: float
    exposure_weeks: float
    peaks: int
    extrapolated: bool
    hold_off_s: float

    def lowered(self, value: float, score: Floats, fresh: Floats | Bools, *, sampling_s: float) -> "Threshold":
        """The same at a lower value, with the false episodes that were counted above it in the rows it rests on.

        Args:
            value: where to alarm instead.
            score: as for `threshold_for_budget`, NaN rows say nothing (rows,).
            fresh: 1 where a row does not follow on the one before (rows,).
            sampling_s: time one row stands for.
        """
        stretch: Ints = np.cumsum(np.asarray(fresh, dtype=np.float64) > 0, dtype=np.int64)
        seen = np.where(np.isfinite(score), score, -np.inf)
        count = len(peaks_above(seen, stretch, value, max(1, round(self.hold_off_s / sampling_s))))
        return replace(
            self,
            value=value,
            expected_per_week=max(self.expected_per_week, (count + 1) / self.exposure_weeks),
            high_per_week=poisson(count, self.exposure_weeks, confidence=2 * CONFIDENCE - 1).high,
            extrapolated=False,
        )

    def said(self, budget_per_week: float) -> Text:
        """What the calibration can and cannot prove, for a person."""
        values = {
            "time": lasting(self.exposure_weeks),
            "expected": rounded(self.expected_per_week),
            "high": rounded(self.high_per_week),
            "provable": rounded(self.provable_per_week),
            "budget": rounded(budget_per_week),
        }
        if self.provable_per_week > budget_per_week:
            return text(
                "the alarm limit is set for {expected} false alarms a week, but {time} of normal running can "
                "prove no less than {provable} a week; the limit for {budget} a week is extrapolated from them",
                **values,
            )
        return text(
            "the alarm limit is set for {expected} false alarms a week from {time} of normal running, and at most "
            "{high} if the coming weeks are like these",
            **values,
        )


def threshold_for_budget(
    score: Floats,
    fresh: Floats | Bools,
    *,
    sampling_s: float,
    budget_per_week: float,
    hold_off_s: float,
    aim: float = AIM,
    confidence: float = CONFIDENCE,
) -> Threshold:
    """The threshold that keeps false alarm episodes to `aim` of the budget, from held-out normal time.

    Args:
        score: of normal rows that the model was not fitted on, in time order (rows,); NaN rows say nothing.
        fresh: 1 where a row does not follow on the one before (rows,).
        sampling_s: time one row stands for.
        budget_per_week: false episodes a week and asset that are allowed.
        hold_off_s: peaks nearer than this are one episode.
        aim: the share of the budget to aim at.
        confidence: of `high_per_week` and `provable_per_week`.

    Raises:
        NotEnoughEvidence: fewer than five independent peaks: there is nothing to set a limit on.
    """
    seen = np.isfinite(score)
    exposure = float(seen.sum()) * sampling_s / WEEK_S
    stretch: Ints = np.cumsum(np.asarray(fresh, dtype=np.float64) > 0, dtype=np.int64)
    # a short history has few independent stretches as it is: do not let the hold-off eat them up
    hold_rows = max(1, min(round(hold_off_s / sampling_s), int(seen.sum()) // MOST_OF_HISTORY))
    score = np.where(seen, score, -np.inf)
    peaks = _peaks(score, stretch, hold_rows)
    rate = aim * budget_per_week
    allowed = max(rate * exposure, COUNTED_FROM)
    value, count = _counted(score, stretch, hold_rows, peaks=peaks, allowed=int(allowed))
    expected = (count + 1) / exposure
    if rate * exposure < COUNTED_FROM:
        further, expected = _extrapolated(peaks, exposure, rate)
        value = max(value, further)
    count = len(peaks_above(score, stretch, value, hold_rows))
    return Threshold(
        value=value,
        expected_per_week=expected,
        high_per_week=poisson(count, exposure, confidence=2 * confidence - 1).high,
        provable_per_week=provable_rate(exposure, confidence=confidence),
        exposure_weeks=exposure,
        peaks=len(peaks),
        extrapolated=bool(value > peaks[0]),
        hold_off_s=hold_off_s,
    )


def held_rate(false_episodes: list[Episode], exposure_weeks: float) -> Figure:
    """False alarms a week and asset as counted, exact Poisson interval; a standing one counts once a shift."""
    return poisson(sum(e.nuisance for e in false_episodes), exposure_weeks)


def rounded(rate: float) -> str:
    """A rate in as many digits as it deserves: two.

    Example:
        >>> rounded(0.0471), rounded(23.41)
        ('0.047', '23')
    """
    return f"{rate:.2g}" if rate < 10 else f"{rate:.0f}"


def lasting(weeks: float) -> Text:
    """A length of time in days, or in hours where it is under two days.

    Example:
        >>> str(lasting(0.5)), str(lasting(0.01))
        ('3.5 days', '1.7 hours')
    """
    if weeks * 7 < 2:
        return text("{count} hours", count=f"{weeks * 168:.1f}")
    return text("{count} days", count=f"{weeks * 7:.1f}")


def peaks_above(score: Floats, stretch: Ints, level: float, hold_rows: int) -> Floats:
    """The highest score of each episode above `level`, highest first; episodes are `hold_rows` rows apart."""
    at = np.flatnonzero(score > level)
    if not len(at):
        return np.empty(0)
    apart = (np.diff(at) > hold_rows) | (np.diff(stretch[at]) != 0)
    return np.sort(np.maximum.reduceat(score[at], np.concatenate([[0], np.flatnonzero(apart) + 1])))[::-1]


def _peaks(score: Floats, stretch: Ints, hold_rows: int) -> Floats:
    """The independent peaks, highest first, at the level that shows most of them."""
    seen = score[np.isfinite(score)]
    levels = np.quantile(seen, LEVELS) if len(seen) else seen
    peaks = max((peaks_above(score, stretch, float(level), hold_rows) for level in levels), key=len, default=seen)
    if len(peaks) < FEWEST_PEAKS and len(seen):
        # a score that only rises has no peaks, but its stretches still have a highest point
        highest = np.maximum.reduceat(score, np.arange(0, len(score), hold_rows))
        peaks = np.sort(highest[np.isfinite(highest)])[::-1]
    if len(np.unique(peaks)) < FEWEST_PEAKS:
        raise NotEnoughEvidence(
            "{rows} rows of held-out normal running hold only {peaks} independent stretches; at least {fewest} are "
            "needed to set an alarm limit. Bring a longer history",
            rows=len(seen),
            peaks=len(np.unique(peaks)),
            fewest=FEWEST_PEAKS,
        )
    return peaks


def _counted(score: Floats, stretch: Ints, hold_rows: int, *, peaks: Floats, allowed: int) -> tuple[float, int]:
    """The lowest of the peaks that fewer than `allowed` episodes rise above, and how many do."""
    # a low level can hold fewer episodes than a high one, so come down from the top and stop at the first excess
    value, count = float(peaks[0]), 0
    for level in peaks[1:allowed]:
        found = len(peaks_above(score, stretch, float(level), hold_rows))
        if found >= allowed:
            break
        value, count = float(level), found
    return value, count


def _extrapolated(peaks: Floats, exposure: float, rate: float) -> tuple[float, float]:
    top = min(len(peaks) - 1, max(8, len(peaks) // 3), 100)
    base, over = float(peaks[top]), peaks[:top] - peaks[top]
    ratio = top / exposure / rate
    if ratio <= 1:  # so much is allowed that the base level itself keeps to it
        return base, top / exposure
    # exponential tail with its scale unknown: the predictive tail is Pareto, so few peaks give a higher threshold
    rise = top * float(over.mean()) * (ratio ** (1 / top) - 1)
    return base + max(rise, _pareto_rise(over, ratio)), rate


def _pareto_rise(over: Floats, ratio: float) -> float:
    """How far above the base a generalized Pareto tail reaches `ratio`; 0 unless the tail is clearly heavy.

    Probability-weighted moments (J. R. M. Hosking and J. R. Wallis, 1987).
    """
    count = len(over)
    ordered = np.sort(over)
    a0 = float(ordered.mean())
    a1 = float((ordered * (1 - (np.arange(1, count + 1) - 0.35) / count)).mean())
    if count < 20 or a0 <= 2 * a1:
        return 0.0
    shape = min(2 - a0 / (a0 - 2 * a1), 0.5)
    scale = 2 * a0 * a1 / (a0 - 2 * a1)
    if shape <= 1 / math.sqrt(count):
        return 0.0
    return float(scale / shape * (ratio**shape - 1))
