"""Following: how fast an estimate goes after late measured values, tried on what was said of rows not seen."""

from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Bools, Floats, HeldOut, Ints
from bobae.evidence.conformal import crossed_bands, error_bands
from bobae.graph import Bands, LateBias
from bobae.learners.making.crossed import Crossed
from bobae.learners.making.held import Tried

_RATES = (0.05, 0.1, 0.2, 0.35, 0.6, 1.0)
_WORTH = 0.99  # following must be so much better than standing still
_FAR = 3.0  # times the usual error: the farthest that one value counts


@dataclass(frozen=True, eq=False)
class Followed:
    """The bias that is kept, None where standing still is as good; intervals and evidence with it."""

    bias: LateBias | None
    bands: Bands
    held_out: HeldOut


def followed(found: Crossed, rows: int, late: Floats, gap: Floats, groups: Ints, *, confidence: float) -> Followed:
    """Choose the rate, for each fold by the errors in the others; each fold begins without bias, as a new model does.

    Args:
        found: what was said without late values.
        rows: how late they are.
        late: the value that becomes known in each row (rows,), NaN where none does.
        gap: (rows,), as in `Contract`.
        groups: rows that are one witness together (rows,).
        confidence: share of witnesses that an interval is to hold.
    """
    held = found.held_out
    fold, aim, raw = held.fold, held.truth, held.answers["prediction"]
    there = (fold >= 0) & np.isfinite(aim)
    biases = {f"{rate:g}": _biases(held, there, late, gap, rows, rate) for rate in (0.0, *_RATES)}
    tried = _tried({name: raw + bias for name, bias in biases.items()}, held, there)
    best = tried.best()[0]
    if best == "0":
        return Followed(None, found.bands, held)
    said = tried.chosen()
    errors = (aim[there], said[there], groups[there])
    low, high, _ = crossed_bands(*errors, fold[there], confidence=confidence)
    ends = {name: np.zeros(len(aim)) for name in ("low", "high")}
    ends["low"][there], ends["high"][there] = low, high
    shares = np.concatenate([held.answers["contribution"], (said - raw)[:, None]], axis=1)
    loss = {f"{next(iter(held.said))} + late {best}": float(np.nanmean(tried.losses[(best,)]))}
    told = replace(held, answers={"prediction": said, **ends, "contribution": shares}, said={**loss, **held.said})
    bias = LateBias(rows, float(best), _limit(aim[there] - raw[there]))
    return Followed(bias, Bands(*error_bands(*errors, confidence=confidence)), told)


def _biases(held: HeldOut, there: Bools, late: Floats, gap: Floats, rows: int, rate: float) -> Floats:
    """What late values would have added in each row tried (rows,)."""
    out, raw = np.zeros(len(gap)), held.answers["prediction"]
    for number in np.unique(held.fold[held.fold >= 0]) if rate else ():
        at = np.flatnonzero(held.fold == number)
        others = there & (held.fold != number)
        others = others if others.any() else there
        limit = _limit(held.truth[others] - raw[others])
        apart = np.diff(at, prepend=-2) > 1
        begun = np.where(apart, 2.0, gap[at])
        out[at] = LateBias(rows, rate, limit).run(raw[at, None], late[at, None], begun)[:, 0]
    return out


def _tried(said: dict[str, Floats], held: HeldOut, there: Bools) -> Tried:
    def losses(name: str) -> Floats:
        missed = np.where(there, np.square(said[name] - held.truth), np.nan)
        each = [missed[there & (held.fold == number)] for number in range(int(held.fold.max()) + 1)]
        standing = _WORTH if name == "0" else 1.0
        return np.array([np.sqrt(one.mean()) * standing if len(one) else np.nan for one in each])

    return Tried(held.fold, said, {(name,): losses(name) for name in said})


def _limit(errors: Floats) -> float:
    return max(_FAR * float(np.sqrt(np.square(errors).mean())), 1e-12)
