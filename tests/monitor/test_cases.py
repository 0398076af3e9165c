"""All alarms of a machine are one open case, joined once whatever happens, and closed by somebody or by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bobae.core import BadInput, Refused, text
from bobae.monitor import acknowledge, happens
from bobae.monitor.cases import CaseKeeper, close
from bobae.monitor.similar import similar
from bobae.registry.catalogue import Alarm, AlarmEvent, Catalogue, NewAlarm, open_catalogue

HOUR = 3600 * 10**9


class Plant:
    def __init__(self, catalogue: Catalogue) -> None:
        self.now_ns = 100 * HOUR
        self.catalogue = catalogue
        self.keeper = CaseKeeper(catalogue.alarms, catalogue.cases, clock=lambda: self.now_ns)

    def raised(
        self, monitor: str, asset: str = "press", tags: tuple[tuple[str, float], ...] = (("oil", 1.0),)
    ) -> Alarm:
        self.now_ns += HOUR
        said = text("{n} s", n=1)
        return self.catalogue.alarms.put(
            NewAlarm(f"{asset}:{monitor}", asset, "m", "anomaly", self.now_ns, self.now_ns, 2.0, tags, said)
        )

    def over(self, alarm: Alarm) -> None:
        self.now_ns += HOUR
        acknowledge(self.catalogue.alarms, alarm.id, by="kim", comment="", time_ns=self.now_ns)
        happens(self.catalogue.alarms, alarm, AlarmEvent.CLEARED, time_ns=self.now_ns, by="m")

    def cases(self, **which: object) -> list[tuple[str, int]]:
        found = self.catalogue.cases.page(limit=100, **which)  # type: ignore[arg-type]
        return [(case.asset, len(self.catalogue.cases.alarms(case.id))) for case in found]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with open_catalogue(tmp_path) as catalogue:
        yield Plant(catalogue)


def test_a_machine_has_one_open_case_with_all_its_alarms(plant: Plant):
    plant.raised("anomaly")
    plant.raised("oil_high")
    plant.raised("anomaly", "robot")
    plant.keeper.step()
    plant.keeper.step()
    assert sorted(plant.cases(is_open=True)) == [("press", 2), ("robot", 1)]


def test_what_was_joined_before_a_restart_is_not_joined_again(tmp_path: Path):
    with open_catalogue(tmp_path) as catalogue:
        plant = Plant(catalogue)
        plant.raised("anomaly")
        plant.keeper.step()
        plant.raised("oil_high")
    with open_catalogue(tmp_path) as catalogue:
        again = Plant(catalogue)
        other = Plant(catalogue)
        again.keeper.step()
        other.keeper.step()
        assert again.cases() == [("press", 2)]


def test_a_case_is_closed_by_somebody_with_what_was_found_and_a_new_alarm_opens_the_next(plant: Plant):
    plant.over(plant.raised("anomaly"))
    plant.keeper.step()
    (case,) = plant.catalogue.cases.page(limit=9)
    for by, found, said in (("", "pump", "'by' is empty"), ("kim", " ", "'nothing' is an answer too")):
        with pytest.raises(BadInput, match=said):
            close(plant.catalogue.cases, case.id, by=by, found=found, done="", time_ns=plant.now_ns)
    closed = close(
        plant.catalogue.cases, case.id, by="kim", found="pump worn", done="seal changed", time_ns=plant.now_ns
    )
    assert (closed.closed_by, closed.found, closed.done) == ("kim", "pump worn", "seal changed")
    with pytest.raises(Refused, match="closed before"):
        close(plant.catalogue.cases, case.id, by="lee", found="x", done="", time_ns=plant.now_ns)
    plant.raised("anomaly")
    plant.keeper.step()
    assert plant.cases(is_open=True) == [("press", 1)]
    assert plant.cases(is_open=False) == [("press", 1)]


def test_a_case_closes_by_itself_a_day_after_the_last_of_its_alarms_was_over_and_noticed(plant: Plant):
    first, second = plant.raised("anomaly"), plant.raised("oil_high")
    plant.over(first)
    plant.keeper.step()
    plant.now_ns += 30 * HOUR
    plant.keeper.step()
    assert plant.cases(is_open=True) == [("press", 2)]
    plant.over(second)
    plant.keeper.step()
    plant.now_ns += 23 * HOUR
    plant.keeper.step()
    assert plant.cases(is_open=True) == [("press", 2)]
    plant.now_ns += 2 * HOUR
    plant.keeper.step()
    assert plant.cases(is_open=True) == []
    assert plant.catalogue.cases.page(limit=1)[0].closed_by == ""


def test_earlier_alarms_are_similar_by_the_signals_behind_them(plant: Plant):
    oil = (("oil", 0.8), ("cooler", 0.2))
    first = plant.raised("a", tags=oil)
    plant.over(first)
    plant.over(plant.raised("a", tags=(("vibration", 1.0),)))
    newest_alike = plant.raised("a", tags=(("oil", 0.7), ("cooler", 0.3)))
    plant.over(newest_alike)
    plant.over(plant.raised("a", "robot", tags=oil))
    now = plant.raised("a", tags=oil)
    found = similar(now, plant.catalogue.alarms.page(limit=100))
    assert [one.alarm.id for one in found] == [first.id, newest_alike.id]
    assert [round(one.alike, 2) for one in found] == [1.0, 0.99]
