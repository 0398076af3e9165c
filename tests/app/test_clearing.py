"""What would clear an alarm is asked of the model itself: the signals that have to come back, and only those."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.app.plant_of_versions import ASSET, NAME, STEP_NS, made_plant

from bobae.app import settings_for
from bobae.app.clearing import Clearing
from bobae.app.desk import AlarmDesk, case_told
from bobae.app.plant_store import historian_folder
from bobae.app.promoting import ModelDesk
from bobae.app.retraining import Retraining
from bobae.core import Samples, TagRow, speaking, text
from bobae.historian import open_store
from bobae.registry.catalogue import Alarm, Catalogue, NewAlarm, open_catalogue
from bobae.registry.versions import Hand
from bobae.testing.made_machine import SENSORS, START_NS, machine

ROWS, BROKEN = 2_600, 80
BEGINS_NS = START_NS + (ROWS + 1) * STEP_NS


@pytest.fixture(scope="module")
def clearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clearing]:
    """A machine whose vibration goes wrong once its model has learned."""
    folder: Path = tmp_path_factory.mktemp("plant")
    made_plant(folder, rows=ROWS)
    root, settings = historian_folder(folder), settings_for(folder, language="en")
    with open_catalogue(root) as catalogue, open_store(root, write=True, commit_s=0.001) as store:
        desk = ModelDesk(folder, settings, catalogue)
        (monitor,) = desk.plant.monitors
        version = Retraining(folder, settings, catalogue).train(monitor, START_NS + ROWS * STEP_NS)
        desk.shelf.promote(version, Hand("kim", "the first", 1))
        table = machine(ROWS + BROKEN, seed=1, fault_from=ROWS).table
        times = START_NS + STEP_NS * np.arange(ROWS + 1, ROWS + BROKEN + 1)
        for tag, name in zip(store.writer.tag_ids([TagRow(0, f"{ASSET}.{n}") for n in SENSORS]), SENSORS, strict=True):
            values = table.column(name).to_numpy()[ROWS:]
            samples = Samples.of(np.full(BROKEN, tag), times, values, receipt_ns=times)
            store.writer.append(samples).durable.result(60)
        yield Clearing(folder, settings, catalogue, store)


def alarm(catalogue: Catalogue, *tags: str) -> Alarm:
    said = text("{asset} runs differently from usual.", asset=ASSET)
    shares = tuple((tag, 1.0 / len(tags)) for tag in tags)
    new = NewAlarm(NAME, ASSET, "m", "anomaly", BEGINS_NS, BEGINS_NS, 3.0, shares, said)
    return replace(catalogue.alarms.put(new), top_tags=shares)


def test_the_signal_that_is_wrong_is_the_one_that_has_to_come_back(clearing: Clearing):
    said = clearing.of(alarm(clearing.catalogue, "flow", "vibration"))
    assert said is not None
    assert "vibration" in said.render("en")
    assert "flow" not in said.render("en")
    assert said.render("ko").endswith("평소처럼 돌아오면 경보가 풀립니다")


def test_where_the_signals_that_are_named_would_not_do_that_is_said(clearing: Clearing):
    said = clearing.of(alarm(clearing.catalogue, "flow", "current"))
    assert said is not None
    assert said.render("en") == "no value of flow, current alone would clear it: more is out of step"


def test_of_an_alarm_that_no_model_raised_nobody_knows(clearing: Clearing):
    there = alarm(clearing.catalogue, "vibration")
    assert clearing.of(replace(there, monitor=f"{ASSET}:hot")) is None


def test_a_case_tells_it(clearing: Clearing):
    alarm(clearing.catalogue, "vibration")
    plant = clearing.settings.plant
    assert plant is not None
    desk = AlarmDesk(plant, clearing.catalogue, clears=clearing.of)
    (case,) = desk.cases(limit=9)
    with speaking("en"):
        assert any("would clear" in str(line) for line in case_told(desk.case(case.id)))
