import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bobae.core import Text, Verdict
from bobae.evidence.episodes import Event, Windows
from bobae.evidence.intervals import Figure, poisson
from bobae.evidence.metrics import Judged, Truth, judge
from bobae.evidence.value import Prices, event_costs, gain_in_proof, proof_weeks, quiet, saved_per_quarter
from bobae.evidence.verdict import Weighed, decide, met_by_chance

HOUR = 3600 * 10**9
PRICES = Prices(missed=1000.0, false=100.0, late=50.0, assumed=False)


def weighed(
    *, events: int = 6, detected: int = 6, false: int = 0, weeks: float = 8.0, gain: Figure, chance: float = 0.001
) -> Weighed:
    rate = poisson(false, weeks)
    return Weighed(events, detected, rate, 1.0, weeks, gain, Text("no alarm at all"), chance)


BETTER, WORSE, UNSURE = Figure(5000, 2000, 8000), Figure(-100, -300, 50), Figure(500, -200, 900)


@pytest.mark.parametrize(
    ("false", "weeks", "gain", "events", "verdict"),
    [
        (0, 8.0, BETTER, 6, Verdict.USEFUL),
        (0, 0.5, BETTER, 6, Verdict.USEFUL),
        (40, 8.0, BETTER, 6, Verdict.NO_BETTER_THAN_BASELINE),
        (0, 8.0, WORSE, 6, Verdict.NO_BETTER_THAN_BASELINE),
        (0, 8.0, UNSURE, 6, Verdict.NOT_ENOUGH_EVIDENCE),
        (0, 8.0, BETTER, 2, Verdict.NOT_ENOUGH_EVIDENCE),
        (0, 8.0, Figure(math.nan), 0, Verdict.NOT_ENOUGH_EVIDENCE),
        (40, 8.0, Figure(math.nan), 0, Verdict.NO_BETTER_THAN_BASELINE),
    ],
)
def test_the_verdict_follows_its_table(false: int, weeks: float, gain: Figure, events: int, verdict: Verdict) -> None:
    assert decide(weighed(false=false, weeks=weeks, gain=gain, events=events, detected=events)).verdict is verdict


def test_a_gain_that_chance_brings_too_is_not_enough() -> None:
    assert decide(weighed(gain=BETTER, chance=0.2)).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_model_that_finds_everything_but_breaks_the_budget_is_turned_down_for_that() -> None:
    said = [str(t) for t in decide(weighed(false=40, gain=BETTER)).said]
    assert said[0] == "Do not put this model to work: it raises more false alarms than you allow."
    assert "breaks the alarm budget" in said[2]


def test_without_a_known_fault_both_halves_are_said() -> None:
    said = [str(t) for t in decide(weighed(events=0, detected=0, gain=Figure(math.nan))).said]
    assert "not enough evidence" in said[0]
    assert "No known fault" in said[1]
    assert "keeps to the alarm budget" in said[2]


def test_a_proof_that_is_too_short_says_what_it_proves() -> None:
    said = str(decide(weighed(weeks=0.5, gain=BETTER)).said[2])
    assert "too short to prove 1 a week (the true rate may be as high as 7.4)" in said


def known(rows: int, *events: tuple[int, int]) -> Truth:
    marks = np.zeros(rows, dtype=bool)
    for begin, end in events:
        marks[begin : end + 1] = True
    return Truth(
        time_ns=np.arange(rows) * HOUR,
        groups=np.zeros(rows, dtype=np.int64),
        sampling_s=3600.0,
        judged=np.ones(rows, dtype=bool),
        marks=marks,
        labelled=True,
        events=tuple(Event(a * HOUR, b * HOUR, 0) for a, b in events),
        windows=Windows(3600, 3600, 3600),
    )


def found(truth: Truth, *at: int) -> Judged:
    alarm = np.zeros(len(truth.time_ns), dtype=bool)
    alarm[list(at)] = True
    return judge(alarm, truth)


def test_money_is_missed_false_and_late_at_the_users_costs() -> None:
    truth = known(13 * 168, (100, 120), (500, 520), (900, 920))
    ours = found(truth, 100, 504, 1500)
    assert event_costs(ours, truth.events, PRICES).tolist() == [0.0, 200.0, 1000.0]
    saved = saved_per_quarter(ours, quiet(truth), truth, PRICES, seed=0)
    assert proof_weeks(truth) == pytest.approx(13)
    assert saved.value == pytest.approx(3000 - 1200 - 100)
    assert saved.low <= saved.value <= saved.high


def test_at_assumed_costs_a_fault_found_half_way_saves_half() -> None:
    truth = known(1000, (100, 400))
    assert event_costs(found(truth, 250), truth.events, Prices.of({}, "KRW")).tolist() == [2_500_000.0]


def test_a_delay_never_costs_more_than_a_missed_fault() -> None:
    truth = known(1000, (100, 400))
    assert event_costs(found(truth, 399), truth.events, PRICES).tolist() == [1000.0]


def test_without_known_faults_no_money_is_claimed() -> None:
    truth = known(1000)
    assert math.isnan(saved_per_quarter(found(truth, 5), quiet(truth), truth, PRICES, seed=0).value)


@given(detected=st.lists(st.booleans(), min_size=1, max_size=12), false=st.integers(0, 5))
def test_a_rule_gains_nothing_over_itself(detected: list[bool], false: int) -> None:
    delays = tuple(0.0 if d else math.nan for d in detected)
    judged = Judged(tuple(detected), delays, (), 1.0)
    events = tuple(Event(0, HOUR, 0) for _ in detected)
    assert gain_in_proof(judged, judged, events, PRICES, seed=false).value == 0


def test_missing_costs_are_assumed_and_said_so() -> None:
    assert Prices.of({}, "KRW").assumed
    assert Prices.of({"missed": 7.0}, "KRW").assumed
    assert Prices.of({"missed": 7.0, "false": 1.0}, "EUR") == Prices(7.0, 1.0, 0.0, assumed=False)


def test_alarms_at_random_times_meet_faults_by_chance() -> None:
    truth = known(2000, (100, 150), (600, 650), (1200, 1250), (1700, 1750))
    always = np.ones(2000, dtype=bool)
    assert met_by_chance(always, truth, 4) == 1.0
    sharp = np.zeros(2000, dtype=bool)
    sharp[[110, 620, 1210, 1710]] = True
    assert met_by_chance(sharp, truth, 4) < 0.2
    assert met_by_chance(np.zeros(2000, dtype=bool), truth, 0) == 1.0


def test_a_quarter_is_not_told_from_hours() -> None:
    truth = known(20, (10, 12))
    assert math.isnan(saved_per_quarter(found(truth, 10), quiet(truth), truth, PRICES, seed=0).value)
