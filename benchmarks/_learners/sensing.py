"""The soft sensor alone: what late laboratory values bring, what modes bring, and wafers in time order."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from _anomaly.rows import Row, Target, row

from _learners import sets
from _learners.own import Scorer
from bobae.core import HeldOut, NotEnoughEvidence
from bobae.core.model import Late

_DELAYS = (1, 3, 6)
_LINES = ("ridge", "pls")
_CURVES = (*_LINES, "squares", "trees")


def rows(root: Path, *, quick: bool) -> Iterator[Row]:
    """Every figure; nothing here rests on a seed."""
    scorer = Scorer(root, 1)
    for part in (_late, _modes, _wafers):
        yield from part(scorer, quick=quick)
    for name, count in scorer.uses.items():
        yield row(f"{name}: times scored in this run", count, "times")


def _late(scorer: Scorer, *, quick: bool) -> Iterator[Row]:
    """Of each small process set what its error becomes once each result is known so many rows later."""
    ratios: dict[int, list[float]] = {delay: [] for delay in _DELAYS}
    for one in sets.process_sets(scorer.root):
        if quick and not one.name.startswith("kamyr"):
            continue
        alone = _rmse(scorer.tried(one)[1])
        for delay in _DELAYS:
            fitted, held, _ = scorer.tried(one, late_rows=delay)
            ratios[delay].append(_rmse(held) / alone)
            if delay == 1 or one.name.startswith("kamyr"):
                rate = f"rate {fitted.bias.rate:g}" if fitted.bias else "not followed: it did not help"
                against = f"{rate}; the last value known by then: {_last_known(one, held, delay) / alone:.2f}"
                what = f"{one.name}: results {delay} rows late, RMSE over that without them"
                yield row(what, ratios[delay][-1], "ratio", reference=against)
    for delay, found in ratios.items():
        geometric = float(np.exp(np.mean(np.log(found))))
        what = f"small process sets: results {delay} rows late, RMSE over that without them, geometric mean"
        yield row(what, geometric, "ratio", target=Target("<=", 1.0))
        yield row(f"small process sets: results {delay} rows late, the worst", max(found), "ratio")


def _modes(scorer: Scorer, *, quick: bool) -> Iterator[Row]:
    """A line for each kind of load and of day, beside one for all; and both beside curves."""
    one = sets.energy_by_load(scorer.root)
    for name, candidates in (("lines", _LINES), ("lines and curves", _CURVES))[: 1 if quick else 2]:
        _, common, _ = scorer.tried(one, candidates=candidates)
        _, apart, _ = scorer.tried(one, candidates=(*candidates, "modes"))
        what = f"{one.name}: {name}, by mode too, RMSE over that without modes"
        yield row(what, _rmse(apart) / _rmse(common), "ratio", reference=f"best: {next(iter(apart.said))}")


def _wafers(scorer: Scorer, *, quick: bool) -> Iterator[Row]:  # noqa: ARG001 - few wafers are quick
    one = sets.polished(scorer.root)
    count = len(np.unique(one.groups))  # type: ignore[arg-type]
    name = f"{one.name}: wafers in time order"
    try:
        ours, theirs = (_rmse(scorer.tried(one, **chosen)[1]) for chosen in ({}, {"candidates": ("pls",)}))
    except NotEnoughEvidence as refused:
        yield row(f"{name}, runs with a removal rate", count, "runs", reference=f"refused: {refused}")
        return
    yield row(f"{name}, RMSE over that of PLS", ours / theirs, "ratio", target=Target("<=", 1.0))


def _rmse(held: HeldOut) -> float:
    return float(np.sqrt(np.square(held.answers["prediction"] - held.truth)[held.tried].mean()))


def _last_known(one: sets.Set, held: HeldOut, delay: int) -> float:
    known = Late(rows=delay).read(one.data, "y")
    missed = np.square(known - held.truth)[held.tried]
    return float(np.sqrt(np.nanmean(missed)))
