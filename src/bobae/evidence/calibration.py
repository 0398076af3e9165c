"""Calibration: how surprising a score is, as the chance that normal running brings one as high.

A table of rising scores and their surprise (-log10 of that chance) is small, monotone and can go into a graph; above
the highest score seen it goes on as a straight line, which is an exponential tail.
"""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, NotEnoughEvidence

FEWEST = 20


def empirical_p(reference: Floats, score: Floats) -> Floats:
    """The chance of a score this high under the reference scores: (higher or equal + 1) / (n + 1); (rows,).

    Never zero: n normal scores cannot show that something is rarer than 1 / (n + 1). NaN scores give 1.
    """
    ordered = np.sort(reference[np.isfinite(reference)])
    higher = len(ordered) - np.searchsorted(ordered, score, side="left")
    return np.where(np.isnan(score), 1.0, (higher + 1) / (len(ordered) + 1))


@dataclass(frozen=True, eq=False)
class SurpriseTable:
    """Surprise by score, straight between the points and along the last slope beyond them.

    Attributes:
        score: rising scores (points,).
        surprise: -log10 of the chance of such a score in normal running (points,), rising.
    """

    score: Floats
    surprise: Floats

    def __call__(self, score: Floats) -> Floats:
        """The surprise of each score (rows,); NaN stays NaN."""
        inside = np.interp(score, self.score, self.surprise)
        slope = (self.surprise[-1] - self.surprise[-2]) / (self.score[-1] - self.score[-2])
        beyond = np.maximum(score - self.score[-1], 0.0) * slope
        return np.asarray(np.where(np.isnan(score), np.nan, inside + beyond), dtype=np.float64)


def surprise_table(reference: Floats, *, points: int = 64, tail_share: float = 0.1) -> SurpriseTable:
    """The table from the scores of held-out normal rows (rows,).

    Args:
        reference: scores of normal rows that the model was not fitted on; NaN are left out.
        points: how many points at most.
        tail_share: the share of highest scores that sets the slope of the tail (mean excess, exponential).

    Raises:
        NotEnoughEvidence: fewer than twenty scores, or all alike.
    """
    ordered = np.sort(reference[np.isfinite(reference)])
    if len(ordered) < FEWEST or ordered[0] == ordered[-1]:
        raise NotEnoughEvidence(
            "{rows} scores of normal running are too few, or too much alike, to say what is unusual; at least {fewest} "
            "different ones are needed",
            rows=len(np.unique(ordered)),
            fewest=FEWEST,
        )
    tail = max(5, round(tail_share * len(ordered)))
    base = float(ordered[-tail - 1])
    mean_excess = max(float((ordered[-tail:] - base).mean()), 1e-12 * max(1.0, abs(base)))
    shares = 1 - np.geomspace(1.0, tail / len(ordered), points - 1)
    body = np.unique(np.append(np.quantile(ordered, shares), base))
    body = body[body <= base]
    surprise = -np.log10(empirical_p(ordered, body))
    end = base + mean_excess
    keep = np.concatenate([np.diff(surprise) > 0, [True]])
    return SurpriseTable(
        score=np.append(body[keep], end), surprise=np.append(surprise[keep], surprise[-1] + math.log10(math.e))
    )
