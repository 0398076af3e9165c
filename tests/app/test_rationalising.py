"""The rationalisation record: composed of what the plant knows; a revision for each change, and none without one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.app.plant_of_versions import ASSET, NAME, STEP_NS, made_plant

from bobae.app import settings_for
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk
from bobae.app.rationalising import Rationalising
from bobae.app.records_told import record_as_json, record_of, record_told, write_records
from bobae.app.retraining import Retraining
from bobae.app.settings import Settings
from bobae.core import Monitor, Plant, Receiver, UnknownName, speaking, text
from bobae.registry.catalogue import Catalogue, LimitMove, ModelVersion, NewAlarm, open_catalogue
from bobae.registry.versions import Hand
from bobae.testing.made_machine import START_NS

RULE = f"{ASSET}:hot"
KIM = Hand("kim", "better since the overhaul", 10**18)


@dataclass
class World:
    """A plant with a rule, and with a model that may be made live."""

    folder: Path
    settings: Settings
    catalogue: Catalogue
    desk: ModelDesk
    versions: list[ModelVersion]
    now_ns: int = 10**18
    plant: Plant = field(init=False)

    def __post_init__(self) -> None:
        assert self.settings.plant is not None
        self.plant = self.settings.plant

    def written(self, plant: Plant | None = None) -> dict[str, list[str]]:
        """Write the records as bobae does when it starts; point -> what changed in it."""
        self.now_ns += 60 * 10**9
        self.plant = plant or self.plant
        settings = replace(self.settings, plant=self.plant)
        made = Rationalising(self.folder, settings, self.catalogue, clock=lambda: self.now_ns).step()
        return {one.point: list(one.changed) for one in made}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "plant"
    made_plant(folder, rows=4_000, more="costs: {missed: 5000, false: 20}, consequence: severe")
    described = (folder / "plant.yaml").read_text("utf-8")
    rule = f"rules: [{{name: hot, asset: {ASSET}, tag: temperature, high: 90, deadband: 2, on_delay: 30s}}]"
    notify = "notify: {shift: {url: 'json://127.0.0.1', from_priority: high}, boss: {url: 'json://127.0.0.1'}}"
    (folder / "plant.yaml").write_text(f"{described}\n{rule}\n{notify}\n", "utf-8")
    settings = settings_for(folder, language="en")
    with open_catalogue(historian_folder(folder)) as catalogue:
        yield World(folder, settings, catalogue, ModelDesk(folder, settings, catalogue), [])


@pytest.fixture
def live(world: World) -> World:
    retraining, (monitor,) = Retraining(world.folder, world.settings, world.catalogue), world.desk.plant.monitors
    world.versions += [retraining.train(monitor, START_NS + rows * STEP_NS) for rows in (2_000, 2_500)]
    world.desk.shelf.promote(world.versions[0], KIM)
    return world


def test_a_plant_without_a_model_has_records_all_the_same(world: World) -> None:
    assert set(world.written()) == {NAME, RULE}
    (rule,) = record_of(world.catalogue, RULE)
    assert (rule.number, rule.record["condition"]) == (1, {"high": 90.0, "window": "1min", "deadband": 2.0})
    assert (rule.record["priority"], rule.record["told"], rule.record["on_delay"]) == ("medium", ["boss"], "30s")
    (model,) = record_of(world.catalogue, NAME)
    assert (model.record["priority"], model.record["told"]) == ("high", ["shift", "boss"])
    assert model.record["costs"]["missed"] == 5000
    with speaking("en"):
        assert "no model watches it" in "\n".join(map(str, record_told([model])))


def test_nothing_that_changes_makes_no_revision_also_after_a_restart(world: World) -> None:
    world.written()
    assert world.written() == {}
    keeping = Rationalising(world.folder, world.settings, world.catalogue)
    assert keeping.step() == keeping.step() == []


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"respond_within": "10min"}, ["priority", "respond_within"]),
        ({"consequence": "minor"}, ["consequence", "priority", "told"]),
        ({"alarm_budget": "1/day"}, ["budget_per_week"]),
        ({"latching": True}, ["latching"]),
    ],
)
def test_what_changes_in_the_plant_file_is_one_revision_of_that_point(world: World, change, changed) -> None:
    world.written()
    monitor: Monitor = world.plant.monitors[0].model_copy(update=change)
    assert world.written(world.plant.model_copy(update={"monitors": (monitor,)})) == {NAME: changed}
    assert [one.number for one in record_of(world.catalogue, NAME)] == [1, 2]


def test_who_is_told_and_what_a_rule_says_are_in_it_too(world: World) -> None:
    world.written()
    told = {**world.plant.notify, "night": Receiver(url="json://127.0.0.1", assets=(ASSET,))}
    assert world.written(world.plant.model_copy(update={"notify": told})) == {NAME: ["told"], RULE: ["told"]}
    rule = world.plant.rules[0].model_copy(update={"high": 95.0})
    assert world.written(world.plant.model_copy(update={"rules": (rule,)})) == {RULE: ["condition"]}


def test_a_model_that_goes_live_its_moved_limit_and_lessons_are_revisions_with_who_and_why(live: World) -> None:
    live.written()
    (first,) = record_of(live.catalogue, NAME)
    assert (first.record["version"], first.record["promoted"]["by"]) == (1, "kim")
    assert first.record["limit"] == {"factor": 1.0, "why": None}
    assert first.record["proved"]

    why = text("{false} false alarms where {allowed} are allowed", false=3, allowed=1)
    live.catalogue.feedback.move_limit(LimitMove(NAME, live.now_ns, 1.5, why, "lee"))
    assert live.written() == {NAME: ["limit"]}
    live.desk.shelf.promote(live.versions[1], replace(KIM, time_ns=2 * 10**18))
    changed = live.written()[NAME]
    assert {"version", "sha256", "promoted", "learned_until_ns"} <= set(changed)
    alarm = live.catalogue.alarms.put(
        NewAlarm(NAME, ASSET, "m", "anomaly", 10**18, 10**18, 2.0, (("pressure", 1.0),), meaning=text("written down"))
    )
    (case,) = live.catalogue.cases.join([alarm], 1, follower="test")
    live.catalogue.cases.close(case.id, time_ns=10**18, by="kim", found="seal worn", done="seal changed")
    assert live.written() == {NAME: ["lessons"], RULE: ["lessons"]}

    with speaking("en"):
        told = "\n".join(map(str, record_told(record_of(live.catalogue, NAME))))
    assert "revision 4" in told
    assert "by kim: better since the overhaul" in told
    assert "it stands at 1.5 times that" in told
    assert "earlier: seal worn; done: seal changed" in told
    with speaking("ko"):
        assert record_as_json(record_of(live.catalogue, NAME)[-1])["record"]["limit"]["why"].startswith("거짓 경보")


def test_an_audit_gets_a_table(live: World, tmp_path: Path) -> None:
    live.written()
    write_records(live.catalogue.records.newest(), tmp_path / "records.csv")
    with (tmp_path / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        model, rule = csv.DictReader(file)
    assert (model["point"], model["version"], model["promoted_by"], model["priority"]) == (NAME, "1", "kim", "high")
    assert (rule["point"], rule["condition"], rule["told"]) == (RULE, "high 90.0, window 1min, deadband 2.0", "boss")


def test_a_point_that_nobody_knows_is_named_with_the_nearest(world: World) -> None:
    world.written()
    with pytest.raises(UnknownName, match=f"nearest: {RULE}"):
        record_of(world.catalogue, f"{ASSET}:hott")
