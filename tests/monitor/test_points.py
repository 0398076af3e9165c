"""A point that is put away calls nobody, comes back by itself or by a person, and all of it is written down."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bobae.core import BadInput, Refused
from bobae.monitor import Desk, Hand, Points, Watched, Watcher, holding
from bobae.registry.catalogue import AlarmState, Catalogue, PointEvent, open_catalogue

S = 1_000_000_000
HOUR = 3600 * S
NAME, ASSET = "press/line1/press3:anomaly", "press/line1/press3"
LOUD = {"score": np.array(2.0), "alarm": np.array(1.0), "contribution": np.array([1.0])}
CALM = {"score": np.array(0.2), "alarm": np.array(0.0), "contribution": np.array([0.0])}


class Plant:
    def __init__(self, catalogue: Catalogue) -> None:
        self.now_ns = 1_000 * HOUR
        self.catalogue = catalogue
        self.desk = Desk(catalogue.points, catalogue.alarms)
        self.points = Points(catalogue.points, lambda: self.now_ns)
        self.factor = 1.0
        watched = Watched(
            NAME,
            ASSET,
            "m",
            ("oil",),
            ("Cel",),
            usual=lambda tags, _: [55.0] * len(tags),
            holding=lambda: self.points.holding(NAME),
            factor=lambda: self.factor,
        )
        self.watcher = Watcher(watched, catalogue.alarms, clock=lambda: self.now_ns)

    def hand(self, because: str = "waiting for the spare part", by: str = "kim") -> Hand:
        return Hand(by, because, self.now_ns)

    def rows(self, answers: dict[str, np.ndarray], hours: float) -> None:
        for _ in range(round(hours * 4)):
            self.now_ns += HOUR // 4
            self.watcher.observe(self.now_ns, answers, np.array([70.0]))

    @property
    def states(self) -> list[AlarmState]:
        return [alarm.state for alarm in reversed(self.catalogue.alarms.page(limit=10))]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with open_catalogue(tmp_path) as catalogue:
        yield Plant(catalogue)


def test_a_shelved_alarm_calls_nobody_and_comes_back_by_itself(plant: Plant) -> None:
    plant.rows(LOUD, 1)
    assert plant.states == [AlarmState.UNACKNOWLEDGED]
    plant.desk.shelve(NAME, ASSET, plant.hand(), for_s=8 * 3600)
    assert plant.states == [AlarmState.NORMAL]
    plant.rows(LOUD, 7.5)
    assert plant.states == [AlarmState.NORMAL]
    plant.rows(LOUD, 1)
    assert plant.states == [AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED]
    plant.points.end_shelves()
    events = [(entry.event, entry.by) for entry in plant.catalogue.points.journal(NAME)]
    assert events == [(PointEvent.SHELVED, "kim"), (PointEvent.SHELF_OVER, "")]


def test_what_is_over_while_it_is_shelved_calls_nobody_afterwards(plant: Plant) -> None:
    plant.desk.shelve(NAME, ASSET, plant.hand(), for_s=3600)
    plant.rows(LOUD, 0.5)
    plant.rows(CALM, 2)
    assert plant.states == []


def test_a_shelf_outlives_a_restart_and_a_clock_set_back_does_not_prolong_it(tmp_path: Path) -> None:
    with open_catalogue(tmp_path) as catalogue:
        plant = Plant(catalogue)
        plant.desk.shelve(NAME, ASSET, plant.hand(), for_s=3600)
    with open_catalogue(tmp_path) as catalogue:
        point = catalogue.points.get(NAME)
    now = plant.now_ns
    assert holding(point, now + HOUR // 2) is AlarmState.SHELVED
    assert holding(point, now + HOUR) is None
    assert holding(point, now - 2 * HOUR) is None  # the clock is two hours behind: not for three hours more


@pytest.mark.parametrize(
    ("by", "because", "for_s", "said"),
    [
        ("", "noise", 60, "'by' is empty"),
        ("kim", " ", 60, "the reason is empty"),
        ("kim", "noise", 0, "168 h at the most"),
        ("kim", "noise", 8 * 24 * 3600, "take it out of service"),
    ],
)
def test_nobody_shelves_without_name_reason_and_end(plant: Plant, by: str, because: str, for_s: float, said: str):
    with pytest.raises(BadInput, match=said):
        plant.desk.shelve(NAME, ASSET, plant.hand(because, by), for_s=for_s)
    assert plant.catalogue.points.get(NAME) is None


def test_out_of_service_holds_until_somebody_returns_it(plant: Plant) -> None:
    plant.desk.take_out(NAME, ASSET, plant.hand("press is being rebuilt"))
    plant.rows(LOUD, 400)
    assert plant.states == []
    plant.desk.give_back(NAME, ASSET, plant.hand(""))
    plant.rows(LOUD, 1)
    assert plant.states == [AlarmState.UNACKNOWLEDGED]
    with pytest.raises(Refused, match="is not suppressed so"):
        plant.desk.give_back(NAME, ASSET, plant.hand(""))


def test_one_suppression_that_ends_does_not_lift_the_other(plant: Plant) -> None:
    plant.desk.take_out(NAME, ASSET, plant.hand())
    assert plant.desk.by_design(NAME, ASSET, Hand("", "the press stands", plant.now_ns), holds=True)
    assert not plant.desk.by_design(NAME, ASSET, Hand("", "the press stands", plant.now_ns), holds=True)
    plant.desk.shelve(NAME, ASSET, plant.hand(), for_s=3600)
    shown = []
    for let_go in (
        lambda: plant.desk.give_back(NAME, ASSET, plant.hand()),
        lambda: plant.desk.by_design(NAME, ASSET, Hand("", "", plant.now_ns), holds=False),
        lambda: plant.desk.unshelve(NAME, ASSET, plant.hand()),
    ):
        shown.append(holding(plant.catalogue.points.get(NAME), plant.now_ns))
        let_go()
    shown.append(holding(plant.catalogue.points.get(NAME), plant.now_ns))
    assert shown == [AlarmState.OUT_OF_SERVICE, AlarmState.SUPPRESSED, AlarmState.SHELVED, None]


def test_a_limit_that_was_moved_up_keeps_small_alarms_quiet_and_no_open_one(plant: Plant) -> None:
    plant.factor = 2.5
    plant.rows(LOUD, 3)
    assert plant.states == []
    plant.rows(LOUD | {"score": np.array(2.6)}, 0.25)
    assert plant.states == [AlarmState.UNACKNOWLEDGED]
    plant.factor = 9.0
    plant.rows(LOUD, 3)
    assert plant.states == [AlarmState.UNACKNOWLEDGED]
