"""The alarms of a model on trial beside the live one's, against the budget."""

from bobae.evidence.agreement import agreement

HOUR = 3600 * 1_000_000_000
WEEK = 168 * HOUR


def test_what_both_raise_is_told_from_what_one_raises():
    live = [(0, HOUR), (50 * HOUR, 51 * HOUR)]
    trial = [(HOUR, 2 * HOUR), (100 * HOUR, 101 * HOUR)]
    found = agreement(live, trial, useful=[], scored_ns=WEEK, budget_per_week=2.0)
    assert (found.both, found.only_live, found.only_trial) == (1, 1, 1)
    assert found.held


def test_more_calls_than_the_budget_has_room_for_are_not_held_unless_they_were_right():
    trial = [(day * 24 * HOUR, day * 24 * HOUR + HOUR) for day in range(5)]
    assert not agreement([], trial, useful=[], scored_ns=WEEK, budget_per_week=1.0).held
    assert agreement([], trial, useful=trial[:4], scored_ns=WEEK, budget_per_week=1.0).held


def test_a_short_trial_may_have_one_call():
    found = agreement([], [(0, HOUR)], useful=[], scored_ns=24 * HOUR, budget_per_week=1.0)
    assert found.held
    assert not agreement([], [(0, 1), (9 * HOUR, 9 * HOUR)], useful=[], scored_ns=24 * HOUR, budget_per_week=1.0).held
