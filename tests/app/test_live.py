"""A live plant: a machine behind a real OPC UA server that dies and comes back, breaks, and is repaired."""

import asyncio
import contextlib
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bobae.api import create_api, serve_http
from bobae.app import discovery, settings_for
from bobae.app.at_work import PlantAtWork
from bobae.app.live_run import live
from bobae.app.live_wishes import Known, Ran, Wishes
from bobae.app.plant_store import historian_folder
from bobae.core import Gap, Text, text
from bobae.historian import open_store
from bobae.registry import own_key, seal
from bobae.registry.catalogue import Alarm, AlarmState, Transition, open_catalogue
from bobae.testing.made_machine import FAULT_TAG, SENSORS, machine
from bobae.testing.opcua_process import Node, OpcUaProcess, Write
from bobae.testing.served import free_port
from bobae.train.train import train

ASSET = "line1/press1"
STEP_S = 0.2
PATIENCE_S = 60.0
LOOK = text("look at the bearing")


@dataclass
class Machine:
    """A machine that shows a new row every 0.2 s through its server; `broken` makes one sensor read too much."""

    server: OpcUaProcess
    broken: bool = False
    dead: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        for row in machine(5_000, seed=2).table.to_pylist():
            writes = [Write(name, row[name] + 0.8 * (self.broken and name == FAULT_TAG)) for name in SENSORS]
            async with self.dead:
                await asyncio.to_thread(self.server.write, *writes, Write("product", row["product"], "String"))
            await asyncio.sleep(STEP_S - time.time() % STEP_S)


