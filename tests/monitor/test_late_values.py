"""Late laboratory values beside what was estimated when the sample was taken."""

import numpy as np
import pytest

from bobae.monitor.late_values import LEARNED, Residuals, residuals

HOUR_NS = 3600 * 10**9
LATE_NS = 5 * HOUR_NS
VALUES = 100


def told(shift: float, seed: int, *, values: int = VALUES, back: bool = False) -> Residuals:
    rng = np.random.default_rng(seed)
    estimated = rng.normal(70, 5, LEARNED + values)
    measured = estimated + 0.4 + rng.normal(0, 0.5, len(estimated))
    measured[LEARNED + values // 2 :] += 0.5 * shift
    if back:
        measured[-values // 4 :] -= 0.5 * shift
    times = np.arange(len(estimated)) * HOUR_NS
    return residuals(times, times + LATE_NS, measured, estimated)


@pytest.mark.parametrize(("shift", "least", "most"), [(0.0, 0.0, 0.08), (1.0, 0.65, 1.0), (1.5, 0.93, 1.0)])
def test_how_often_a_shift_is_told(shift: float, least: float, most: float) -> None:
    answers = [told(shift, seed).answer for seed in range(300)]
    assert least <= answers.count("moved") / len(answers) <= most
    assert "not_enough_evidence" not in answers


def test_since_when_and_by_how_much_and_how_late() -> None:
    found = told(4.0, 1)
    assert found.answer == "moved"
    assert found.usual == pytest.approx(0.4, abs=0.3)
    assert found.now - found.usual == pytest.approx(2.0, abs=0.5)
    assert found.since_ns == pytest.approx((LEARNED + VALUES // 2) * HOUR_NS, abs=3 * HOUR_NS)
    assert found.late_h == 5.0


def test_one_that_came_back_has_not_moved() -> None:
    answers = [told(3.0, seed, values=200, back=True).answer for seed in range(50)]
    assert answers.count("same") >= 40


def test_a_fall_is_told_like_a_rise() -> None:
    assert told(-4.0, 2).now < told(-4.0, 2).usual


def test_too_few_values_say_nothing_and_those_without_an_estimate_do_not_count() -> None:
    times = np.arange(3 * LEARNED) * HOUR_NS
    measured = np.zeros(len(times))
    estimated = np.where(np.arange(len(times)) % 2, np.nan, 0.0)
    found = residuals(times, times, measured, estimated)
    assert (found.answer, found.values) == ("not_enough_evidence", len(times) // 2 + len(times) % 2)


def test_an_estimate_that_was_always_right_has_a_spread_all_the_same() -> None:
    times = np.arange(3 * LEARNED) * HOUR_NS
    measured = np.full(len(times), 5.0)
    assert residuals(times, times, measured, measured).answer == "same"
    later = np.where(np.arange(len(times)) < 2 * LEARNED, measured, 6.0)
    assert residuals(times, times, later, measured).answer == "moved"
