"""Conformal intervals: how far off predictions usually are, learned from rows that the model had not seen.

Errors are looked at apart for each band of predictions (Mondrian; Vovk, Gammerman and Shafer 2005), since a machine
that will last long is harder to tell than one about to fail. Rows of one machine or lot err alike: each counts as one
witness in a band however many rows it brought, and the correction for few witnesses counts them, not rows.
"""

import math

import numpy as np

from bobae.core import Floats, Ints

CONFIDENCE = 0.9
LEVELS = np.linspace(0.025, 0.975, 39)
_MOST_BANDS = 8
_WITNESSES = 20  # a band needs so many, or it is joined with the next


def error_bands(
    truth: Floats, predicted: Floats, groups: Ints, *, confidence: float = CONFIDENCE, most: int = _MOST_BANDS
) -> tuple[Floats, Floats]:
    """(edges, table): bands of predictions, and for each the errors (truth minus prediction) that are usual there.

    Args:
        truth: what was true (rows,).
        predicted: by models that had not seen these rows (rows,).
        groups: machine, lot or stretch of time (rows,).
        confidence: share of rows that an interval is to hold.
        most: bands at most.

    Returns:
        edges: rising (bands - 1,).
        table: (bands, 2 + levels): lower and upper end of the interval, then the quantiles of the error at `LEVELS`.
    """
    edges = _edges(predicted, groups, most)
    band = np.searchsorted(edges, predicted, side="left")
    rows = [
        _usual(truth[band == i] - predicted[band == i], groups[band == i], confidence) for i in range(len(edges) + 1)
    ]
    return edges, np.stack(rows)


def crossed_bands(
    truth: Floats, predicted: Floats, groups: Ints, fold: Ints, *, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats]:
    """(low, high, quantiles): each row's interval from errors in other folds only, so that it can be counted.

    `low` and `high` are (rows,), `quantiles` of what may be true (rows, levels); `fold` (rows,) as in `error_bands`'
    other arguments, each 0 or more. With one fold only its own errors are taken.
    """
    low, high = np.empty(len(truth)), np.empty(len(truth))
    quantiles = np.empty((len(truth), len(LEVELS)))
    for number in np.unique(fold):
        mine = fold == number
        other = ~mine if not mine.all() else mine
        edges, table = error_bands(truth[other], predicted[other], groups[other], confidence=confidence)
        errors = table[np.searchsorted(edges, predicted[mine], side="left")]
        low[mine], high[mine] = (predicted[mine] + errors[:, i] for i in (0, 1))
        quantiles[mine] = predicted[mine, None] + errors[:, 2:]
    return low, high, quantiles


def _edges(predicted: Floats, groups: Ints, most: int) -> Floats:
    """Edges that leave each band enough witnesses: as many bands as that allows."""
    for bands in range(most, 1, -1):
        edges = np.unique(np.quantile(predicted, np.linspace(0, 1, bands + 1)[1:-1]))
        band = np.searchsorted(edges, predicted, side="left")
        if all(len(np.unique(groups[band == i])) >= _WITNESSES for i in range(len(edges) + 1)):
            return edges
    return np.empty(0)


def _usual(errors: Floats, groups: Ints, confidence: float) -> Floats:
    witnesses, who, count = np.unique(groups, return_inverse=True, return_counts=True)
    weight = 1.0 / count[who]
    tail = (1.0 - confidence) / 2
    high = min(1.0, (1.0 - tail) * (1.0 + 1.0 / len(witnesses)))
    return weighted_quantiles(errors, weight, np.concatenate([[1.0 - high, high], LEVELS]))


def weighted_quantiles(values: Floats, weight: Floats, levels: Floats) -> Floats:
    """The least value with at least that share of the weight at or below it, for each level (levels,)."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order])
    share /= share[-1]
    place = np.searchsorted(share, np.clip(levels, 0.0, 1.0) - 1e-12, side="left")
    return np.asarray(values[order][np.minimum(place, len(values) - 1)])


def covered(truth: Floats, low: Floats, high: Floats, groups: Ints) -> tuple[float, float]:
    """(coverage, mean width), every group counting the same; NaN without rows."""
    if not len(truth):
        return math.nan, math.nan
    _, who, count = np.unique(groups, return_inverse=True, return_counts=True)
    weight = 1.0 / count[who]
    inside = (truth >= low) & (truth <= high)
    return float(np.average(inside, weights=weight)), float(np.average(high - low, weights=weight))
