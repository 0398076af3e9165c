"""What alarms were worth is exact where people judged, and as unsure as it is elsewhere."""

import numpy as np
import pytest

from bobae.evidence.ledger import Booked, loses, worth


def test_judged_alarms_are_worth_exactly_what_they_brought():
    found = worth(Booked(useful=(5e6, 3e6), false=(2e5,)))
    assert (found.saved.value, found.saved.low, found.saved.high) == (7.8e6, 7.8e6, 7.8e6)
    assert found.losing == 0.0


def test_unjudged_alarms_widen_the_interval_and_more_answers_narrow_it():
    def width(useful, false, unjudged):
        booked = Booked((1e6,) * useful, (1e5,) * false, unjudged, each_useful=1e6, each_false=1e5)
        found = worth(booked).saved
        return found.high - found.low

    assert width(2, 2, 20) > width(20, 20, 20) > width(40, 40, 0) == 0.0


def test_the_interval_holds_what_the_unjudged_turn_out_to_be():
    """Simulated: a share of 0.3 useful, 10 judged of 40; the interval holds the truth about as often as it says."""
    rng = np.random.default_rng(3)
    held = 0
    for trial in range(200):
        truth = rng.random(40) < rng.beta(0.5, 0.5)
        useful, false = int(truth[:10].sum()), int(10 - truth[:10].sum())
        booked = Booked((1e6,) * useful, (1e5,) * false, 30, each_useful=1e6, each_false=1e5)
        found = worth(booked, seed=trial).saved
        real = truth.sum() * 1e6 - (40 - truth.sum()) * 1e5
        held += found.low <= real <= found.high
    assert held / 200 == pytest.approx(0.95, abs=0.05)


def test_a_model_is_proposed_for_retirement_only_once_enough_was_judged():
    few, many = Booked(false=(2e5,) * 4), Booked(false=(2e5,) * 5)
    assert worth(few).losing == 1.0
    assert not loses(few, worth(few))
    assert loses(many, worth(many))


def test_a_model_with_one_useful_alarm_that_pays_for_all_is_kept():
    booked = Booked(useful=(5e6,), false=(2e5,) * 20, unjudged=5, each_useful=5e6, each_false=2e5)
    assert not loses(booked, worth(booked))


def test_missed_faults_are_no_cost_of_the_model():
    assert worth(Booked(useful=(1e6,), missed=(9e6,))).saved.value == 1e6
