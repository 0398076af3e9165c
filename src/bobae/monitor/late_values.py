"""Late laboratory values: what a sample measured, beside what was estimated at the moment it was taken.

A soft sensor is right until somebody measures. The laboratory answers hours later, so each of its values is held
against the estimate of then, not of now.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bobae.core import Floats, Ints

LEARNED = 30  # values that say how far the estimate usually is off
MATTERS = 0.8  # spreads; 'large' of J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988
_SLACK, _DECIDES = 0.5, 8.0  # spreads: half of the shift that is looked for; E. S. Page, Biometrika 41, 1954
_NS_A_HOUR = 3600 * 10**9

Answer = Literal["moved", "same", "not_enough_evidence"]


@dataclass(frozen=True)
class Residuals:
    """How measured values lie beside their estimates.

    Attributes:
        values: that could be held against an estimate.
        answer: whether the estimate has moved away from what is measured.
        usual: measured less estimated, the middle of the first values.
        spread: of that, one standard deviation.
        now: measured less estimated, the middle since it moved; of all later values if it did not.
        since_ns: since when, ns UTC; None: it has not moved.
        late_h: hours from the sample to its value, the middle one.
    """

    values: int
    answer: Answer
    usual: float = 0.0
    spread: float = 0.0
    now: float = 0.0
    since_ns: int | None = None
    late_h: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dict(vars(self))


def residuals(time_ns: Ints, receipt_ns: Ints, measured: Floats, estimated: Floats) -> Residuals:
    """How the laboratory's values lie beside their estimates.

    The first `LEARNED` of them say what is usual. A two-sided CUSUM chart of the later ones says since when they lie
    elsewhere, and they have moved if they lie at least `MATTERS` spreads away. Of 600 made series of 100 later values,
    half of them shifted, 97 % were told at 1.5 spreads, 73 % at one, and 3 % without a shift (tests/monitor).

    Args:
        time_ns: when each sample was taken (values,), ascending.
        receipt_ns: when its value came (values,).
        measured: the values (values,).
        estimated: what was estimated then (values,), NaN where nothing was.
    """
    there = np.isfinite(measured) & np.isfinite(estimated)
    off, times = (measured - estimated)[there], time_ns[there]
    if len(off) < 2 * LEARNED:
        return Residuals(len(off), "not_enough_evidence")
    first, later = off[:LEARNED], off[LEARNED:]
    usual, spread = float(np.median(first)), _spread(first)
    late_h = float(np.median((receipt_ns - time_ns)[there])) / _NS_A_HOUR
    begins = _begins(later) if _charted((later - usual) / spread) else None
    now = float(np.median(later[begins or 0 :]))
    last = float(np.median(later[-LEARNED // 2 :])) - usual
    if abs(now - usual) < MATTERS * spread or last / (now - usual) < 0.5:  # it is small, or came back
        begins = None
    since = None if begins is None else int(times[LEARNED + begins])
    return Residuals(len(off), "same" if begins is None else "moved", usual, spread, now, since, late_h)


def _spread(off: Floats) -> float:
    """Of the first values: robust, and above zero where all are equal."""
    deviation = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    return max(deviation, float(off.std(ddof=1)) / 2, 1e-9 * float(np.abs(off).max()), 1e-12)


def _charted(scaled: Floats) -> bool:
    """Whether the chart tells a shift anywhere."""
    high = low = 0.0
    for value in scaled.tolist():
        high, low = max(0.0, high + value - _SLACK), max(0.0, low - value - _SLACK)
        if max(high, low) > _DECIDES:
            return True
    return False


def _begins(off: Floats) -> int:
    """Where values most likely begin to lie elsewhere: where the sum of their differences from the mean is farthest."""
    return min(int(np.abs(np.cumsum(off - off.mean())).argmax()) + 1, len(off) - 1)
