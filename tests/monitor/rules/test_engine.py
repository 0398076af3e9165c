"""Rules alarm when they should, to the row, all in one step, as one after the other by hand would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bobae.core import Rule
from bobae.monitor.rules import RulePlan, Ruling
from bobae.monitor.rules.engine import western_electric
from bobae.monitor.rules.plan import Ruled

S = 10**9


def ruling(*rules: dict) -> Ruling:
    made = [
        Rule.model_validate({"name": f"r{i}", "asset": "press", "tag": "oil"} | rule) for i, rule in enumerate(rules)
    ]
    return Ruling(RulePlan.of([Ruled(f"press:{rule.name}", "press", rule) for rule in made]))


def run(
    one: Ruling, oil: list[float], *, fresh: list[bool] | None = None, other: list[float] | None = None
) -> list[str]:
    """A letter a row: which of the rules alarm, '.' none."""
    shown = []
    for i, value in enumerate(oil):
        values = [value] if other is None else [value, other[i]]
        came = [not np.isnan(v) if fresh is None else fresh[i] for v in values]
        on = one.step((1_000 + i) * S, np.array(values), np.array(came))
        shown.append("".join("abcdefg"[k] for k in np.flatnonzero(on)) or ".")
    return shown


def test_a_limit_has_a_dead_band():
    assert run(ruling({"high": 80, "deadband": 2}), [80, 80.1, 79, 78.1, 78, 79, 81]) == [
        ".",
        "a",
        "a",
        "a",
        ".",
        ".",
        "a",
    ]
    assert run(ruling({"low": 10, "deadband": 1}), [10, 9, 10.5, 11, 10.5]) == [".", "a", "a", ".", "."]


def test_delays_are_exact_to_the_row():
    delayed = {"high": 80, "on_delay": "3s", "off_delay": "2s"}
    assert "".join(run(ruling(delayed), [81, 81, 81, 81, 79, 79, 79, 81])) == "...aaa.."
    assert "".join(run(ruling(delayed), [81, 81, 79, 81, 81, 81, 81])) == "......a"


def test_a_signal_that_swings_within_the_dead_band_alarms_once():
    shown = run(ruling({"high": 80, "deadband": 2}), [79.5 + (i % 2) for i in range(40)])
    assert "".join(shown) == "." + 39 * "a"


def test_rising_and_falling_are_within_the_window():
    both = ({"rise": 5, "window": "3s"}, {"fall": 5, "window": "3s"})
    assert run(ruling(*both), [10, 12, 14, 16, 17, 17, 17, 11, 11]) == [".", ".", ".", "a", ".", ".", ".", "b", "b"]


def test_a_sensor_that_is_stuck_or_silent_is_told():
    rules = ruling({"stuck_for": "3s"}, {"silent_for": "2s"})
    oil = [5, 6, 6, 6, 6, 7, np.nan, np.nan, np.nan, 8]
    assert run(rules, oil) == [".", ".", ".", ".", "a", ".", ".", "b", "ab", "."]


def test_a_value_that_is_carried_on_is_silence():
    assert run(ruling({"silent_for": "2s"}), [5, 5, 5, 5], fresh=[True, False, False, True]) == [".", ".", "a", "."]


def test_what_is_missing_changes_no_limit():
    assert run(ruling({"high": 80}), [81, np.nan, np.nan, 79]) == ["a", "a", "a", "."]


def test_a_rule_means_something_only_when_its_gate_is_open_for_long_enough():
    rule = {"low": 10, "only_when": {"tag": "speed", "above": 1, "settled_for": "2s"}}
    shown = run(ruling(rule), [5] * 8, other=[0, 0, 2, 2, 2, 2, 0, 2])
    assert "".join(shown) == "....aa.."


@pytest.mark.parametrize(
    ("points", "wrong"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 3.1], True),
        ([0, 0, 0, 0, 0, 2.1, 0, 2.1], True),
        ([0, 0, 0, 0, 0, 2.1, 0, -2.1], False),
        ([0, 0, 0, 1.1, 1.1, 0, 1.1, 1.1], True),
        ([0, 0, 0, 1.1, 1.1, 0, 0, 1.1], False),
        ([0.1] * 8, True),
        ([-0.1] * 8, True),
        ([0.1] * 7 + [-0.1], False),
        ([np.nan] * 7 + [1.0], False),
    ],
)
def test_the_four_rules_of_western_electric(points, wrong):
    assert western_electric(np.array([points]))[0] == wrong


def test_a_control_chart_takes_a_point_a_minute():
    one = ruling({"western_electric": {"centre": 50, "sigma": 1}})
    on = [bool(one.step(i * 30 * S, np.array([50.5]), np.array([True]))[0]) for i in range(20)]
    assert on.index(True) == 14  # the eighth minute above the centre


def by_hand(oil: list[float], high: float, band: float, on_s: int, off_s: int) -> str:
    alarm, since, shown = False, None, ""
    for second, value in enumerate(oil):
        over = value - high > (-band if alarm else 0.0)  # one rounding, also of the smallest band
        if over != alarm:
            since = second if since is None else since
            if second - since >= (off_s if alarm else on_s):
                alarm, since = over, None
        else:
            since = None
        shown += "a" if alarm else "."
    return shown


@settings(deadline=None)
@given(
    st.lists(st.floats(70, 90), min_size=1, max_size=60),
    st.floats(75, 85),
    st.floats(0, 5),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_it_is_what_one_rule_by_hand_would_say(oil, high, band, on_s, off_s):
    delays = {name: f"{s}s" for name, s in (("on_delay", on_s), ("off_delay", off_s)) if s}
    assert "".join(run(ruling({"high": high, "deadband": band} | delays), oil)) == by_hand(oil, high, band, on_s, off_s)
