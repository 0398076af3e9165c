"""Event reports and traces become rows at the right times; what is none is malformed."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bobae.connectors.secs.address import address_of
from bobae.connectors.secs.items import Malformed
from bobae.connectors.secs.plan import Plan, Report, remember, remembered
from bobae.connectors.secs.polling import Changes
from bobae.connectors.secs.readings import NO_VALUE, Events, Trace, columns
from bobae.core import Gap, Wish

S = 1_000_000_000
NOON = 1_772_625_600 * S


def plan_of(*addresses, deadband=None):
    wishes = [Wish(f"t{i}", address, deadband) for i, address in enumerate(addresses)]
    return Plan.of((i, wish, address_of(wish.address)) for i, wish in enumerate(wishes))


def test_an_event_gives_each_wish_its_value_at_the_time_of_the_report():
    plan = plan_of("dv/7@ce/300", "sv/8@ce/300", "ce/300", "dv/7@ce/301", "sv/8@ce/300")
    reports = {one.number: one for one in plan.reports("1", "U4")}
    (number,) = [one.number for one in reports.values() if one.event == "300"]
    item = [0, 300, [[int(number), ["2026-03-04T12:00:00.25Z", "LOT-1", 2.5]]]]
    rows, said = Events(plan, reports, "1").read(item, dt.UTC, 5)
    assert said == NOON + S // 4
    assert list(rows.position) == [0, 1, 4, 2]
    assert list(rows.time_ns) == [said] * 4
    assert list(rows.text) == ["LOT-1", None, None, None]
    np.testing.assert_array_equal(rows.value, [np.nan, 2.5, 2.5, 1.0])


def test_without_a_clock_an_event_is_of_when_it_came_and_a_report_that_nobody_knows_says_nothing():
    plan = plan_of("ce/300")
    events = Events(plan, {}, None)
    rows, said = events.read([0, 300, [[9, [1]]]], dt.UTC, 5)
    assert (said, list(rows.time_ns), list(rows.value)) == (None, [5], [1.0])
    assert not events.knows([0, 300, [[9, [1]]]])
    assert events.read([0, 17, []], dt.UTC, 5) == (None, None)
    assert events.read([0, 300, []], dt.UTC, 5, happened=False) == (None, None)


items = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text("ab1", max_size=5), st.binary(max_size=3)),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(items)
def test_whatever_an_event_or_a_trace_holds_it_is_read_or_malformed(item):
    plan = plan_of("dv/7@ce/300", "ce/300")
    for reader in (Events(plan, {"9": Report("9", "300", ("7",))}, None), Trace("1", [(0,), (1, 2)], S)):
        try:
            rows, _ = reader.read(item, dt.UTC, 5)
        except Malformed:
            continue
        assert rows is None or len(rows.position) == len(rows.value)


def test_a_report_of_another_width_is_malformed():
    plan = plan_of("dv/7@ce/300")
    reports = {"9": Report("9", "300", ("7",))}
    with pytest.raises(Malformed, match="2 values instead of 1"):
        Events(plan, reports, None).read([0, 300, [[9, [1.0, 2.0]]]], dt.UTC, 5)


def test_what_is_no_single_value_is_bad():
    values, statuses, texts = columns([1, b"\x05", b"ab", (1, 2), [], float("nan"), "x"])
    np.testing.assert_array_equal(values, [1, 5] + [np.nan] * 5)
    assert list(statuses) == [0, 0, Gap.WRONG_KIND, Gap.WRONG_KIND, NO_VALUE, NO_VALUE, 0]
    assert texts[-1] == "x"
    assert list(columns([1.0, float("nan"), True])[1]) == [0, NO_VALUE, 0]


def test_the_samples_of_a_trace_are_a_period_apart():
    trace = Trace("1", [(0,), (1, 2)], S // 10)
    rows, said = trace.read([1, 3, "2026030412000050", [1.0, "a", 2.0, "b", 3.0, "c"]], dt.UTC, 0)
    assert said == NOON + S // 2
    assert list(rows.position) == [0, 1, 2] * 3
    assert list(rows.time_ns) == [said - S // 5] * 3 + [said - S // 10] * 3 + [said] * 3
    np.testing.assert_array_equal(rows.value[::3], [1, 2, 3])
    assert list(rows.text[1:3]) == ["a", "a"]


def test_where_stime_is_coarser_than_the_period_samples_still_follow_one_another():
    trace = Trace("1", [(0,)], S // 10)
    times = []
    for number in range(1, 40):
        true_ns = NOON + number * S // 10 + 3 * number * S // 1000  # the tool's period is 3 % longer than it was asked
        said = dt.datetime.fromtimestamp(true_ns // S, dt.UTC).strftime("%y%m%d%H%M%S")
        times.append(trace.read([1, number, said, [1.0]], dt.UTC, 0)[0].time_ns[0])
    steps = np.diff(times)
    assert (steps > 0).all()
    assert np.median(steps) == S // 10
    assert max(abs(t - (NOON + n * 103 * S // 1000)) for n, t in enumerate(times, 1)) < S


def test_only_what_has_changed_by_the_dead_band_is_sent_on():
    changes = Changes([(0,), (1,), (2,)], {0: 0.5})
    first = changes.among([1.0, "a", ()], 1)
    assert list(first.position) == [0, 1, 2]
    assert changes.among([1.5, "a", ()], 2) is None
    assert list(changes.among([1.51, "a", ()], 3).position) == [0]
    later = changes.among([1.6, "b", 4.0], 4)
    assert (list(later.position), list(later.time_ns)) == ([1, 2], [4, 4])
    assert list(changes.among([(), "b", 4.0], 5).status) == [NO_VALUE]
    assert (first.value[0], first.text[1]) == (1.0, "a")  # what was handed on stays as it was


def test_reports_say_by_their_number_what_is_in_them_and_are_remembered(tmp_path):
    one, other = plan_of("dv/7@ce/300"), plan_of("dv/8@ce/300")
    (first,), (second,) = one.reports("1", "U2"), other.reports("1", "U2")
    assert first.number != second.number
    assert [first] == plan_of("dv/7@ce/300").reports("1", "U2")
    assert int(first.number) <= 0xFFFF
    remember(tmp_path / "etcher1", {first.number: first})
    assert remembered(tmp_path / "etcher1") == {first.number: first}
    assert remembered(tmp_path) == remembered(None) == {}
