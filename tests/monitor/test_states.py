"""The states of an alarm are those of ISA-18.2, and a person's word is kept."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bobae.core import BadInput, Refused, text
from bobae.monitor import Standing, acknowledge, happens, next_state, reset
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, NewAlarm, open_catalogue

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, LATCHED_UNACKNOWLEDGED, LATCHED, *_ = AlarmState
RAISED, NOTICED, CLEARED, RESET, SUPPRESSED = AlarmEvent

# the diagram of the standard, by its letters: state -> event -> state; what is not here changes nothing
PLAIN = """
A raised B
B acknowledged C
B cleared D
C cleared A
D acknowledged A
D raised B
E acknowledged F
E raised B
F reset A
F raised B
B suppressed A
C suppressed A
D suppressed A
E suppressed A
F suppressed A
"""
LATCHING = PLAIN.replace("B cleared D", "B cleared E").replace("C cleared A", "C cleared F")


@pytest.mark.parametrize(("latching", "diagram"), [(False, PLAIN), (True, LATCHING)])
def test_every_event_in_every_state_leads_where_the_standard_says(latching: bool, diagram: str) -> None:
    drawn = {(a, event): b for a, event, b in (row.split() for row in diagram.split("\n") if row)}
    for state, event in product([s for s in AlarmState if not s.of_point], AlarmEvent):
        becomes = next_state(state, event, latching=latching)
        assert becomes.letter == drawn.get((state.letter, str(event)), state.letter), (state, event)


class Diagram(RuleBasedStateMachine):
    """A point as an operator would tell it, in plain flags, beside the one under test."""

    @initialize(latching=st.booleans())
    def begin(self, latching: bool) -> None:
        self.latching, self.point = latching, Standing()
        self.cause = self.called = self.noticed = self.latched = False
        self.held = {"shelved": False, "by_design": False, "out_of_service": False}

    @rule(there=st.booleans())
    def cause_comes_or_goes(self, there: bool) -> None:
        self.point = self.point.with_cause(there, latching=self.latching)
        came, went = there and not self.cause, self.cause and not there
        self.cause = there
        if any(self.held.values()):
            return
        if came:
            self.called, self.noticed, self.latched = True, False, self.latched or self.latching
        if went and self.noticed and not self.latched:
            self.called = False

    @rule()
    def somebody_acknowledges(self) -> None:
        self.point = self.point.after(NOTICED, latching=self.latching)
        if self.called and not any(self.held.values()):
            self.noticed = True
            if not self.cause and not self.latched:
                self.called = False

    @rule()
    def somebody_resets(self) -> None:
        self.point = self.point.after(RESET, latching=self.latching)
        if self.called and self.noticed and self.latched and not self.cause and not any(self.held.values()):
            self.called = self.latched = False

    @rule(how=st.sampled_from(["shelved", "by_design", "out_of_service"]), holds=st.booleans())
    def somebody_suppresses_or_lets_go(self, how: str, holds: bool) -> None:
        before = any(self.held.values())
        self.point = self.point.suppressed(how, holds)
        self.held[how] = holds
        if any(self.held.values()):
            self.called = self.latched = False
        elif before and self.cause:
            self.called, self.noticed, self.latched = True, False, self.latching

    @invariant()
    def both_show_the_same(self) -> None:
        assert self.point.shown.letter == self._letter()
        assert self.point.calls == (self.point.shown.letter in "ABCDEF")

    def _letter(self) -> str:
        for how, letter in (("out_of_service", "I"), ("by_design", "H"), ("shelved", "G")):
            if self.held[how]:
                return letter
        if not self.called:
            return "A"
        if self.cause:
            return "C" if self.noticed else "B"
        if self.latched:
            return "F" if self.noticed else "E"
        return "D"


TestDiagram = Diagram.TestCase


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AlarmStore]:
    with open_catalogue(tmp_path) as catalogue:
        yield catalogue.alarms


NEW = NewAlarm(
    monitor="press3",
    asset="press/line1/press3",
    model="model",
    task="anomaly",
    row_ns=1,
    active_ns=2,
    peak=1.5,
    top_tags=(),
    meaning=text("{n} s", n=1),
)


@pytest.fixture
def alarm(store: AlarmStore) -> Alarm:
    return store.put(NEW)


def test_an_alarm_that_was_acknowledged_and_cleared_is_normal(store: AlarmStore, alarm: Alarm) -> None:
    acknowledge(store, alarm.id, by=" kim ", comment="", time_ns=5)
    happens(store, alarm, CLEARED, time_ns=6, by="model")  # by one who still thinks it unacknowledged
    there = store.get(alarm.id)
    assert (there.state, there.acknowledged_by, there.acknowledged_ns, there.cleared_ns) == (NORMAL, "kim", 5, 6)
    assert [(e.was, e.becomes) for e in store.journal(alarm.id)] == [
        (NORMAL, UNACKNOWLEDGED),
        (UNACKNOWLEDGED, ACKNOWLEDGED),
        (ACKNOWLEDGED, NORMAL),
    ]


def test_who_comes_second_is_told_who_was_first(store: AlarmStore, alarm: Alarm) -> None:
    acknowledge(store, alarm.id, by="kim", comment="", time_ns=5)
    with pytest.raises(Refused, match="before, by kim at 1970-01-01"):
        acknowledge(store, alarm.id, by="lee", comment="", time_ns=6)
    assert store.get(alarm.id).acknowledged_by == "kim"


def test_nobody_cannot_acknowledge(store: AlarmStore, alarm: Alarm) -> None:
    with pytest.raises(BadInput, match="'by' is empty"):
        acknowledge(store, alarm.id, by=" ", comment="", time_ns=5)
    assert store.get(alarm.id).state is UNACKNOWLEDGED


def test_a_latched_alarm_is_reset_once_it_is_over_and_noticed(store: AlarmStore) -> None:
    alarm = store.put(replace(NEW, latching=True))
    with pytest.raises(Refused, match="still there"):
        reset(store, alarm.id, by="kim", comment="", time_ns=4)
    happens(store, alarm, CLEARED, time_ns=5, by="model")
    assert store.get(alarm.id).state is LATCHED_UNACKNOWLEDGED
    with pytest.raises(Refused, match="has not been acknowledged"):
        reset(store, alarm.id, by="kim", comment="", time_ns=6)
    acknowledge(store, alarm.id, by="kim", comment="", time_ns=7)
    assert store.get(alarm.id).state is LATCHED
    with pytest.raises(BadInput, match="'by' is empty"):
        reset(store, alarm.id, by=" ", comment="", time_ns=8)
    assert reset(store, alarm.id, by="kim", comment="bearing looked at", time_ns=9).state is NORMAL
    assert (store.get(alarm.id).cleared_ns, store.journal(alarm.id)[-1].comment) == (5, "bearing looked at")
    with pytest.raises(Refused, match="nothing to reset"):
        reset(store, alarm.id, by="kim", comment="", time_ns=10)
