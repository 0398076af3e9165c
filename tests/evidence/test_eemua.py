"""The figures of an alarm system are those of the standard, counted right."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bobae.evidence.eemua import Annunciations, alarm_figures
from bobae.evidence.episodes import NS

MINUTE, DAY = 60 * NS, 24 * 3600 * NS


def called(minutes, *, lasting=1.0, point="p", priority="low"):
    at = (np.array(minutes, dtype=np.float64) * MINUTE).astype(np.int64)
    return Annunciations(at, at + int(lasting * MINUTE), (point,) * len(at), (priority,) * len(at))


def joined(*parts):
    at = np.concatenate([part.time_ns for part in parts])
    order = np.argsort(at, kind="stable")
    points, priorities = (sum((getattr(p, name) for p in parts), ()) for name in ("points", "priorities"))
    ended = np.concatenate([part.ended_ns for part in parts])
    return Annunciations(at[order], ended[order], tuple(points[i] for i in order), tuple(priorities[i] for i in order))


def test_a_day_of_one_alarm_an_hour_is_kept():
    found = alarm_figures(called(range(30, 24 * 60, 60)), 0, DAY)
    assert (found.alarms, found.per_day, found.per_hour, found.most_in_ten_minutes) == (24, 24.0, 1.0, 1)
    assert found.floods == ()
    assert all(found.kept().values())


def test_a_flood_begins_with_the_eleventh_and_ends_when_fewer_than_five_came_in_ten_minutes():
    # eleven calls a minute apart from minute 100, then one each three minutes (four in ten minutes)
    found = alarm_figures(called([*range(100, 111), 113, 116, 119, 122, 125]), 0, DAY)
    (flood,) = found.floods
    assert flood.start_ns == 100 * MINUTE
    # the fifth last call of what belongs to it, plus ten minutes: from then on fewer than five
    at = np.array([*range(100, 111), 113, 116, 119, 122, 125])
    in_window = [(moment, int(((at > moment - 10) & (at <= moment)).sum())) for moment in range(111, 140)]
    ends = next(moment for moment, n in in_window if n < 5)
    assert flood.end_ns == ends * MINUTE
    assert found.in_flood == (ends - 100) / (24 * 60)
    assert not found.kept()["in_flood"]


def test_ten_in_ten_minutes_are_no_flood():
    assert alarm_figures(called(range(10)), 0, DAY).floods == ()


def test_a_flood_that_has_not_ended_ends_with_the_time_looked_at():
    (flood,) = alarm_figures(called(np.arange(20) / 4), 0, 5 * MINUTE).floods
    assert (flood.end_ns, flood.alarms) == (5 * MINUTE, 20)


@given(st.lists(st.integers(0, 600), max_size=60))
def test_floods_hold_every_moment_at_which_more_than_ten_came_in_ten_minutes(minutes):
    at = np.array(sorted(minutes))
    found = alarm_figures(called(at), 0, DAY)
    for i, moment in enumerate(at):
        recent = int((at[: i + 1] >= moment - 10).sum())
        if recent > 10:
            assert any(f.start_ns <= moment * MINUTE <= f.end_ns for f in found.floods)
    assert all(a.end_ns <= b.start_ns for a, b in zip(found.floods, found.floods[1:], strict=False))
    assert sum(f.alarms for f in found.floods) <= len(at)
    assert all(f.alarms > 10 for f in found.floods)


def test_chatter_is_three_calls_of_one_point_within_a_minute():
    quick = called([10, 10.3, 10.6, 10.9], point="valve")
    slow = called([20, 20.6, 21.2], point="pump")  # never three within a minute
    found = alarm_figures(joined(quick, slow, called([10.1], point="other")), 0, DAY)
    assert found.chattering == (("valve", 2),)


def test_a_stale_alarm_has_stood_for_more_than_a_day():
    old = Annunciations(np.array([0, 0]), np.array([-1, 2 * DAY]), ("stands", "ended"), ("low", "low"))
    found = alarm_figures(old, 0, 3 * DAY)
    assert found.stale == ("stands",)
    assert found.most_stale == 2
    assert alarm_figures(old, 0, DAY // 2).most_stale == 0


def test_the_top_ten_and_the_priorities_are_shares_of_all_calls():
    parts = [called([i * 60 + j for j in range(n)], point=f"p{i:02}", lasting=0.1) for i, n in enumerate(range(1, 15))]
    found = alarm_figures(joined(*parts, called([1400], priority="urgent", point="p99")), 0, DAY)
    total = sum(range(1, 15)) + 1
    assert found.top[0] == ("p13", 14)
    assert len(found.top) == 10
    assert found.top_share == sum(range(5, 15)) / total
    assert found.shares["urgent"] == 1 / total
    assert not found.kept()["top_share"]


def test_what_was_before_and_what_comes_after_does_not_count():
    assert alarm_figures(called([-5, 5, 24 * 60 + 5]), 0, DAY).alarms == 1
