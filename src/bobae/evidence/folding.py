"""Folds: how a prediction is tried on rows that its model has not seen, as it will be used.

| the rows are | each fold is tried on | and learned from |
|---|---|---|
| lots, runs or wafers of their own | a few whole lots, neighbours in time | all others |
| machines with lives of their own | a few whole machines | all others |
| one long record with times | a stretch of time | what came before it |
| a designed experiment | a few whole levels of the result | all others |
| in an order, without times | a stretch of rows | all others but those near it |
| sorted by kind, neighbours alike | a stretch of each kind | all others |
| in no order that says anything | rows drawn by lot, each kind alike | all others |
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bobae.core import Bools, Floats, Fold, Ints, NotEnoughEvidence, Text, text
from bobae.evidence.splits import FEWEST_GROUPS, folds, kind_of, order_is_lost

Kind = Literal["time", "asset", "lot", "level", "block", "sorted", "row"]
COUNT = 5
_FEWEST_ROWS = 40
_RUNS = 3.0  # a result in fewer runs of equals than so many times its kinds was sorted


@dataclass(frozen=True, eq=False)
class Folding:
    """The folds, how they were cut and why; `groups` (rows,) are what counts as one witness."""

    kind: Kind
    by: Text
    reason: Text
    folds: tuple[Fold, ...]
    groups: Ints


def plan_folds(
    time_ns: Ints | None,
    assets: Ints,
    lots: Ints | None,
    *,
    x: Floats,
    y: Floats,
    levels: Ints | None = None,
    classes: bool = False,
    count: int = COUNT,
    gap_rows: int = 0,
    seed: int = 0,
) -> Folding:
    """The honest folds of these rows, machine after machine in time order.

    Args:
        time_ns: when each row was (rows,), or None.
        assets: which machine (rows,).
        lots: which lot, run or wafer (rows,), or None.
        x: the numbers (rows, columns), looked at only to see whether the order of the rows says anything.
        y: the result (rows,), NaN where not known.
        levels: of a designed experiment: which level of the result each row has (rows,), or None.
        classes: whether the result is one of a few kinds.
        count: folds.
        gap_rows: rows of memory, left out between stretches of one record.
        seed: of what is drawn by lot.

    Raises:
        NotEnoughEvidence: too few rows or groups.
    """
    if len(y) < _FEWEST_ROWS:
        raise NotEnoughEvidence(
            "{rows} rows are too few for an honest test; at least {fewest} are needed", rows=len(y), fewest=_FEWEST_ROWS
        )
    if levels is not None and len(np.unique(levels)) >= FEWEST_GROUPS:
        return _of_groups("level", levels, count)
    kind, groups = kind_of(time_ns if time_ns is not None else np.arange(len(y), dtype=np.int64), assets, lots)
    if kind != "time":
        names = len(np.unique(groups))
        pairs = folds(time_ns, assets, lots, count=min(count, names))
        return Folding(kind, *_SAID[kind], tuple(pairs), groups)
    if time_ns is not None:
        pairs = folds(time_ns, assets, lots, count=count, gap_rows=gap_rows)
        return Folding("time", *_SAID["time"], tuple(pairs), stretches(len(y)))
    by_kind = classes and _sorted_by(y)
    if order_is_lost(_within(x, y) if by_kind else x):
        fold = _drawn(y if classes else np.zeros(len(y)), count, seed)
        pairs = [(fold != i, fold == i) for i in range(count)]
        return Folding("row", *_SAID["row"], tuple(pairs), np.arange(len(y), dtype=np.int64))
    if by_kind:
        fold = _stretches_of_each(y, count)
        pairs = [(fold != i, fold == i) for i in range(count)]
        return Folding("sorted", *_SAID["sorted"], tuple(pairs), stretches(len(y)))
    pairs = [_stretch(len(y), i, count, gap_rows) for i in range(count)]
    return Folding("block", *_SAID["block"], tuple(pairs), stretches(len(y)))


def shuffled(folding: Folding, y: Floats, *, seed: int) -> tuple[Fold, ...]:
    """As many folds of rows drawn by lot, whatever they belong to: what the leak meter compares with."""
    count = len(folding.folds)
    fold = np.random.default_rng(seed).permutation(len(y)) % count
    return tuple((fold != i, fold == i) for i in range(count))


def stretches(rows: int, *, at_most: int = 60) -> Ints:
    """Stretches of neighbouring rows, each one witness (rows,)."""
    return np.arange(rows, dtype=np.int64) * min(at_most, rows) // rows


def whole_machines(groups: Ints, known: Bools, *, count: int = COUNT) -> Folding:
    """Folds of whole machines, whatever clocks they share; those whose end is known are spread evenly.

    Args:
        groups: which machine (rows,).
        known: rows whose result is known (rows,); a machine with such a row is known.
        count: folds at most; no more than there are known machines.
    """
    names, who = np.unique(groups, return_inverse=True)
    told = np.zeros(len(names), dtype=np.bool_)
    told[who[known]] = True
    fold = np.empty(len(names), dtype=np.int64)
    count = max(2, min(count, int(told.sum())))
    for part in (told, ~told):
        fold[part] = np.arange(int(part.sum())) % count
    of_row = fold[who]
    return Folding("asset", *_SAID["asset"], tuple((of_row != i, of_row == i) for i in range(count)), groups)


def _of_groups(kind: Kind, groups: Ints, count: int) -> Folding:
    names = np.unique(groups)
    # every few levels one, so that what is tried lies between what was learned
    fold = np.arange(len(names)) % min(count, len(names))
    of_row = fold[np.searchsorted(names, groups)]
    return Folding(kind, *_SAID[kind], tuple((of_row != i, of_row == i) for i in np.unique(fold)), groups)


def _stretch(rows: int, number: int, count: int, gap_rows: int) -> Fold:
    edges = np.linspace(0, rows, count + 1).astype(np.int64)
    at, begin, end = np.arange(rows), edges[number], edges[number + 1]
    return (at < begin - gap_rows) | (at >= end + gap_rows), (at >= begin) & (at < end)


def _sorted_by(y: Floats) -> bool:
    known = y[np.isfinite(y)]
    return 1 + int(np.count_nonzero(np.diff(known))) < _RUNS * len(np.unique(known))


def _within(x: Floats, y: Floats) -> Floats:
    """What is left of each column once the mean of the row's kind is taken away."""
    out = x.copy()
    for kind in np.unique(y[np.isfinite(y)]):
        mine = y == kind
        out[mine] = x[mine] - np.nanmean(x[mine], axis=0)
    return out


