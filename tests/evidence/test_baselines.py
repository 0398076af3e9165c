import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bobae.core import NotEnoughEvidence
from bobae.evidence.baselines import naive_scores
from bobae.evidence.calibration import empirical_p, surprise_table
from bobae.evidence.leak import leak_meter, shuffled_parts


def test_a_fixed_limit_sees_a_level_and_the_last_value_sees_a_jump() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 3))
    x[300:, 1] += 20
    fresh = np.zeros(400, dtype=bool)
    fresh[0] = True
    scores = dict(naive_scores(x, fresh, np.arange(400) < 200))
    assert scores["fixed_limits"][300:].min() > scores["fixed_limits"][:300].max()
    assert scores["last_value"].argmax() == 300


def test_missing_values_and_fresh_starts_do_not_alarm() -> None:
    x = np.zeros((100, 2))
    x[:, 0] = np.random.default_rng(0).standard_normal(100)
    x[50:, 0] = np.nan
    x[80:, 1] = 5.0
    fresh = np.zeros(100, dtype=bool)
    fresh[[0, 80]] = True
    scores = dict(naive_scores(x, fresh, np.arange(100) < 40))
    assert scores["last_value"][80] == 0
    assert scores["fixed_limits"][60] == 0
    assert scores["fixed_limits"][85] > 1e5  # a sensor that never moved has moved


def test_a_sensor_that_was_never_there_is_left_alone() -> None:
    x = np.column_stack([np.arange(100.0), np.full(100, np.nan)])
    assert np.isfinite(dict(naive_scores(x, np.zeros(100, dtype=bool), np.ones(100, dtype=bool)))["fixed_limits"]).all()


def test_the_leak_meter_warns_where_shuffling_flatters() -> None:
    assert leak_meter(2.0, 11.0, higher_is_better=False).warns
    assert leak_meter(0.9, 0.5, higher_is_better=True).ratio == pytest.approx(1.8)
    assert not leak_meter(0.9, 0.8, higher_is_better=True).warns
    assert not leak_meter(math.nan, 0.8, higher_is_better=True).warns
    assert leak_meter(0.5, 0.0, higher_is_better=True).warns


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 500), min_size=1, max_size=8), stretch=st.integers(1, 80), seed=st.integers(0, 99))
def test_shuffling_deals_out_whole_stretches_in_the_shares_asked_for(sizes: list[int], stretch: int, seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    part = shuffled_parts(groups, stretch_rows=stretch, shares=(0.5, 0.2, 0.3), seed=seed)
    begin = 0
    stretches = []
    for size in sizes:
        for at in range(begin, begin + size, stretch):
            stretches.append(set(part[at : min(at + stretch, begin + size)].tolist()))
        begin += size
    assert all(len(parts) == 1 for parts in stretches)
    dealt = np.bincount([parts.pop() for parts in stretches], minlength=3)
    assert np.abs(dealt - np.array([0.5, 0.2, 0.3]) * len(stretches)).max() <= 1


@given(seed=st.integers(0, 1000))
def test_empirical_chances_of_normal_scores_are_even(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = empirical_p(rng.standard_normal(500), rng.standard_normal(500))
    assert 0.4 < p.mean() < 0.6
    assert p.min() >= 1 / 501


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_surprise_rises_with_the_score_and_goes_on_beyond_what_was_seen(seed: int) -> None:
    reference = np.random.default_rng(seed).exponential(size=2000)
    table = surprise_table(reference)
    at = np.linspace(-1, 30, 400)
    assert (np.diff(table(at)) >= 0).all()
    assert table(np.array([np.log(10)]))[0] == pytest.approx(1.0, abs=0.15)
    # an exponential score loses one power of ten in probability each ln 10
    assert table(np.array([20 + np.log(10)]))[0] - table(np.array([20.0]))[0] == pytest.approx(1.0, abs=0.35)
    assert np.isnan(table(np.array([np.nan]))[0])


def test_scores_that_are_all_alike_cannot_be_calibrated() -> None:
    with pytest.raises(NotEnoughEvidence):
        surprise_table(np.ones(1000))
