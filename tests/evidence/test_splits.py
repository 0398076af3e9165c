import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bobae.core import NotEnoughEvidence, Refused
from bobae.evidence.splits import folds, order_is_lost, plan_split

HOUR = 3600 * 10**9


def one_asset(rows: int) -> np.ndarray:
    return np.zeros(rows, dtype=np.int64)


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(600, 2000), gap=st.integers(0, 40), seed=st.integers(0, 100))
def test_what_proves_comes_after_what_was_learned_from_with_the_gap_between(rows: int, gap: int, seed: int) -> None:
    time = np.random.default_rng(seed).permutation(rows).astype(np.int64) * HOUR
    split = plan_split(time, one_asset(rows), gap_rows=gap)
    assert not (split.fit & split.calibrate).any()
    assert not (split.calibrate & split.prove).any()
    assert time[split.calibrate].min() - time[split.fit].max() == (gap + 1) * HOUR
    assert time[split.prove].min() - time[split.calibrate].max() == (gap + 1) * HOUR


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(30, 200), min_size=8, max_size=30), seed=st.integers(0, 100))
def test_a_lot_never_lies_on_both_sides_of_a_cut(sizes: list[int], seed: int) -> None:
    lots = np.repeat(np.arange(len(sizes)), sizes)
    time = np.arange(len(lots), dtype=np.int64) * HOUR
    shuffled = np.random.default_rng(seed).permutation(len(lots))
    try:
        split = plan_split(time[shuffled], one_asset(len(lots)), lots[shuffled])
    except NotEnoughEvidence:
        return
    parts = [set(lots[shuffled][mask]) for _, mask in split.parts()]
    assert split.kind == "lot"
    assert not parts[0] & parts[1]
    assert not parts[1] & parts[2]
    assert not parts[0] & parts[2]
    assert max(parts[0]) < min(parts[1]) <= max(parts[1]) < min(parts[2])


def test_machines_that_ran_one_after_the_other_are_split_as_wholes() -> None:
    assets = np.repeat(np.arange(10), 100)
    split = plan_split(np.arange(1000, dtype=np.int64) * HOUR, assets)
    assert split.kind == "asset"
    assert set(assets[split.fit]) == {0, 1, 2, 3, 4}


def test_machines_that_ran_at_the_same_time_are_split_in_time() -> None:
    assets = np.repeat(np.arange(4), 500)
    time = np.tile(np.arange(500, dtype=np.int64) * HOUR, 4)
    split = plan_split(time, assets, gap_rows=5)
    assert split.kind == "time"
    assert set(assets[split.prove]) == {0, 1, 2, 3}
    assert time[split.fit].max() < time[split.calibrate].min()


def test_no_cut_goes_through_a_known_fault() -> None:
    marks = np.zeros(1000, dtype=bool)
    marks[450:560] = True
    marks[690:720] = True
    split = plan_split(np.arange(1000, dtype=np.int64) * HOUR, one_asset(1000), marks=marks)
    for first, last in ((450, 559), (690, 719)):
        assert len({name for name, mask in split.parts() if mask[first] or mask[last]}) == 1


def test_more_is_kept_for_the_proof_where_faults_would_else_be_missing() -> None:
    marks = np.zeros(1000, dtype=bool)
    for begin in (610, 640, 900):
        marks[begin : begin + 10] = True
    split = plan_split(np.arange(1000, dtype=np.int64) * HOUR, one_asset(1000), marks=marks)
    assert split.fit.sum() == 400
    assert marks[split.prove].sum() == 30


def test_rows_whose_order_was_destroyed_are_refused() -> None:
    walk = np.cumsum(np.random.default_rng(0).standard_normal((800, 3)), axis=0)
    shuffled = np.random.default_rng(1).permutation(walk)
    assert plan_split(None, one_asset(800), x=walk).kind == "time"
    with pytest.raises(Refused, match="shuffled"):
        plan_split(None, one_asset(800), x=shuffled)


def test_a_time_column_puts_shuffled_rows_back_in_order() -> None:
    time = np.random.default_rng(0).permutation(800).astype(np.int64) * HOUR
    x = np.random.default_rng(1).standard_normal((800, 3))
    assert plan_split(time, one_asset(800), x=x).prove[time > 700 * HOUR].all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_slow_signal_among_noise_is_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((500, 4))
    x[:, 2] += np.linspace(0, 6, 500)
    assert not order_is_lost(x)


def test_too_few_rows_are_not_enough_evidence() -> None:
    with pytest.raises(NotEnoughEvidence, match="longer history"):
        plan_split(np.arange(120, dtype=np.int64) * HOUR, one_asset(120))


def test_folds_in_time_learn_only_from_the_past() -> None:
    time = np.arange(1000, dtype=np.int64) * HOUR
    made = folds(time, one_asset(1000), count=4, gap_rows=10)
    assert len(made) == 4
    for fit, prove in made:
        assert time[prove].min() - time[fit].max() == 11 * HOUR


def test_folds_by_lot_prove_each_lot_once() -> None:
    lots = np.repeat(np.arange(10), 50)
    proved = np.zeros(500)
    for fit, prove in folds(None, one_asset(500), lots, count=5):
        assert not set(lots[fit]) & set(lots[prove])
        proved += prove
    assert (proved == 1).all()


def test_fewer_lots_than_folds_is_not_enough_evidence() -> None:
    with pytest.raises(NotEnoughEvidence, match="5 folds need 5"):
        folds(None, one_asset(300), np.repeat(np.arange(3), 100), count=5)
