"""The states of an alarm are those of ISA-18.2, and a person's word is kept."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from bobae.core import BadInput, Refused, text
from bobae.monitor import acknowledge, happens, next_state
from bobae.registry.catalogue import Alarm, AlarmEvent, AlarmState, AlarmStore, NewAlarm, open_catalogue

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED = AlarmState
RAISED, NOTICED, CLEARED = AlarmEvent

TABLE = {
    (NORMAL, RAISED): UNACKNOWLEDGED,
    (NORMAL, NOTICED): NORMAL,
    (NORMAL, CLEARED): NORMAL,
    (UNACKNOWLEDGED, RAISED): UNACKNOWLEDGED,
    (UNACKNOWLEDGED, NOTICED): ACKNOWLEDGED,
    (UNACKNOWLEDGED, CLEARED): RETURNED,
    (ACKNOWLEDGED, RAISED): ACKNOWLEDGED,
    (ACKNOWLEDGED, NOTICED): ACKNOWLEDGED,
    (ACKNOWLEDGED, CLEARED): NORMAL,
    (RETURNED, RAISED): UNACKNOWLEDGED,
    (RETURNED, NOTICED): NORMAL,
    (RETURNED, CLEARED): RETURNED,
}


@pytest.mark.parametrize(("state", "event"), list(product(AlarmState, AlarmEvent)))
def test_each_event_leads_where_the_standard_says(state: AlarmState, event: AlarmEvent) -> None:
    assert next_state(state, event) == TABLE[state, event]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AlarmStore]:
    with open_catalogue(tmp_path) as catalogue:
        yield catalogue.alarms


@pytest.fixture
def alarm(store: AlarmStore) -> Alarm:
    return store.put(
        NewAlarm(
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
    )


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
