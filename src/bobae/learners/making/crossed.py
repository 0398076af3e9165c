"""Cross-fitting: candidates tried on folds, one kept, intervals from what the tried ones missed by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Bools, Floats, Fold, HeldOut
from bobae.evidence.conformal import crossed_bands, error_bands
from bobae.graph import Bands
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.heads import Examples, Head, Learns
from bobae.learners.making.held import tried, with_settings


@dataclass(frozen=True, eq=False)
class Crossed:
    """The heads that are kept, the errors usual for what they say, and the evidence."""

    heads: tuple[Head, ...]
    bands: Bands
    held_out: HeldOut


def crossed(
    given: Examples,
    kinds: Mapping[str, Learns],
    folds: Sequence[Fold],
    *,
    seed: int,
    confidence: float,
    least: float = -np.inf,
    most: float = np.inf,
    members: int = 1,
    horizon: float | None = None,
    absolute: bool = False,
    budget_s: float | None = None,
) -> Crossed:
    """Try every kind on the folds and learn the best anew from all rows.

    Args:
        given: to learn from.
        kinds: candidates, cheapest first.
        folds: rows to learn from and to be tried on.
        seed: of everything random.
        confidence: share of witnesses that an interval is to hold.
        least: what can be foretold at least.
        most: what can be foretold at most.
        members: ensembles of boosted trees that are averaged in what is kept.
        horizon: the chance to be at most this is told; None: it is not.
        absolute: whether candidates are compared by the mean absolute error, not by the root of the mean squared one.
        budget_s: CPU seconds for trying and learning anew, about.
    """
    known = given.known

    def answers(kind: Learns) -> Callable[[Bools, Bools], Floats]:
        def tells(fit: Bools, prove: Bools) -> Floats:
            said = kind(given.chosen(fit & given.taught_by(kind)), seed=seed).run(given.columns[prove])
            said[:, 0] = np.clip(said[:, 0], least, most)
            return said

        return tells

    def loss(said: Floats, counted: Bools) -> float:
        missed, weight = np.abs(said[counted, 0] - given.aim[counted]), given.weight[counted]
        return float(np.average(missed, weights=weight) if absolute else np.sqrt(np.average(missed**2, weights=weight)))

    trying = None if budget_s is None else budget_s * len(folds) / (len(folds) + members)
    ways, settings = with_settings(kinds)
    candidates = {name: answers(way) for name, way in ways.items()}
    found = tried(candidates, folds, known, loss, settings=settings, budget_s=trying)
    chosen, there = found.chosen(), (found.fold >= 0) & known
    said = chosen[:, 0]
    errors = (given.aim[there], said[there], given.groups[there])
    low, high, quantiles = crossed_bands(*errors, found.fold[there], confidence=confidence)
    told = {
        "prediction": said,
        "low": _at(there, np.clip(low, least, most)),
        "high": _at(there, np.clip(high, least, most)),
        "contribution": chosen[:, 1:],
    }
    if horizon is not None:
        told["chance"] = _at(there, (quantiles <= horizon).mean(axis=1))
    kept = [ways[name] for name in found.best()]
    kept = [replace(kind, members=members) if isinstance(kind, Boosting) else kind for kind in kept]
    heads = tuple(kind(given.chosen(given.taught_by(kind)), seed=seed) for kind in kept)
    bands = Bands(*error_bands(*errors, confidence=confidence))
    return Crossed(heads, bands, HeldOut(found.fold, given.aim, told, found.told()))


def _at(there: Bools, values: Floats) -> Floats:
    out = np.zeros((len(there), *values.shape[1:]))
    out[there] = values
    return out