def _stretches_of_each(y: Floats, count: int) -> Ints:
    """Of the rows of each kind the first share, the second, and so on, in their order; unknown rows as one kind."""
    fold = np.empty(len(y), dtype=np.int64)
    known = np.nan_to_num(y, nan=np.inf)
    for kind in np.unique(known):
        at = np.flatnonzero(known == kind)
        fold[at] = np.arange(len(at)) * count // len(at)
    return fold


def _drawn(y: Floats, count: int, seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    fold = np.empty(len(y), dtype=np.int64)
    start = 0
    for kind in np.unique(y[np.isfinite(y)]):
        at = rng.permutation(np.flatnonzero(y == kind))
        fold[at] = (np.arange(len(at)) + start) % count
        start += len(at)
    unknown = np.flatnonzero(~np.isfinite(y))
    fold[unknown] = np.arange(len(unknown)) % count
    return fold


_SAID: dict[Kind, tuple[Text, Text]] = {
    "lot": (text("whole lots or runs"), text("rows of one lot or run are alike, so a lot never lies on both sides")),
    "asset": (
        text("whole machines"),
        text("each machine has its own life, so the model is proved on machines it has not seen"),
    ),
    "time": (
        text("time: learned from what came before, tried on what came after"),
        text("the model will be used on days that come after the ones it learned from"),
    ),
    "level": (
        text("whole levels of the result"),
        text("the rows are a designed experiment, and mixed rows would only be filled in between"),
    ),
    "block": (
        text("stretches of neighbouring rows"),
        text("there is no time column, but neighbouring rows are alike, so they stay together"),
    ),
    "sorted": (
        text("stretches of neighbouring rows of each kind"),
        text(
            "the rows are sorted by their kind and neighbours are alike, so of each kind whole stretches are held out"
        ),
    ),
    "row": (
        text("rows drawn by lot"),
        text(
            "neither a time nor a lot column nor the order of the rows says which belong together; with such a column "
            "the test would be stricter"
        ),
    ),
}
