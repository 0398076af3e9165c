"""How far values have moved: the same answer for few rows and for many, and in the signal's own measure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bobae.evidence.shift import FARTHEST, LEAST_ROWS, MOVED, Usual, moved_since, put_back, shift


def usual_of(values: np.ndarray) -> Usual:
    found = Usual.of(values)
    assert found is not None
    return found


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_values_of_the_same_distribution_are_not_apart_however_many(rng: np.random.Generator) -> None:
    usual = usual_of(rng.normal(50, 3, 20_000))
    for rows in (LEAST_ROWS, 1_000, 1_000_000):
        found = shift(usual, rng.normal(50, 3, rows))
        assert (found.answer, found.rows) == ("same", rows)
        assert found.effect < MOVED / 2


def test_a_difference_that_a_test_would_call_significant_and_nobody_would_see_is_none(rng: np.random.Generator) -> None:
    from scipy import stats

    before, now = rng.normal(50, 3, 100_000), rng.normal(50.15, 3, 100_000)  # a twentieth of a spread
    assert stats.ks_2samp(before, now).pvalue < 1e-9
    assert shift(usual_of(before), now).answer == "same"


@pytest.mark.parametrize("by", [0.0, 0.2, 0.8, 1.5, 4.0])
def test_the_answer_at_one_percent_of_the_rows_is_that_at_all_of_them(rng: np.random.Generator, by: float) -> None:
    usual = usual_of(rng.normal(0, 1, 20_000))
    values = rng.normal(by, 1, 20_000)
    whole, some = shift(usual, values), shift(usual, values[::100])
    assert whole.answer == some.answer == ("moved" if by > MOVED else "same")
    assert whole.effect == pytest.approx(by, abs=0.1 + 0.05 * by)
    assert some.effect == pytest.approx(whole.effect, abs=0.25)


def test_a_wider_spread_is_a_move_too(rng: np.random.Generator) -> None:
    assert shift(usual_of(rng.normal(0, 1, 5_000)), rng.normal(0, 3, 5_000)).moved


def test_few_levels_are_told_apart_by_their_shares(rng: np.random.Generator) -> None:
    usual = usual_of((rng.random(10_000) < 0.5).astype(float))  # a valve, half of the time open
    assert not shift(usual, (rng.random(2_000) < 0.55).astype(float)).moved
    assert shift(usual, (rng.random(2_000) < 0.95).astype(float)).moved


def heaps(rng: np.random.Generator, standing: int, running: int, by: float = 0.0) -> np.ndarray:
    """A press that stands at 20 bar and runs at 150."""
    return rng.permutation(np.concatenate([rng.normal(20, 1, standing), rng.normal(150, 5, running)])) + by


def test_how_long_a_machine_stands_does_not_count_as_a_move_and_what_it_does_while_it_runs_does(
    rng: np.random.Generator,
) -> None:
    usual = usual_of(heaps(rng, 5_000, 5_000))
    assert len(usual.gaps) == 1
    for standing, running in ((1_000, 1_000), (1_900, 100), (0, 2_000)):
        assert shift(usual, heaps(rng, standing, running)).effect < 0.2
    moved = shift(usual, heaps(rng, 0, 2_000, by=12))
    assert moved.effect == pytest.approx(12 / 5, abs=0.3)
    assert (moved.before, moved.now) == (pytest.approx(150, abs=1), pytest.approx(162, abs=1))
    back = put_back(usual, heaps(rng, 100, 1_900, by=12))
    assert sorted(((back < 80).sum(), (back > 80).sum())) == [100, 1_900]
    assert not shift(usual, back).moved


def test_a_signal_that_never_changed_has_moved_once_it_does() -> None:
    usual = usual_of(np.full(1_000, 50.0))
    assert not shift(usual, np.full(100, 50.0)).moved
    assert shift(usual, np.full(100, 51.0)).moved
    assert not shift(usual_of(np.zeros(1_000)), np.zeros(100)).moved
    assert shift(usual_of(np.zeros(1_000)), np.ones(100)).moved


def test_a_spike_moves_nothing(rng: np.random.Generator) -> None:
    values = rng.normal(0, 1, 2_000)
    usual = usual_of(values)
    spiked = values.copy()
    spiked[7] = 1e30
    assert shift(usual, spiked).effect < shift(usual, values).effect + 2 * FARTHEST / 2_000


def test_too_few_rows_say_nothing() -> None:
    found = shift(usual_of(np.arange(100.0)), np.full(LEAST_ROWS - 1, 500.0))
    assert found.answer == "not_enough_evidence"
    assert Usual.of(np.full(5, np.nan)) is None


def test_what_is_kept_is_read_back(rng: np.random.Generator) -> None:
    usual = usual_of(np.where(rng.random(500) < 0.1, np.nan, rng.normal(5, 1, 500)))
    again = Usual.from_json(usual.as_json())
    assert again.as_json() == usual.as_json()
    assert usual.missing == pytest.approx(0.1, abs=0.05)


@given(st.lists(st.floats(-1e6, 1e6), min_size=LEAST_ROWS, max_size=200), st.floats(-1e3, 1e3), st.floats(1e-2, 1e2))
def test_put_back_they_are_where_they_were_and_in_the_same_order(values: list[float], by: float, scale: float) -> None:
    before = np.array(values)
    usual = usual_of(before)
    moved = before * scale + by
    back = put_back(usual, moved)
    assert back.min() >= usual.edges[0]
    assert back.max() <= usual.edges[-1]
    order = np.argsort(moved, kind="stable")
    assert (np.diff(back[order]) >= -1e-9 * max(1.0, abs(back).max())).all()


def test_a_day_that_is_no_farther_than_days_are_has_not_moved(rng: np.random.Generator) -> None:
    days = np.repeat(np.arange(14), 288)
    weather = rng.normal(0, 1, 14)  # as wide as a day itself
    values = rng.normal(0, 1, len(days)) + weather[days]
    usual = Usual.of(values, days=days)
    assert usual is not None
    assert usual.wander == pytest.approx(np.abs(weather - weather.mean()).max() / usual.spread, abs=0.3)
    another = rng.normal(0, 1, 288) + weather.max()
    assert shift(usual, another).effect > MOVED
    assert not shift(usual, another).moved
    assert shift(usual, another + 4).moved
    assert Usual.from_json(usual.as_json()).wander == usual.wander


def test_a_part_of_a_day_is_not_held_against_whole_days(rng: np.random.Generator) -> None:
    days = np.repeat(np.arange(14), 288)
    usual = Usual.of(rng.normal(0, 1, len(days)), days=days)
    assert usual is not None
    assert usual.day_rows == 288
    assert shift(usual, rng.normal(5, 1, 140)).answer == "not_enough_evidence"
    assert shift(usual, rng.normal(5, 1, 150)).moved


def test_rows_that_do_not_count_say_nothing_of_what_is_usual(rng: np.random.Generator) -> None:
    values = rng.normal(0, 1, 1_000)
    standing = np.arange(1_000) < 300
    values[standing] = -50
    usual = Usual.of(values, judged=~standing)
    assert usual is not None
    assert usual.edges[0] > -10
    assert usual.missing == 0


def test_since_when_it_stands_there(rng: np.random.Generator) -> None:
    usual = usual_of(rng.normal(0, 1, 5_000))
    values, times = rng.normal(0, 1, 2_400), np.arange(2_400) * 10
    assert moved_since(usual, times, values) is None
    values[1_000:] += 5
    since = moved_since(usual, times, values)
    assert since is not None
    assert since == pytest.approx(10_000, abs=1_000)
    values[-200:] -= 5  # it came back
    assert moved_since(usual, times, values) is None
