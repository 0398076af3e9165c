"""A plant of 10,000 tags by Sparkplug at 1 Hz: collected, kept, scored by 1,000 models and alarmed by `bobae up`."""

import json
import os
import signal
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from _anomaly.rows import Target, row
from _live.bench import Child
from sealed import candidate

from _connect.edges import MACHINE_TAGS, NS, address, shown
from bobae.app.plant_store import historian_folder
from bobae.app.settings import home_folder
from bobae.core import Asset, Column, Dataset, Kind, Monitor, Plant, Role, Source, Tag
from bobae.historian import open_store
from bobae.learners.anomaly import AnomalyLearner
from bobae.registry import own_key, seal
from bobae.registry.catalogue import open_catalogue
from bobae.testing.mqtt_broker import Broker
from bobae.testing.served import free_port

LEARNED_S = 3_600
BY = 30.0
_SETTLES_S, _START_S, _CALM_S = 30, 900.0, 10.0
_MODEL = "models/machine.bobae"


def rows(quick: bool) -> list[dict[str, Any]]:
    """Cost, memory, loss and delay of one plant; the broker's and the edge nodes' do not count."""
    machines, seconds, jumps = (100, 20, 10) if quick else (1_000, 60, 100)
    tags = machines * MACHINE_TAGS
    with tempfile.TemporaryDirectory() as folder, Broker() as broker:
        os.environ["BOBAE_HOME"] = str(Path(folder) / "home")
        plant = Path(folder) / "plant"
        _make(plant, machines, broker.port)
        edges = Child("_connect.edges", [str(tags), str(broker.port)])
        try:
            edges.heard(_START_S)
            return _measured(plant, edges, machines=machines, seconds=seconds, jumps=jumps)
        finally:
            edges.end()


def _make(folder: Path, machines: int, port: int) -> None:
    """The plant file, and a model of the machines, learned from an hour of one of them."""
    folder.mkdir()
    names = [f"t{place:02d}" for place in range(MACHINE_TAGS)]
    assets = {}
    for machine in range(machines):
        tags = {name: Tag(source="broker", address=address(machine * MACHINE_TAGS + i)) for i, name in enumerate(names)}
        assets[_asset(machine)] = Asset(tags=tags)
    source = {"connector": "sparkplug", "url": f"mqtt://127.0.0.1:{port}"}
    monitors = tuple(Monitor(asset=path, model=_MODEL) for path in assets)
    plant = Plant(plant="benchmark", assets=assets, sources={"broker": Source(**source)}, monitors=monitors)
    (folder / "plant.yaml").write_text(plant.model_dump_json(by_alias=True, exclude_none=True), "utf-8")
    first = int(time.time()) - LEARNED_S
    x = np.stack([shown(second, MACHINE_TAGS) for second in range(first, first + LEARNED_S)])
    times = pa.array((first + np.arange(LEARNED_S)) * NS, pa.timestamp("ns", "UTC"))
    table = pa.table({"time": times, **dict(zip(names, x.T, strict=True))})
    columns = (Column("time", Kind.TIME, Role.TIME), *(Column(name, Kind.NUMBER, Role.FEATURE) for name in names))
    dataset = Dataset(table, columns)
    fitted = AnomalyLearner(open_after=1).fit(dataset, seed=0)
    made = candidate(fitted.graph(), fitted.contract, fitted.run, x, dataset.sha256)
    (folder / _MODEL).parent.mkdir()
    key = own_key(home_folder(), name="benchmark", today=datetime.now(tz=UTC).date())
    seal(made, folder / _MODEL, key=key)


def _asset(machine: int) -> str:
    return f"area/line/m{machine:04d}"


def _measured(plant: Path, edges: Child, *, machines: int, seconds: int, jumps: int) -> list[dict[str, Any]]:
    port, began = free_port(), time.monotonic()
    bobae = Child("bobae.cli", ["up", str(plant), "--port", str(port)])
    try:
        while len(_get(port, "models")["items"]) < machines:
            if time.monotonic() - began > _START_S:
                raise RuntimeError(f"only {len(_get(port, 'models')['items'])} models are at work after {_START_S:g} s")
            time.sleep(1.0)
        started_s = time.monotonic() - began
        time.sleep(_SETTLES_S)
        cpu_s, began, first = bobae.cpu_s(), time.monotonic(), int(time.time()) + 1
        time.sleep(seconds)
        share, last = (bobae.cpu_s() - cpu_s) / (time.monotonic() - began), int(time.time()) - 1
        memory = bobae.memory_mb("VmRSS"), bobae.memory_mb("VmHWM")
        made = [_jump(edges, k * machines // jumps) for k in range(jumps)]
        time.sleep(_CALM_S)
    finally:
        os.kill(bobae.pid, signal.SIGINT)
        bobae.end()
    figure = f"{machines * MACHINE_TAGS:,} tags at 1 Hz by Sparkplug, collected, kept, scored by {machines:,} models"
    lost = _lost(plant, machines, first, last)
    return [
        row(f"{figure}: share of one core", share, "core", reference=f"over {seconds} s", target=Target("<=", 1.0)),
        row(f"{figure}: resident memory", memory[0], "MB", target=Target("<=", 1_000.0)),
        row(f"{figure}: most memory it ever had", memory[1], "MB"),
        row(f"{figure}: samples lost", lost, "samples", reference=f"over {last - first + 1} s", target=Target("<=", 0)),
        row(f"{figure}: from its start until all models are at work", started_s, "s"),
        *_waits(plant, made),
    ]


def _get(port: int, what: str) -> Any:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{what}", timeout=60) as answer:
            return json.load(answer)
    except urllib.error.URLError:  # it does not answer yet
        return {"items": []}


def _jump(edges: Child, machine: int) -> tuple[int, int]:
    """Have a tag of a machine stand higher for two seconds; the machine and the time of the first value."""
    tag = machine * MACHINE_TAGS + 3
    time.sleep((0.5 - time.time()) % 1.0)
    edges.say(f"jump {tag} {BY}")
    source_ns = int(edges.heard(_CALM_S).split()[3])
    time.sleep(1.0)
    edges.say(f"jump {tag} 0")
    edges.heard(_CALM_S)
    return machine, source_ns


def _lost(plant: Path, machines: int, first: int, last: int) -> int:
    """How many of the samples of these seconds are not in the historian."""
    with open_store(historian_folder(plant)) as store:
        paths = [f"{_asset(machine)}.t{place:02d}" for machine in range(machines) for place in range(MACHINE_TAGS)]
        kept = store.raw(paths, first * NS - 1, last * NS)
    good = np.count_nonzero((kept.time_ns % NS == 0) & np.isfinite(kept.value))
    return len(paths) * (last - first + 1) - int(good)


def _waits(plant: Path, made: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """From the time of each jump to its alarm in the catalogue."""
    with open_catalogue(historian_folder(plant)) as catalogue:
        alarms = catalogue.alarms.page(limit=100_000)
    waits = []
    for machine, source_ns in made:
        mine = [a.active_ns - source_ns for a in alarms if a.asset == _asset(machine) and a.row_ns >= source_ns]
        waits += [min(mine) / 1e6] if mine else []
    told = [row("jumps of one tag without an alarm in that plant", len(made) - len(waits), "jumps")]
    for share, target in ((50, None), (99, Target("<", 500.0))) if waits else ():
        said = f"{len(waits)} jumps; models that open at the first row over the limit"
        value = float(np.percentile(waits, share))
        told.append(row(f"source change to alarm in that plant, p{share}", value, "ms", reference=said, target=target))
    return told
