import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from bobae.core import Floats, NotEnoughEvidence
from bobae.evidence.budget import held_rate, peaks_above, threshold_for_budget
from bobae.evidence.episodes import Episode, Windows, episodes, events_from_marks

MINUTE = 60 * 10**9
WEEK_MINUTES = 7 * 24 * 60


def normal_running(minutes: int, memory: float, seed: int, *, heavy: bool = False) -> Floats:
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(5, minutes) if heavy else rng.standard_normal(minutes)
    return np.asarray(lfilter([np.sqrt(1 - memory**2)], [1, -memory], shocks))


def limit(score: Floats, budget: float, **options: float):
    fresh = np.zeros(len(score))
    fresh[0] = 1
    return threshold_for_budget(score, fresh, sampling_s=60, budget_per_week=budget, hold_off_s=1200, **options)


def true_rate(threshold: float, memory: float, seed: int, *, heavy: bool = False) -> float:
    score = normal_running(15 * WEEK_MINUTES, memory, 10_000 + seed, heavy=heavy)
    return len(peaks_above(score, np.zeros(len(score), dtype=np.int64), threshold, 20)) / 15


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize(("days", "budget"), [(4, 1.0), (30, 1.0), (30, 14.0)])
def test_the_budget_is_held_on_autocorrelated_normal_running(days: int, budget: float, heavy: bool) -> None:
    within, covered, tries = 0, 0, 12
    for seed in range(tries):
        memory = (0.5, 0.9, 0.97)[seed % 3]
        found = limit(normal_running(days * 1440, memory, seed, heavy=heavy), budget)
        rate = true_rate(found.value, memory, seed, heavy=heavy)
        within += rate <= budget
        covered += rate <= found.high_per_week
    assert within >= tries - 2
    assert covered >= tries - 2


def test_three_days_cannot_prove_one_a_week() -> None:
    found = limit(normal_running(3 * 1440, 0.9, 0), 1.0)
    assert found.extrapolated
    assert found.provable_per_week == pytest.approx(3 / (3 / 7), rel=0.01)
    assert found.high_per_week == pytest.approx(found.provable_per_week)
    assert "no less than 7" in str(found.said(1.0))


def test_a_long_history_counts_instead_of_extrapolating() -> None:
    found = limit(normal_running(40 * 1440, 0.9, 0), 14.0)
    assert not found.extrapolated
    assert found.expected_per_week == pytest.approx(7.0, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), budget=st.floats(0.1, 50))
def test_a_larger_budget_never_raises_the_threshold(seed: int, budget: float) -> None:
    score = normal_running(3000, 0.8, seed)
    assert limit(score, budget * 2).value <= limit(score, budget).value + 1e-9


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(1e-3, 1e3), shift=st.floats(-100, 100))
def test_the_threshold_moves_with_the_units_of_the_score(seed: int, scale: float, shift: float) -> None:
    score = normal_running(2000, 0.8, seed)
    moved = limit(score * scale + shift, 1.0).value
    assert moved == pytest.approx(limit(score, 1.0).value * scale + shift, rel=1e-6, abs=1e-6)


def test_rows_without_a_score_prove_nothing() -> None:
    score = normal_running(4000, 0.8, 0)
    score[2000:] = np.nan
    assert limit(score, 1.0).exposure_weeks == pytest.approx(2000 / WEEK_MINUTES)


def test_a_score_that_only_rises_gets_a_limit_above_all_it_reached() -> None:
    assert limit(np.linspace(0, 1, 1000), 1.0).value > 1.0


def test_a_score_that_never_moves_is_not_enough_evidence() -> None:
    with pytest.raises(NotEnoughEvidence, match="independent stretches"):
        limit(np.ones(1000), 1.0)


def test_alarms_that_come_back_within_the_hold_off_are_one_episode() -> None:
    alarm = np.zeros(100, dtype=bool)
    alarm[[10, 11, 14, 40, 41]] = True
    found = episodes(alarm, np.arange(100) * MINUTE, np.zeros(100, dtype=np.int64), hold_off_s=300)
    assert [(e.first, e.last) for e in found] == [(10, 14), (40, 41)]


def test_an_episode_never_crosses_from_one_asset_to_the_next() -> None:
    alarm = np.ones(10, dtype=bool)
    found = episodes(alarm, np.arange(10) * MINUTE, np.repeat([0, 1], 5), hold_off_s=300)
    assert [(e.group, e.first, e.last) for e in found] == [(0, 0, 4), (1, 5, 9)]


def test_an_alarm_that_stands_for_a_day_counts_once_a_shift() -> None:
    day = Episode(0, 24 * 60 * MINUTE, 0, 0, 1440)
    assert held_rate([day], 1.0).value == 4


def test_marks_of_a_person_become_events_and_missing_marks_do_not() -> None:
    marks = np.array([0, 1, 1, 0, 1, 0, 0, 0, 0, np.nan, 0])
    found = events_from_marks(marks, np.arange(11) * MINUTE, np.zeros(11, dtype=np.int64), hold_off_s=120)
    assert [(e.start_ns // MINUTE, e.end_ns // MINUTE) for e in found] == [(1, 4)]


@given(step=st.floats(1e-3, 1e5))
def test_windows_are_never_shorter_than_the_rows_need(step: float) -> None:
    windows = Windows.usual(step)
    assert windows.early_s >= min(60.0, 3 * step)
    assert windows.hold_off_s >= windows.early_s
