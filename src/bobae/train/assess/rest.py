"""A machine at rest: when all signals that have a resting floor lie on it."""

from collections.abc import Mapping, Sequence

import numpy as np

from bobae.core import Bools, Dataset
from bobae.train.assess.profile import Profile, runs

_ON_FLOOR, _ABOVE = 0.02, 0.15  # of the way from the floor to the usual top


def at_rest(dataset: Dataset, known: Mapping[str, Profile], features: Sequence[str]) -> Bools:
    """Rows in which the machine seems switched off (rows,); none where too few signals have a floor."""
    resting = [name for name in features if _has_floor(known[name])]
    if len(resting) < max(2, len(features) // 5):
        return np.zeros(len(dataset), dtype=np.bool_)
    down = np.ones(len(dataset), dtype=np.bool_)
    for name in resting:
        low, high = _floor(known[name])
        down &= np.nan_to_num(dataset.values(name), nan=low) <= low + _ON_FLOOR * (high - low)
    return _long_enough(down)


def _has_floor(p: Profile) -> bool:
    """Whether the signal rests on one low value part of the time and is clearly above it for the rest."""
    low, high = _floor(p)
    if not high > low:
        return False
    there = p.sample[~np.isnan(p.sample)]
    place = (there - low) / (high - low)
    rests, between = float(np.mean(place <= _ON_FLOOR)), float(np.mean((place > _ON_FLOOR) & (place < _ABOVE)))
    return 0.01 <= rests <= 0.7 and between < rests


def _floor(p: Profile) -> tuple[float, float]:
    there = p.sample[~np.isnan(p.sample)]
    low, high = np.quantile(there, (0.002, 0.95)) if len(there) else (0.0, 0.0)
    return float(low), float(high)


def _long_enough(down: Bools, rows: int = 5) -> Bools:
    begins, lengths = runs(down.astype(np.float64))
    keep = down.copy()
    for begin, length in zip(begins[lengths < rows], lengths[lengths < rows], strict=True):
        keep[begin : begin + length] = False
    return keep
