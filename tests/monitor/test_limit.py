"""Answers move the limit: false alarms over the budget up, a long quiet down, and never past a useful alarm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bobae.core import BadInput, Refused, UnknownName, speaking, text
from bobae.monitor import happens
from bobae.monitor.feedback import judge, missed
from bobae.monitor.limit import HIGHEST, Judged, Limits, moved_limit
from bobae.registry.catalogue import Alarm, AlarmEvent, Catalogue, NewAlarm, Outcome, open_catalogue

WEEK = 7 * 24 * 3600 * 10**9
FALSE, USEFUL = Outcome.FALSE, Outcome.USEFUL


def move(peaks, outcome=FALSE, *, more=(), budget=1.0, factor=1.0, weeks=1.0):
    judged = [*(Judged(p, outcome, round(weeks * WEEK) - 1) for p in peaks), *more]
    return moved_limit(judged, budget_per_week=budget, factor=factor, watched_ns=0, now_ns=round(weeks * WEEK))


def test_as_many_false_alarms_as_are_allowed_move_nothing():
    assert move([2.0]).why is None
    assert move([2.0] * 4, weeks=4).why is None


def test_one_too_many_moves_the_limit_above_all_but_those_that_are_allowed():
    moved = move([1.5, 2.0, 1.8])
    assert moved.factor == pytest.approx(1.8 * 1.05)
    with speaking("ko"):
        assert str(moved.why) == "거짓 경보가 3건인데, 허용된 것은 1건입니다"


def test_a_useful_alarm_is_never_given_up_for_the_budget():
    moved = move([2.0, 2.2, 2.4], more=[Judged(1.9, USEFUL, WEEK // 2)])
    assert moved.factor == pytest.approx(1.9 / 1.05, abs=1e-3)
    assert "train the model anew" in str(moved.why)
    stuck = move([2.0, 2.2, 2.4], more=[Judged(1.9, USEFUL, WEEK // 2)], factor=moved.factor)
    assert (stuck.factor, stuck.why) == (moved.factor, None)


def test_after_some_quiet_weeks_it_comes_back_a_little_but_not_below_what_was_proved():
    quiet = [Judged(2.0, FALSE, 0)]
    assert moved_limit(quiet, budget_per_week=1, factor=1.6, watched_ns=0, now_ns=3 * WEEK).factor < 1.6
    assert moved_limit(quiet, budget_per_week=1, factor=1.01, watched_ns=0, now_ns=3 * WEEK).factor == 1.0
    assert moved_limit(quiet, budget_per_week=1, factor=1.6, watched_ns=0, now_ns=WEEK).why is None


peaks = st.lists(st.floats(1.0, 50.0), max_size=20)


@given(peaks, peaks, st.floats(1.0, HIGHEST), st.floats(0.1, 10))
def test_it_stays_within_what_is_proved_and_below_each_useful_alarm(false, useful, factor, budget):
    judged = [*(Judged(p, FALSE, WEEK) for p in false), *(Judged(p, USEFUL, WEEK) for p in useful)]
    moved = moved_limit(judged, budget_per_week=budget, factor=factor, watched_ns=0, now_ns=WEEK)
    assert 1.0 <= moved.factor <= HIGHEST + 1e-9
    if moved.factor > factor + 1e-4:
        assert all(peak > moved.factor - 1e-3 for peak in useful)


@given(peaks, st.floats(1.0, 50.0), st.floats(0.1, 10))
def test_another_false_mark_never_lowers_it(false, one_more, budget):
    def at(marks):
        judged = [Judged(peak, FALSE, WEEK) for peak in marks]
        return moved_limit(judged, budget_per_week=budget, factor=1.0, watched_ns=0, now_ns=WEEK).factor

    assert at([*false, one_more]) >= at(false) - 1e-9


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with open_catalogue(tmp_path) as opened:
        yield opened


def alarm(catalogue: Catalogue, number: int, peak: float) -> Alarm:
    return catalogue.alarms.put(
        NewAlarm(
            monitor=f"press:{number}" if number > 90 else "press:anomaly",
            asset="press",
            model="m",
            task="anomaly",
            row_ns=number,
            active_ns=number,
            peak=peak,
            top_tags=(("oil", 1.0),),
            meaning=text("{n} s", n=number),
        )
    )


def false_alarms(catalogue: Catalogue, peaks: list[float]) -> list[Alarm]:
    raised = []
    for number, peak in enumerate(peaks):
        raised.append(alarm(catalogue, number, peak))
        happens(catalogue.alarms, raised[-1], AlarmEvent.CLEARED, time_ns=number + 1, by="m")
        judge(catalogue.alarms, catalogue.feedback, raised[-1].id, FALSE, by="kim", comment="", time_ns=number + 2)
    return raised


def test_who_watches_asks_for_the_limit_as_it_was_moved_and_the_move_says_why(catalogue: Catalogue):
    false_alarms(catalogue, [1.5, 2.0])
    limits = Limits(catalogue.alarms, catalogue.feedback, lambda: WEEK)
    assert limits.factor("press:anomaly") == 1.0
    moved = limits.consider("press:anomaly", budget_per_week=1, watched_ns=0, by="kim")
    assert moved is not None
    assert limits.factor("press:anomaly") == moved.factor == pytest.approx(1.575)
    assert limits.consider("press:anomaly", budget_per_week=1, watched_ns=0, by="kim") is None
    assert [m.by for m in catalogue.feedback.moves("press:anomaly")] == ["kim"]
    assert Limits(catalogue.alarms, catalogue.feedback, lambda: WEEK).factor("press:anomaly") == moved.factor


def test_the_last_word_counts(catalogue: Catalogue):
    first, second = false_alarms(catalogue, [1.5, 2.0])
    judge(catalogue.alarms, catalogue.feedback, second.id, USEFUL, by="lee", comment="pump", time_ns=99)
    said = catalogue.feedback.of_alarms([first.id, second.id])
    assert (said[first.id].outcome, said[second.id].outcome, said[second.id].by) == (FALSE, USEFUL, "lee")
    limits = Limits(catalogue.alarms, catalogue.feedback, lambda: WEEK)
    assert limits.consider("press:anomaly", budget_per_week=1, watched_ns=0, by="kim") is None


def test_nobody_and_nothing_are_no_answers(catalogue: Catalogue):
    there = alarm(catalogue, 1, 2.0)
    for outcome, by, error, said in (
        (FALSE, " ", BadInput, "'by' is empty"),
        (Outcome.MISSED, "kim", BadInput, "useful or false"),
    ):
        with pytest.raises(error, match=said):
            judge(catalogue.alarms, catalogue.feedback, there.id, outcome, by=by, comment="", time_ns=1)
    with pytest.raises(UnknownName):
        judge(catalogue.alarms, catalogue.feedback, 99, FALSE, by="kim", comment="", time_ns=1)
    with pytest.raises(BadInput, match="what the missed fault"):
        missed(catalogue.feedback, "press", from_ns=1, to_ns=2, what="", by="kim", time_ns=3)
    for begin, end in ((2, 2), (1, 4)):
        with pytest.raises(Refused, match="must end after it began"):
            missed(catalogue.feedback, "press", from_ns=begin, to_ns=end, what="leak", by="kim", time_ns=3)
    assert catalogue.feedback.after(0) == []


def test_with_another_version_the_limit_is_the_proved_one_again(catalogue: Catalogue):
    false_alarms(catalogue, [1.5, 2.0])
    limits = Limits(catalogue.alarms, catalogue.feedback, lambda: WEEK)
    limits.consider("press:anomaly", budget_per_week=1, watched_ns=0, by="kim")
    assert limits.begin_anew("press:anomaly", since_ns=WEEK - 1, by="") is None  # it came before the last move
    assert limits.begin_anew("press:anomaly", since_ns=WEEK + 1, by="") is not None
    assert limits.factor("press:anomaly") == 1.0
    assert limits.begin_anew("press:anomaly", since_ns=WEEK + 1, by="") is None
    assert limits.consider("press:anomaly", budget_per_week=1, watched_ns=WEEK, by="kim") is None
