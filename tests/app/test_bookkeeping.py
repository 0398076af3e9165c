"""The books hold what each alarm came to, once, at what it cost then, however often bobae starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bobae.app.alarm_keeping import AlarmKeeping
from bobae.app.bookkeeping import Bookkeeper
from bobae.app.ledger_told import statement
from bobae.core import Plant, text
from bobae.monitor import happens, judge, missed
from bobae.registry.catalogue import (
    Alarm,
    AlarmEvent,
    Alias,
    AliasMove,
    Catalogue,
    ModelVersion,
    Move,
    NewAlarm,
    Outcome,
    open_catalogue,
)

POINT = "press:anomaly"
HOUR = 3600 * 10**9


def plant_with(false: float = 1e5) -> Plant:
    costs = {"missed": 2e6, "false": false, "late": 1e5}
    return Plant.model_validate(
        {"plant": "busan", "assets": {"press": {"tags": {}}}, "monitors": ({"asset": "press", "costs": costs},)}
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with open_catalogue(tmp_path) as opened:
        yield opened


def alarm(catalogue: Catalogue, at_ns: int, monitor: str = POINT) -> Alarm:
    said = text("{n} s", n=1)
    return catalogue.alarms.put(NewAlarm(monitor, "press", "m1", "anomaly", at_ns, at_ns, 2.0, (), said))


def say(catalogue: Catalogue, one: Alarm, outcome: Outcome, by: str = "kim") -> None:
    judge(catalogue.alarms, catalogue.feedback, one.id, outcome, by=by, comment="", time_ns=5 * HOUR)


def test_each_alarm_is_entered_once_and_anew_when_somebody_judges_it(catalogue: Catalogue):
    keeper = Bookkeeper(catalogue, plant_with())
    first, second = alarm(catalogue, HOUR), alarm(catalogue, 2 * HOUR, "press:other")
    assert (keeper.step(10 * HOUR), keeper.step(11 * HOUR)) == (2, 0)
    say(catalogue, first, Outcome.USEFUL)
    say(catalogue, second, Outcome.FALSE)
    assert keeper.step(12 * HOUR) == 2
    again = Bookkeeper(catalogue, plant_with())
    assert again.step(13 * HOUR) == 0
    entries = catalogue.ledger.entries(0, 10 * HOUR)
    assert [(e.outcome, e.saved, e.cost, e.assumed) for e in entries] == [
        (Outcome.USEFUL, 2e6, 0.0, False),
        (Outcome.FALSE, 0.0, 2e5, True),  # nobody said what an alarm of that monitor costs
    ]


def test_an_alarm_is_entered_under_the_version_that_was_live_then(catalogue: Catalogue):
    for number, digest in ((1, "a" * 64), (2, "b" * 64)):
        told = ModelVersion(POINT, 0, digest, "m", "useful", "retrained", "", number * HOUR, 0)
        catalogue.versions.add(told)
        was = None if number == 1 else number - 1
        move = AliasMove(0, POINT, Alias.LIVE, was, number, number * 10 * HOUR, Move.PROMOTED, "kim", "")
        catalogue.versions.move([move])
    for at in (5, 15, 25):
        alarm(catalogue, at * HOUR)
        for there in catalogue.alarms.page(limit=1):
            happens(catalogue.alarms, there, AlarmEvent.CLEARED, time_ns=at * HOUR + 1, by="m")
    Bookkeeper(catalogue, plant_with()).step(30 * HOUR)
    assert [entry.version for entry in catalogue.ledger.entries(0, 99 * HOUR)] == ["", "a" * 12, "b" * 12]


def test_later_costs_do_not_change_what_was_entered(catalogue: Catalogue):
    say(catalogue, alarm(catalogue, HOUR), Outcome.FALSE)
    Bookkeeper(catalogue, plant_with()).step(10 * HOUR)
    Bookkeeper(catalogue, plant_with(false=9e9)).step(11 * HOUR)
    (entry,) = catalogue.ledger.entries(0, 10 * HOUR)
    assert entry.cost == 1e5


def test_a_missed_fault_is_in_the_books_but_no_cost_of_the_model(catalogue: Catalogue):
    missed(catalogue.feedback, "press", from_ns=HOUR, to_ns=2 * HOUR, what="leak", by="kim", time_ns=3 * HOUR)
    Bookkeeper(catalogue, plant_with()).step(10 * HOUR)
    (total,) = statement(catalogue.ledger, 0, 10 * HOUR).models
    assert (total.booked.missed, total.worth.saved.value) == ((2e6,), 0.0)


def test_cases_shelves_and_books_are_kept_in_step(catalogue: Catalogue):
    keeping = AlarmKeeping(plant_with(), catalogue, clock=lambda: 10 * HOUR)
    one = alarm(catalogue, HOUR)
    keeping.step()
    say(catalogue, one, Outcome.FALSE)
    keeping.step()
    (case,) = catalogue.cases.page(limit=9)
    assert [a.id for a in catalogue.cases.alarms(case.id)] == [one.id]
    assert [e.outcome for e in catalogue.ledger.history(f"alarm {one.id}")] == [Outcome.UNJUDGED, Outcome.FALSE]