class Bobae:
    """One run of bobae on a plant, with what it tells."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.told: list[tuple[str, str]] = []
        self._folder, self._stop = folder, asyncio.Event()
        self._works: list[PlantAtWork] = []

    async def run(self) -> Ran:
        address = f"http://127.0.0.1:{self.port}/api/v1"
        wishes = Wishes((self._serve,), address, known={ASSET: Known(explain=lambda _: LOOK)})
        settings = settings_for(self._folder, language="en")
        return await live(self._folder, settings, wishes, stop=self._stop, tell=self._tell)

    def stop(self) -> None:
        self._stop.set()

    @property
    def work(self) -> PlantAtWork:
        return self._works[0]

    def watches(self) -> bool:
        return bool(self._works) and bool(self.work.models()) and self.work.sources()[0].connected

    def has_told(self, begin: str) -> bool:
        return any(said.startswith(begin) for _, said in self.told)

    async def ask(self, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", sent, {"Content-Type": "application/json"}
        )

        def answered() -> Any:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return json.load(answer)

        return await asyncio.to_thread(answered)

    async def _serve(self, work: PlantAtWork) -> None:
        self._works.append(work)
        await serve_http(create_api(work), port=self.port)

    def _tell(self, what: Text, level: str = "plain") -> None:
        self.told.append((level, str(what)))


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Bobae]:
    bobae = Bobae(folder)
    run = asyncio.create_task(bobae.run())
    try:
        await until(lambda: bobae.watches() or run.done())
        yield bobae
    finally:
        bobae.stop()
        await run


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.02)


@dataclass
class Story:
    """What happened to one plant."""

    first: Bobae
    second: Bobae
    after_outage: list[Alarm]
    ready: list[dict[str, Any]]
    raised: dict[str, Any]
    taken_up: list[dict[str, Any]]
    acknowledged: dict[str, Any]
    alarms: list[Alarm]
    journal: list[Transition]
    folder: Path


def write_plant(folder: Path, url: str) -> None:
    tags = [f"      {name}: {{source: line, address: 'ns=2;s={name}'}}" for name in (*SENSORS, "product")]
    lines = [
        "plant: small",
        "timezone: Asia/Seoul",
        "assets:",
        f"  {ASSET}:",
        "    tags:",
        *tags,
        "  line1/oven: {tags: {heat: {source: line, address: 'ns=2;s=heat'}}}",
        f"sources: {{line: {{connector: opcua, url: '{url}', publishing_ms: 50, timeout_s: 1}}}}",
        "monitors:",
        f"  - {{asset: {ASSET}, task: anomaly, model: press1.bobae}}",
        "  - {asset: line1/oven, task: anomaly}",
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plant.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def write_model(path: Path, home: Path) -> None:
    """A model of the machine, to be run on a clock fifty times as fast as that of its training."""
    learner = discovery.learner_for("anomaly")
    data = machine(3_000, seed=1)
    candidate = train(data, learner, alarm_budget=1.0, costs={}, currency="KRW", log=None, seed=0, name="p").candidate
    assert candidate is not None
    contract = candidate.manifest.contract.model_copy(update={"sampling_s": STEP_S, "max_gap_s": 10 * STEP_S})
    manifest = candidate.manifest.model_copy(update={"contract": contract})
    seal(replace(candidate, manifest=manifest), path, key=own_key(home, name="here", today=date(2026, 1, 5)))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The machine runs, its server is killed and comes back, it breaks, bobae starts anew, it is repaired."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("plant")
    nodes = [*(Node(name, 1.0) for name in SENSORS), Node("product", "light", "String"), Node("heat", 20.0)]
    with pytest.MonkeyPatch.context() as patch, OpcUaProcess(nodes) as server:
        patch.setenv("BOBAE_HOME", str(home))
        write_plant(folder, server.url)
        write_model(folder / "press1.bobae", home)
        return asyncio.run(live_through(folder, Machine(server)))


async def live_through(folder: Path, press: Machine) -> Story:
    feeding = asyncio.create_task(press.run())
    async with running(folder) as first:
        ready = [await first.ask("/readyz")]
        await asyncio.sleep(2)
        async with press.dead:
            await asyncio.to_thread(press.server.kill)
            await until(lambda: not first.work.sources()[0].connected)
            await asyncio.to_thread(press.server.start)
        await until(lambda: first.work.sources()[0].connected)
        await asyncio.sleep(2)
        after_outage = first.work.alarms.page(limit=10)
        press.broken = True
        await until(lambda: first.has_told("ALARM 1"))
        raised = (await first.ask("/api/v1/alarms"))["items"][0]
    async with running(folder) as second:
        await until(lambda: second.has_told("ALARM 1"))
        taken_up = (await second.ask("/api/v1/alarms"))["items"]
        acknowledged = await second.ask("/api/v1/alarms/1/acknowledge", {"by": "kim", "comment": "on my way"})
        press.broken = False
        await until(lambda: second.has_told("alarm 1 at line1/press1 is over"))
    feeding.cancel()
    with open_catalogue(historian_folder(folder)) as catalogue:
        alarms, journal = catalogue.alarms.page(limit=10), catalogue.alarms.journal(1)
    return Story(first, second, after_outage, ready, raised, taken_up, acknowledged, alarms, journal, folder)


def test_an_alarm_is_raised_and_told_with_what_to_do(story: Story) -> None:
    at = next(i for i, (_, said) in enumerate(story.first.told) if said.startswith(f"ALARM 1: {ASSET}, 20"))
    levels, told = zip(*story.first.told[at:], strict=True)
    assert levels[0] == "step"
    assert told[1].startswith(f"{ASSET} runs differently from usual.")
    assert f"{FAULT_TAG} " in told[1]
    assert "(usually " in told[1]
    assert told[2] == str(LOOK)
    assert told[3].endswith(f"http://127.0.0.1:{story.first.port}/api/v1/alarms/1/acknowledge")
    assert story.raised["state"] == "unacknowledged"
    assert story.raised["top_tags"][0]["tag"] == FAULT_TAG


def test_a_killed_server_is_a_gap_with_its_reason_and_no_alarm(story: Story) -> None:
    assert story.after_outage == []
    with open_store(historian_folder(story.folder)) as store:
        pressure = store.raw([f"{ASSET}.pressure"], 0, 2**62)
        heat = store.raw(["line1/oven.heat"], 0, 2**62)
    gaps = [Gap(code) for code in pressure.status[np.isnan(pressure.value)]]
    assert gaps == [Gap.NO_COMMUNICATION, Gap.NOT_COLLECTED, Gap.NOT_COLLECTED]
    assert heat.status[~np.isnan(heat.value)].tolist() == [0, 0, 0]  # it never changed, but there were two restarts
    assert heat.status[np.isnan(heat.value)].tolist() == gaps


def test_scoring_goes_on_after_the_outage_with_the_same_collector(story: Story) -> None:
    assert story.raised["id"] == 1  # raised by the run that lived through it
    assert story.journal[0].event == "raised"


def test_an_open_alarm_is_taken_up_by_the_next_start_and_not_raised_twice(story: Story) -> None:
    assert [alarm["id"] for alarm in story.taken_up] == [1]
    assert len(story.alarms) == 1
    assert [entry.event for entry in story.journal] == ["raised", "acknowledged", "cleared"]


def test_an_acknowledged_alarm_is_kept_told_and_cleared(story: Story) -> None:
    assert story.acknowledged["state"] == "acknowledged"
    assert ("good", f"alarm 1 at {ASSET}: acknowledged by kim") in story.second.told
    assert story.alarms[0].state is AlarmState.NORMAL
    assert (story.alarms[0].acknowledged_by, story.alarms[0].comment) == ("kim", "on my way")


def test_a_monitor_without_a_model_is_told_and_the_rest_runs(story: Story) -> None:
    not_watched = [said for level, said in story.first.told if level == "warning" and said.startswith("line1/oven")]
    assert len(not_watched) == 1
    assert "there is no model" in not_watched[0]
    assert [model.asset for model in story.first.work.models()] == [ASSET]
    assert story.ready == [{"ready": True, "reasons": []}]
