"""What has moved since a model learned, on a plant with its history: told in its measure, and by what it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.app.plant_of_versions import ASSET, DAY_NS, NAME, STEP_NS, made_plant

from bobae.app import settings_for
from bobae.app.drift_keeping import DriftKeeping
from bobae.app.drift_told import drift_lines, drift_said, model_drift
from bobae.app.drifting import Drifting
from bobae.app.moved import has_moved
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk
from bobae.app.retraining import Retraining
from bobae.app.settings import Settings
from bobae.core import Monitor, Samples, TagRow, UnknownName, speaking
from bobae.historian import Store, open_store
from bobae.registry.catalogue import Catalogue, Drift, DriftCheck, open_catalogue
from bobae.registry.versions import Hand
from bobae.testing.made_machine import START_NS

LEARNED, MOVED_AT, ROWS = 2_000, 2_500, 4_000
MOVED_NS = START_NS + MOVED_AT * STEP_NS
END_NS = START_NS + ROWS * STEP_NS


@dataclass
class World:
    """The plant with its model live since it had learned from the first rows."""

    folder: Path
    settings: Settings
    monitor: Monitor
    store: Store
    catalogue: Catalogue
    drifting: Drifting

    def look(self, now_ns: int) -> DriftCheck:
        found = self.drifting.look(self.monitor, now_ns)
        assert found is not None
        return found

    def give(self, name: str, time_ns: Any, value: Any, *, status: int = 0, late_ns: int = 0, unit: str | None = None):
        number = self.store.writer.tag_ids([TagRow(0, f"{ASSET}.{name}", unit=unit)])[0]
        times = np.atleast_1d(time_ns)
        samples = Samples.of(
            np.full(len(times), number), times, np.broadcast_to(value, times.shape), status=status,
            receipt_ns=times + late_ns,
        )  # fmt: skip
        self.store.writer.append(samples).durable.result(60)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("drifting")
    made_plant(folder, rows=ROWS, moves_at=MOVED_AT)
    described = (folder / "plant.yaml").read_text("utf-8")
    more = "strength: {unit: MPa, estimated_by: strength_soft}, strength_soft: {unit: MPa}"
    (folder / "plant.yaml").write_text(described.replace("pressure: {}", f"pressure: {{range: [-50, 400]}}, {more}"))
    with pytest.MonkeyPatch.context() as patch, open_catalogue(historian_folder(folder)) as catalogue:
        patch.setenv("BOBAE_HOME", str(folder / "home"))
        settings = settings_for(folder, language="en")
        desk = ModelDesk(folder, settings, catalogue)
        (monitor,) = desk.plant.monitors
        first = Retraining(folder, settings, catalogue).train(monitor, START_NS + LEARNED * STEP_NS)
        desk.shelf.promote(first, Hand("kim", "first", 1))
        with open_store(historian_folder(folder), write=True, commit_s=0.001) as store:
            yield World(folder, settings, monitor, store, catalogue, Drifting.of(folder, settings, store, catalogue))


def by_name(check: DriftCheck) -> Mapping[str, Mapping[str, Any]]:
    return {one["name"]: one for one in check.found["inputs"]}


def test_a_day_like_those_it_learned_from_is_steady(world: World) -> None:
    check = world.look(MOVED_NS)
    assert (check.subject, check.answer) == (NAME, Drift.STEADY)
    assert check.found["rows"] == DAY_NS // STEP_NS
    assert all(one["effect"] < 0.5 for one in check.found["inputs"])
    assert check.found["influence"] is None


def test_what_moved_is_told_in_its_measure_with_what_it_does_to_decisions(world: World) -> None:
    check = world.look(MOVED_NS + 2 * DAY_NS)
    assert check.answer is Drift.MATTERS
    moved = {name for name, one in by_name(check).items() if one["answer"] == "moved"}
    assert moved == {"pressure", "temperature"}
    pressure = by_name(check)["pressure"]
    assert pressure["now"] - pressure["before"] == pytest.approx(12, abs=4)
    assert check.found["influence"]["alarming"] > 0.5
    assert check.found["influence"]["factor"] > 1


def test_since_when_is_found_within_the_window(world: World) -> None:
    check = world.look(MOVED_NS + DAY_NS // 2)
    assert check.answer is Drift.MATTERS
    assert check.since_ns == pytest.approx(MOVED_NS, abs=DAY_NS // 8)


def test_a_laboratory_that_has_told_nothing_yet_is_no_error(world: World) -> None:
    (check,) = world.drifting.laboratory(END_NS)
    assert (check.subject, check.answer) == (f"{ASSET}.strength", Drift.NOT_ENOUGH)


def test_what_a_laboratory_finds_later_is_held_against_the_estimate_of_then(world: World) -> None:
    rng = np.random.default_rng(0)
    times = END_NS - DAY_NS * 30 + np.arange(100) * 6 * 3600 * 10**9
    estimate = 50 + 5 * np.sin(np.arange(100) / 7)
    world.give("strength_soft", times - 10**9, estimate)
    world.give("strength_soft", times + 10**9, estimate + 30)  # what it shows by the time that the value comes
    measured = estimate + rng.normal(0, 0.5, 100)
    world.give("strength", times[:60], measured[:60], late_ns=5 * 3600 * 10**9)
    (check,) = world.drifting.laboratory(int(times[59]))
    assert check.answer is Drift.STEADY
    assert check.found["residuals"]["late_h"] == 5
    world.give("strength", times[60:], measured[60:] + 3, late_ns=5 * 3600 * 10**9)
    (check,) = world.drifting.laboratory(END_NS)
    assert check.answer is Drift.MATTERS
    assert check.since_ns == pytest.approx(times[60], abs=2 * DAY_NS)
    with speaking("en"):
        assert "more than strength_soft says" in str(drift_said(check))


def test_it_is_looked_at_every_six_hours_and_told_when_the_answer_is_another_one(world: World) -> None:
    keeping = DriftKeeping(world.drifting)
    (first,) = [check for check in keeping.step(MOVED_NS) if check.subject == NAME]
    assert first.answer is Drift.STEADY
    assert keeping.step(MOVED_NS + DAY_NS // 5) == []
    assert has_moved(world.catalogue)(world.monitor, MOVED_NS) is None
    (second,) = [check for check in keeping.step(MOVED_NS + 2 * DAY_NS) if check.subject == NAME]
    assert second.answer is Drift.MATTERS
    assert [check.answer for check in world.catalogue.drift.history(NAME, limit=5)] == [second.answer, first.answer]
    assert has_moved(world.catalogue)(world.monitor, MOVED_NS + 2 * DAY_NS) is None  # not for a day yet
    assert DriftKeeping(world.drifting).step(MOVED_NS + 2 * DAY_NS) == []  # a restart looks no sooner
    keeping.step(MOVED_NS + 3 * DAY_NS)
    assert has_moved(world.catalogue)(world.monitor, MOVED_NS + 3 * DAY_NS) == second.since_ns


def test_a_model_that_cannot_be_looked_at_is_told_and_the_rest_goes_on(world: World, caplog) -> None:
    gone = world.monitor.model_copy(update={"asset": "line1/gone"})
    broken = Drifting(
        world.drifting.plant.model_copy(update={"monitors": (gone, world.monitor)}),
        world.store,
        world.catalogue,
        world.drifting.sealed,
        lambda _: world.drifting.path(world.monitor),
    )
    keeping = DriftKeeping(broken)
    keeping.step(END_NS)
    assert "line1/gone" in caplog.text
    newest = world.catalogue.drift.newest(NAME)
    assert newest is not None
    assert newest.checked_ns == END_NS


def test_a_person_is_told_what_moved_what_it_does_and_what_is_broken(world: World) -> None:
    with speaking("en"):
        checks = model_drift(world.folder, world.settings, name=ASSET, days=1, now_ns=MOVED_NS + 2 * DAY_NS)
        assert [check.subject for check in checks] == [NAME]
        lines = [str(line) for line in drift_lines(checks[0])]
    assert any(line.strip().startswith("temperature") and "spreads" in line for line in lines)
    assert any("of the rows alarm only because of it" in line for line in lines)
    world.give("pressure", END_NS - np.arange(40, 0, -1) * STEP_NS, 900.0)
    check = world.look(END_NS)
    assert check.answer is Drift.BROKEN
    with speaking("en"):
        assert "pressure shows 900 , which its sensor cannot (-50 to 400)" in "\n".join(map(str, drift_lines(check)))
    with pytest.raises(UnknownName, match="no model 'pres'"):
        model_drift(world.folder, world.settings, name="pres", days=1, now_ns=END_NS)
