import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as oracle

from bobae.core import Bools
from bobae.evidence.episodes import Event, Windows
from bobae.evidence.intervals import block_bootstrap, block_numbers, poisson, provable_rate, wilson
from bobae.evidence.metrics import Truth, auc, average_precision, event_figures, judge, median, row_figures

MINUTE = 60 * 10**9
AROUND = Windows(hold_off_s=1800, early_s=600, late_s=1200)


def truth(rows: int, events: tuple[tuple[int, int], ...]) -> Truth:
    marks = np.zeros(rows, dtype=bool)
    for begin, end in events:
        marks[begin : end + 1] = True
    return Truth(
        time_ns=np.arange(rows) * MINUTE,
        groups=np.zeros(rows, dtype=np.int64),
        sampling_s=60.0,
        judged=np.ones(rows, dtype=bool),
        marks=marks,
        labelled=True,
        events=tuple(Event(a * MINUTE, b * MINUTE, 0) for a, b in events),
        windows=AROUND,
    )


def alarms(rows: int, *at: int) -> Bools:
    alarm = np.zeros(rows, dtype=bool)
    alarm[list(at)] = True
    return alarm


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), ties=st.integers(2, 40))
def test_ranking_figures_agree_with_scikit_learn_ties_included(seed: int, ties: int) -> None:
    rng = np.random.default_rng(seed)
    marks = rng.random(200) < 0.2
    marks[:2] = [True, False]
    score = rng.integers(ties, size=200) + marks * rng.random()
    assert auc(score, marks) == pytest.approx(oracle.roc_auc_score(marks, score))
    assert average_precision(score, marks) == pytest.approx(oracle.average_precision_score(marks, score))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_figures_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = truth(600, ((100, 180), (400, 430)))
    score = rng.standard_normal(600) + known.marks
    found = row_figures(score > 0.8, score, known, seed=0)
    assert found["f1"].value == pytest.approx(oracle.f1_score(known.marks, score > 0.8))
    assert found["mar"].value == pytest.approx(1 - oracle.recall_score(known.marks, score > 0.8))
    assert found["auc"].value == pytest.approx(oracle.roc_auc_score(known.marks, score), abs=0.01)
    assert found["auc"].low <= found["auc"].value <= found["auc"].high


def test_an_alarm_in_the_fault_finds_it_and_says_how_late() -> None:
    judged = judge(alarms(1000, 530, 531), truth(1000, ((500, 600),)))
    assert judged.detected == (True,)
    assert judged.delays_s == (30 * 60.0,)
    assert judged.false == ()


def test_an_alarm_shortly_before_the_mark_is_early_not_false() -> None:
    judged = judge(alarms(1000, 495), truth(1000, ((500, 600),)))
    assert judged.delays_s == (-300.0,)
    assert judged.false_count == 0


def test_an_alarm_after_the_fault_does_not_find_it_any_more() -> None:
    judged = judge(alarms(1000, 610), truth(1000, ((500, 600),)))
    assert judged.detected == (False,)
    assert judged.false_count == 0


def test_alarms_far_from_any_fault_are_false() -> None:
    judged = judge(alarms(1000, 100, 110, 300), truth(1000, ((500, 600),)))
    assert judged.false_count == 2


def test_always_alarming_finds_everything_and_is_false_all_the_time() -> None:
    known = truth(7 * 1440, ((500, 600), (5000, 5100)))
    judged = judge(np.ones(7 * 1440, dtype=bool), known)
    assert judged.detected == (True, True)
    assert judged.false_count == 23  # three times for nothing, and for each whole shift in which it stands so
    assert event_figures(judged)["false_per_week"].low > 14


def test_what_is_left_of_an_alarm_that_met_a_fault_is_no_second_alarm() -> None:
    judged = judge(alarms(2000, *range(550, 675)), truth(2000, ((500, 600),)))
    assert judged.detected == (True,)
    assert judged.false_count == 0


def test_an_alarm_that_opened_long_before_the_fault_is_no_warning_of_it() -> None:
    judged = judge(alarms(2000, *range(300, 550)), truth(2000, ((500, 600),)))
    assert judged.detected == (True,)
    assert judged.false_count == 1


@pytest.mark.parametrize(("last", "false"), [(900, 1), (600 + 2 * 480, 2)])
def test_an_alarm_that_stands_long_beyond_its_fault_is_false_again(last: int, false: int) -> None:
    judged = judge(alarms(3000, *range(550, last)), truth(3000, ((500, 600),)))
    assert judged.false_count == false


def test_an_alarm_that_comes_back_after_its_fault_is_false() -> None:
    judged = judge(alarms(2000, *range(550, 640), *range(900, 910)), truth(2000, ((500, 600),)))
    assert judged.false_count == 1


def test_rows_that_are_not_judged_neither_find_nor_cost() -> None:
    known = truth(1000, ((500, 600),))
    known.judged[:] = False
    judged = judge(np.ones(1000, dtype=bool), known)
    assert judged.exposure_weeks == 0
    assert judged.false_count == 0
    assert math.isnan(event_figures(judged)["false_per_week"].value)


@given(hits=st.integers(0, 50), more=st.integers(0, 50))
def test_wilson_agrees_with_scipy(hits: int, more: int) -> None:
    tries = hits + more
    if not tries:
        assert math.isnan(wilson(0, 0).value)
        return
    found, wanted = wilson(hits, tries), stats.binomtest(hits, tries).proportion_ci(method="wilson")
    assert found.low == pytest.approx(wanted.low, abs=1e-9)
    assert found.high == pytest.approx(wanted.high, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(rate=st.floats(0.2, 30), seed=st.integers(0, 1000))
def test_the_poisson_interval_covers_the_true_rate(rate: float, seed: int) -> None:
    counts, times = np.unique(np.random.default_rng(seed).poisson(rate, size=300), return_counts=True)
    covered = [poisson(int(count), 1.0).low <= rate <= poisson(int(count), 1.0).high for count in counts]
    assert np.average(covered, weights=times) >= 0.91


def test_the_rule_of_three() -> None:
    assert provable_rate(1.0) == pytest.approx(3.0, abs=0.01)
    assert provable_rate(0.0) == math.inf


def test_the_block_bootstrap_is_wider_than_rows_would_be_and_covers() -> None:
    covered = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        level = np.repeat(rng.random(40), 50)  # forty stretches of fifty rows that are alike inside
        hit = rng.random(2000) < level
        block = block_numbers(np.zeros(2000, dtype=np.int64), at_most=40)
        sums = np.zeros((block.max() + 1, 2))
        np.add.at(sums, block, np.column_stack([hit, np.ones(2000)]))
        found = block_bootstrap(sums, lambda totals: totals[..., 0] / totals[..., 1], seed=seed)
        covered += found.low <= 0.5 <= found.high
    assert covered >= 51


@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=80))
def test_a_block_never_crosses_from_one_group_to_the_next(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    block = block_numbers(groups)
    assert (np.diff(block) >= 0).all()
    assert (np.diff(block)[np.diff(groups) != 0] > 0).all()
    assert len(np.unique(block)) == block.max() + 1 <= 60 + len(sizes)


def test_the_middle_delay_of_few_faults_has_no_interval_to_boast_of() -> None:
    assert math.isnan(median(np.array([1.0, 2.0, 3.0])).low)
    many = median(np.arange(101.0))
    assert many.low < many.value == 50 < many.high
