"""A watcher raises one alarm for one trouble, says what it means, and leaves the disk alone."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Floats, Text, Unreachable, text
from bobae.monitor import Watched, Watcher, acknowledge
from bobae.registry.catalogue import Alarm, AlarmState, AlarmStore, open_catalogue

S = 1_000_000_000
CALM, LOUD = 0.4, 2.0
NOTHING = np.full(3, np.nan)


class Plant:
    """A monitor with three tags, and a clock that goes on a second a row."""

    def __init__(self, store: AlarmStore) -> None:
        self.store = store
        self.now_ns = 100 * S
        self.asked = 0
        self.start()

    def start(self, **settings: object) -> None:
        watched = Watched(
            monitor="press3:anomaly",
            asset="press3",
            model="press3-model",
            tags=("oil", "pump", "speed"),
            units=("Cel", "bar", None),
            usual=self.usual,
            **settings,
        )
        self.watcher = Watcher(watched, self.store, clock=lambda: self.now_ns)

    def usual(self, tags: Sequence[str], _: int) -> list[float]:
        self.asked += 1
        return [{"oil": 55.0, "pump": 210.0, "speed": np.nan}[tag] for tag in tags]

    def rows(self, score: float, n: int = 1, *, shares: tuple[float, ...] = (0.7, 0.3, 0.0), oil: float = 71.2) -> None:
        for _ in range(n):
            self.now_ns += S
            self.watcher.observe(self.now_ns, answers(score, shares), np.array([oil, 180.0, 3.0]))

    def silent(self, n: int = 1) -> None:
        for _ in range(n):
            self.now_ns += S
            self.watcher.observe(self.now_ns, None, NOTHING)

    @property
    def alarms(self) -> list[Alarm]:
        return self.store.page(limit=100)

    @property
    def alarm(self) -> Alarm:
        (alarm,) = self.alarms
        return alarm


def answers(score: float, shares: tuple[float, ...]) -> dict[str, Floats]:
    return {"score": np.array(score), "alarm": np.array(float(score > 1)), "contribution": np.array(shares)}


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with open_catalogue(tmp_path, wait_s=0.05) as catalogue:
        yield Plant(catalogue.alarms)


def test_an_alarm_is_raised_kept_and_cleared(plant: Plant) -> None:
    plant.rows(CALM, 5)
    assert plant.alarms == []
    plant.rows(LOUD)
    assert (plant.alarm.state, plant.alarm.row_ns, plant.alarm.peak) == (AlarmState.UNACKNOWLEDGED, plant.now_ns, LOUD)
    plant.rows(LOUD + 1, 3)
    plant.rows(CALM)
    assert (plant.alarm.state, plant.alarm.cleared_ns, plant.alarm.peak) == (
        AlarmState.RETURNED,
        plant.now_ns,
        LOUD + 1,
    )


def test_an_alarm_says_which_signals_and_what_they_usually_show(plant: Plant) -> None:
    plant.rows(LOUD)
    assert plant.alarm.top_tags == (("oil", 0.7), ("pump", 0.3))
    assert plant.alarm.meaning.render("en") == (
        "press3 runs differently from usual. Out of step with the rest of the machine:"
        " oil 71.2 °C (usually 55 °C); pump 180 bar (usually 210 bar)."
    )
    assert plant.alarm.meaning.render("ko") == (
        "press3의 운전 상태가 평소와 다릅니다. 설비의 나머지 상태와 맞지 않는 신호:"
        " oil 71.2 °C(평소 55 °C), pump 180 bar(평소 210 bar)."
    )


def test_an_alarm_tells_the_values_of_its_worst_row(plant: Plant) -> None:
    plant.rows(LOUD, 5)
    plant.rows(LOUD + 1, 1, oil=90.0)
    plant.rows(LOUD, 5, oil=56.0)
    plant.silent(20)
    plant.rows(CALM, oil=55.0)
    assert "oil 90 °C (usually 55 °C)" in plant.alarm.meaning.render("en")


def test_what_nobody_knows_is_not_said(plant: Plant) -> None:
    plant.rows(LOUD, shares=(0.0, 0.05, 0.95))
    assert plant.alarm.meaning.render("en").endswith("machine: speed 3.")
    plant.rows(CALM)
    acknowledge(plant.store, plant.alarm.id, by="kim", comment="", time_ns=plant.now_ns)
    plant.rows(LOUD, shares=(0.0, 0.0, 0.0))
    assert plant.alarms[0].meaning.render("en") == "press3 runs differently from usual."


def test_who_knows_the_machine_adds_a_sentence(plant: Plant) -> None:
    def explain(tags: Sequence[tuple[str, float]]) -> Text | None:
        return text("{start} to {end}: {tag}", start=1, end=2, tag=tags[0][0])

    plant.start(explain=explain)
    plant.rows(LOUD)
    assert plant.alarm.meaning.render("en").endswith("(usually 210 bar). 1 to 2: oil")


def test_the_first_rows_of_an_alarm_say_which_tags_began_it(plant: Plant) -> None:
    plant.rows(LOUD, 100)
    plant.rows(LOUD * 10, 100, shares=(0.0, 0.0, 1.0))
    plant.rows(CALM)
    assert [tag for tag, _ in plant.alarm.top_tags] == ["oil", "pump"]
    assert plant.alarm.peak == LOUD * 10


def test_nothing_is_looked_up_or_written_while_all_is_well(plant: Plant, tmp_path: Path) -> None:
    before = plant.store.revision()
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        plant.rows(CALM, 50)
        plant.silent(5)
    assert (plant.store.revision(), plant.asked) == (before, 0)


def test_an_open_alarm_is_written_every_ten_seconds_at_the_most(plant: Plant) -> None:
    plant.rows(LOUD)
    raised = plant.store.revision()
    plant.rows(LOUD + 1, 9)
    assert plant.store.revision() == raised
    plant.rows(LOUD + 1)
    for more in range(100):
        plant.rows(LOUD + more)
    assert plant.store.revision() - raised == 11
    plant.rows(LOUD, 10)  # the last peak is written
    steady = plant.store.revision()
    plant.rows(LOUD, 100)
    assert plant.store.revision() == steady
    assert plant.alarm.peak == LOUD + 99


def test_a_gap_is_no_all_clear_and_is_told(plant: Plant) -> None:
    plant.rows(LOUD)
    since = plant.now_ns + S
    plant.silent(20)
    assert (plant.alarm.state, plant.alarm.stale_ns) == (AlarmState.UNACKNOWLEDGED, since)
    plant.now_ns += S
    plant.watcher.observe(plant.now_ns, answers(CALM, (0, 0, 0)), NOTHING)  # scored, but of nothing
    assert plant.alarm.state is AlarmState.UNACKNOWLEDGED
    plant.rows(LOUD, 20)
    assert plant.alarm.stale_ns is None
    plant.silent(20)
    plant.rows(CALM)
    assert (plant.alarm.state, plant.alarm.stale_ns) == (AlarmState.RETURNED, None)


def test_a_clock_that_is_set_back_does_not_silence_an_open_alarm(plant: Plant) -> None:
    plant.rows(LOUD)
    plant.now_ns -= 3600 * S
    plant.rows(LOUD + 1)
    assert plant.alarm.peak == LOUD + 1


def test_after_a_restart_an_open_alarm_goes_on(plant: Plant) -> None:
    plant.rows(LOUD, 2)
    raised = plant.alarm
    plant.start()
    plant.rows(LOUD + 5, 20, shares=(0.0, 0.0, 1.0))
    assert plant.alarm.id == raised.id
    assert (plant.alarm.peak, plant.alarm.top_tags) == (LOUD + 5, raised.top_tags)
    plant.start()
    plant.rows(CALM)
    assert plant.alarm.state is AlarmState.RETURNED


def test_an_alarm_that_comes_back_at_once_is_the_same_alarm(plant: Plant) -> None:
    plant.rows(LOUD)
    plant.rows(CALM, 60)
    plant.rows(LOUD)
    assert (plant.alarm.state, plant.alarm.cleared_ns) == (AlarmState.UNACKNOWLEDGED, None)
    assert [entry.becomes for entry in plant.store.journal(plant.alarm.id)] == [
        AlarmState.UNACKNOWLEDGED,
        AlarmState.RETURNED,
        AlarmState.UNACKNOWLEDGED,
    ]


def test_an_alarm_after_half_an_hour_or_after_somebody_took_notice_is_a_new_one(plant: Plant) -> None:
    plant.rows(LOUD)
    plant.rows(CALM)
    plant.now_ns += 1801 * S
    plant.rows(LOUD)
    plant.rows(CALM)
    acknowledge(plant.store, plant.alarms[0].id, by="kim", comment="", time_ns=plant.now_ns)
    plant.rows(LOUD)
    assert [alarm.state for alarm in plant.alarms] == [
        AlarmState.UNACKNOWLEDGED,
        AlarmState.NORMAL,
        AlarmState.RETURNED,
    ]


def test_an_alarm_that_could_not_be_written_is_written_with_the_next_row(plant: Plant, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unreachable):
            plant.rows(LOUD)
    plant.rows(LOUD)
    acknowledge(plant.store, plant.alarm.id, by="kim", comment="", time_ns=plant.now_ns)
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unreachable):
            plant.rows(CALM)
    plant.rows(CALM)
    assert plant.alarm.state is AlarmState.NORMAL
