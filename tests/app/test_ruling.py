"""Rules of a plant file are checked, judged on what settles, and raise alarms like any other, in the plant's words."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bobae.app import plant_file
from bobae.app.plant_file import PlantMistakes
from bobae.app.ruling import watch_rules
from bobae.core import Samples, TagRow, speaking
from bobae.historian import Store, open_store
from bobae.registry.catalogue import AlarmState, Catalogue, open_catalogue

S = 10**9
START = 1_800_000_000 * S
PLANT = """
plant: busan
assets:
  line1/press1: {class: press, tags: {oil: {unit: Cel}, speed: {unit: "{rev}/min"}}}
  line1/press2: {class: press, tags: {oil: {unit: Cel}, speed: {unit: "{rev}/min"}}}
rules:
  - {name: hot, class: press, tag: oil, high: 80, deadband: 2, consequence: severe, respond_within: 10min}
  - {name: cold, asset: line1/press1, tag: oil, low: 20, only_when: {tag: speed, above: 1}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with open_store(folder / "data", write=True, clock=lambda: START, commit_s=0.001) as opened:
        for asset, oil, speed in (
            ("line1/press1", [70, 85, 86, 79, 70, 10, 10, 10], [5, 5, 5, 5, 0, 0, 5, 5]),
            ("line1/press2", [67] * 8, [5] * 8),
        ):
            for name, values in (("oil", oil), ("speed", speed)):
                (tag,) = opened.writer.tag_ids([TagRow(0, f"{asset}.{name}")])
                at = START + (1 + np.arange(len(values))) * S
                opened.writer.append(Samples.of([tag] * len(at), at, values, receipt_ns=at)).durable.result()
        yield opened


@pytest.fixture
def catalogue(folder: Path) -> Iterator[Catalogue]:
    with open_catalogue(folder / "data") as opened:
        yield opened


def lived(folder: Path, store: Store, catalogue: Catalogue, from_s: int = 0, to_s: int = 8) -> None:
    plant = plant_file.read(folder).plant
    now = [START]
    ruled = watch_rules(plant, store, catalogue, settle_ns=0, from_ns=START + from_s * S, clock=lambda: now[0])
    assert ruled is not None
    ruled.line.warm(store, rows=from_s or 1)
    for row in ruled.line.settled(store, START + to_s * S):
        now[0] = row.time_ns
        ruled.watchers[row.model].observe(row.time_ns, row.answers, row.x)


def test_a_limit_raises_an_alarm_with_its_priority_and_says_what_is_so(folder, store, catalogue):
    lived(folder, store, catalogue)
    hot, cold = reversed(catalogue.alarms.page(limit=9))
    assert (hot.monitor, hot.priority, hot.state) == ("line1/press1:hot", "urgent", AlarmState.RETURNED)
    assert ((hot.row_ns - START) // S, (hot.cleared_ns - START) // S) == (2, 5)
    assert str(hot.meaning) == "line1/press1: oil 86 °C is above 80 °C."
    with speaking("ko"):
        assert str(cold.meaning) == "line1/press1: oil 10 °C, 하한 20 °C 미만."
    assert (cold.row_ns - START) // S == 7  # while the press stands, cold oil means nothing


def test_a_gate_that_is_shut_suppresses_the_point_by_design(folder, store, catalogue):
    lived(folder, store, catalogue, to_s=6)
    point = catalogue.points.get("line1/press1:cold")
    assert (point.by_design is not None, point.by_design.because) == (True, "only_when speed")
    lived(folder, store, catalogue, from_s=6)
    assert catalogue.points.get("line1/press1:cold").by_design is None


def test_after_a_restart_it_goes_on_as_if_it_had_never_stopped(folder, store, catalogue):
    lived(folder, store, catalogue, to_s=3)
    lived(folder, store, catalogue, from_s=3)
    assert [alarm.monitor for alarm in catalogue.alarms.page(limit=9)] == ["line1/press1:cold", "line1/press1:hot"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{name: x, class: press, tag: oil}", "exactly one condition; this one has -"),
        ("{name: x, class: press, tag: oil, high: 1, low: 0}", "this one has high, low"),
        ("{name: x, tag: oil, high: 1}", "one `asset` or for a `class`"),
        ("{name: x, class: pres, tag: oil, high: 1}", "no asset has the class 'pres'; nearest: press"),
        ("{name: x, asset: line1/pres1, tag: oil, high: 1}", "nearest: line1/press1"),
        ("{name: x, class: press, tag: oli, high: 1}", "line1/press1 has no tag 'oli'; nearest: oil"),
        ("{name: hot, class: press, tag: oil, high: 1}", "another rule of line1/press1 is called 'hot'"),
        ("{name: x, class: press, tag: oil, high: 1, only_when: {tag: speed}}", "needs `above` or `below`"),
        ("{name: x, class: press, tag: oil, high: 1, only_when: {tag: sped, above: 1}}", "nearest: speed"),
    ],
)
def test_a_wrong_rule_is_told_with_its_row(folder, rule, said):
    (folder / "plant.yaml").write_text(f"{PLANT.rstrip()}\n  - {rule}\n", "utf-8")
    with pytest.raises(PlantMistakes, match="9") as found:
        plant_file.read(folder)
    assert said in str(found.value)
