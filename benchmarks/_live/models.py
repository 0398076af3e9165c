"""What a plant has before it goes live: an hour of history in its store, and a model of each machine."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from sealed import candidate

from _live.server import MACHINE_TAGS, readings
from bobae.app.plant_store import historian_folder
from bobae.app.settings import home_folder
from bobae.app.watched_places import model_path
from bobae.core import Column, Dataset, Floats, Kind, Plant, Role, Samples, TagRow
from bobae.historian import open_store
from bobae.learners.anomaly import AnomalyLearner
from bobae.registry import own_key, seal

HISTORY_S = 3_600
RECEIVED_NS = 50_000_000  # after its source time a made sample counts as received
NS = 10**9
AT_ONCE = AnomalyLearner(open_after=1)  # an alarm at the first row over the limit
AS_DEFAULT = AnomalyLearner()
DEFAULT_EVERY = 5  # so many machines have one whose model opens its alarms as by default


def asset(machine: int) -> str:
    """Path of a machine."""
    return f"area/line/m{machine:02d}"


def tag_name(tag: int) -> str:
    """Name of a tag at its machine."""
    return f"t{tag % MACHINE_TAGS:02d}"


def path(tag: int) -> str:
    """Path of a tag."""
    return f"{asset(tag // MACHINE_TAGS)}.{tag_name(tag)}"


def learner(machine: int) -> AnomalyLearner:
    """What learns a machine."""
    return AS_DEFAULT if machine % DEFAULT_EVERY == DEFAULT_EVERY - 1 else AT_ONCE


def make(folder: Path, tags: int, plant: Plant) -> None:
    """History up to now, and the models."""
    first = int(time.time()) - HISTORY_S
    seconds = range(first, first + HISTORY_S)
    shown = np.stack([readings(second, tags) for second in seconds])
    _keep(historian_folder(folder), seconds, shown)
    key = own_key(home_folder(), name="benchmark", today=datetime.now(tz=UTC).date())
    for machine, monitor in enumerate(plant.monitors):
        x = np.ascontiguousarray(shown[:, machine * MACHINE_TAGS : (machine + 1) * MACHINE_TAGS])
        dataset = _dataset(seconds, x)
        fitted = learner(machine).fit(dataset, seed=0)
        made = candidate(fitted.graph(), fitted.contract, fitted.run, x, dataset.sha256)
        file = model_path(folder, monitor)
        file.parent.mkdir(parents=True)
        seal(made, file, key=key)


def _keep(root: Path, seconds: Sequence[int], shown: Floats) -> None:
    """Every reading as a sample."""
    tags = shown.shape[1]
    with open_store(root, write=True) as store:
        numbers = store.writer.tag_ids([TagRow(0, path(tag)) for tag in range(tags)])
        for first in range(0, len(seconds), 60):
            rows = shown[first : first + 60]
            time_ns = np.repeat(np.array(seconds[first : first + 60], dtype=np.int64) * NS, tags)
            samples = Samples.of(np.tile(numbers, len(rows)), time_ns, rows.ravel(), receipt_ns=time_ns + RECEIVED_NS)
            promise = store.writer.append(samples)
        promise.durable.result()
        store.writer.seal()


def _dataset(seconds: Sequence[int], x: Floats) -> Dataset:
    names = [tag_name(place) for place in range(MACHINE_TAGS)]
    time_ns = pa.array(np.array(seconds, dtype=np.int64) * NS, pa.timestamp("ns", "UTC"))
    table = pa.table({"time": time_ns, **dict(zip(names, x.T, strict=True))})
    columns = (Column("time", Kind.TIME, Role.TIME), *(Column(name, Kind.NUMBER, Role.FEATURE) for name in names))
    return Dataset(table, columns)
