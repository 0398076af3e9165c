"""Folds are cut as a model will be used, and rows are drawn by lot only where nothing says which belong together."""

import numpy as np
import pytest

from bobae.core import NotEnoughEvidence
from bobae.evidence.folding import Folding, plan_folds, shuffled, whole_machines

ROWS = 400
RNG = np.random.default_rng(0)
LOST = RNG.normal(size=(ROWS, 3))
WANDERING = LOST.cumsum(axis=0)
ONE = np.zeros(ROWS, dtype=np.int64)


def planned(**given) -> Folding:
    usual = {"time_ns": None, "assets": ONE, "lots": None, "x": LOST, "y": LOST[:, 0]}
    usual |= given
    return plan_folds(usual.pop("time_ns"), usual.pop("assets"), usual.pop("lots"), **usual)


def test_no_row_is_learned_from_and_tried_in_one_fold_and_each_is_tried_once_at_most() -> None:
    for folding in (
        planned(),
        planned(x=WANDERING),
        planned(lots=np.arange(ROWS) // 10),
        planned(time_ns=np.arange(ROWS) * 10**9),
        planned(levels=np.arange(ROWS) % 7),
    ):
        assert folding.folds
        for fit, prove in folding.folds:
            assert prove.any()
            assert fit.any()
            assert not (fit & prove).any()
        assert np.sum([prove for _, prove in folding.folds], axis=0).max() == 1


def test_a_lot_never_lies_on_both_sides() -> None:
    lots = RNG.permutation(np.arange(ROWS) // 10)
    folding = planned(lots=lots)
    assert folding.kind == "lot"
    for fit, prove in folding.folds:
        assert not set(lots[fit]) & set(lots[prove])
    assert np.array_equal(folding.groups, lots)


def test_one_long_record_goes_forward_with_a_gap() -> None:
    folding = planned(time_ns=np.arange(ROWS) * 10**9, gap_rows=5)
    assert folding.kind == "time"
    for fit, prove in folding.folds:
        assert np.flatnonzero(prove).min() - np.flatnonzero(fit).max() == 6


def test_neighbours_that_are_alike_stay_together() -> None:
    folding = planned(x=WANDERING, gap_rows=4)
    assert folding.kind == "block"
    for fit, prove in folding.folds:
        tried = np.flatnonzero(prove)
        assert np.all(np.diff(tried) == 1)
        assert np.abs(np.flatnonzero(fit)[:, None] - tried[None]).min() == 5


def test_rows_are_drawn_only_where_their_order_says_nothing() -> None:
    assert planned().kind == "row"
    assert planned(x=WANDERING).kind == "block"


def test_rows_sorted_by_their_kind_keep_every_kind_on_both_sides() -> None:
    y = np.repeat([0.0, 1.0, 2.0, 3.0], ROWS // 4)
    apart = LOST + 5.0 * y[:, None]  # only the kind makes neighbours alike
    for x, kind in ((apart, "row"), (apart + WANDERING, "sorted")):
        folding = planned(x=x, y=y, classes=True)
        assert folding.kind == kind
        for _, prove in folding.folds:
            assert np.bincount(y[prove].astype(int)).tolist() == [20, 20, 20, 20]
            if kind == "sorted":
                assert all(np.ptp(np.flatnonzero(prove & (y == one))) == 19 for one in range(4))


def test_levels_of_a_designed_experiment_are_held_out_whole() -> None:
    levels = np.arange(ROWS) % 8
    folding = planned(levels=levels)
    assert folding.kind == "level"
    for fit, prove in folding.folds:
        assert not set(levels[fit]) & set(levels[prove])


def test_machines_are_tried_as_wholes() -> None:
    machines = np.arange(ROWS) // 10
    failed = np.isin(machines, (0, 5, 10))
    folding = whole_machines(machines, failed)
    assert folding.kind == "asset"
    assert len(folding.folds) == 3
    for fit, prove in folding.folds:
        assert not set(machines[fit]) & set(machines[prove])
        assert len(set(machines[prove & failed])) == 1  # of each fold two failures teach and one tries


def test_the_shuffled_folds_break_what_belongs_together() -> None:
    lots = np.arange(ROWS) // 10
    folding = planned(lots=lots)
    mixed = shuffled(folding, LOST[:, 0], seed=0)
    assert len(mixed) == len(folding.folds)
    assert all(set(lots[fit]) & set(lots[prove]) for fit, prove in mixed)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(NotEnoughEvidence, match="39 rows"):
        plan_folds(None, ONE[:39], None, x=LOST[:39], y=LOST[:39, 0])
