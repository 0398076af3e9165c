"""What is scored live is what a later reading of the same stretch gives, bit for bit, whatever came late or never."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Contract, Cut, Gap, Samples, TagRow
from bobae.frames import starts
from bobae.graph import Runner
from bobae.historian import Store, open_store
from bobae.serve import Line, LiveModel, LiveRow
from bobae.testing.made_machine import SENSORS, machine
from bobae.testing.made_model import made_model

S, MS = 1_000_000_000, 1_000_000
START_NS = 1_800_000_000 * S
SETTLE_NS = 300 * MS
SECONDS, TICK_NS = 130, 500 * MS
OUTAGE_S = (40, 62)
RESTART_S = (90, 97)
ASSETS = ("line1/press1", "line1/press2")
TAGS = (*SENSORS, "product")
PRODUCTS = ("light", "heavy", "one that training has not seen")
MODELS = {"first": (ASSETS[0], 1.0), "second": (ASSETS[1], 1.0), "slow": (ASSETS[0], 5.0)}


@dataclass
class Clock:
    now_ns: int = START_NS

    def __call__(self) -> int:
        return self.now_ns


@dataclass
class Plant:
    """Two presses whose samples arrive as they do in a plant: jittered, late, never; with an outage and a restart."""

    folder: Path
    contracts: dict[str, Contract]
    graph: bytes
    scored: list[LiveRow] = field(default_factory=list)

    def open(self, clock: Clock) -> Store:
        return open_store(self.folder, write=True, clock=clock, commit_s=0.001)

    def line(self, from_ns: int) -> Line:
        models = [LiveModel(n, self.paths(n), self.contracts[n], self.graph) for n in MODELS]
        return Line(models, settle_ns=SETTLE_NS, from_ns=from_ns)

    def paths(self, model: str) -> list[str]:
        return [f"{MODELS[model][0]}.{wanted.name}" for wanted in self.contracts[model].inputs]

    def rows_of(self, model: str) -> list[LiveRow]:
        return [row for row in self.scored if row.model == model and row.answers is not None]

    def again(self, store: Store, model: str, settle_ns: int | None = SETTLE_NS) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have a value, as training reads them: times, inputs."""
        contract = self.contracts[model]
        step_ns = round((contract.sampling_s or 0) * S)
        end_ns = START_NS + SECONDS * S // step_ns * step_ns
        paths = tuple(self.paths(model))
        dataset = store.cut(Cut(paths, START_NS, end_ns, step_ns, settle_ns=settle_ns))
        x, time_ns = contract.rows(dataset), dataset.time_ns()
        assert time_ns is not None
        there = ~np.isnan(x).all(axis=1)
        return time_ns[there], x[there]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    candidate = made_model()
    learned = candidate.manifest.contract
    contracts = {
        name: learned.model_copy(update={"sampling_s": step_s, "max_gap_s": 10 * step_s})
        for name, (_, step_s) in MODELS.items()
    }
    plant = Plant(tmp_path_factory.mktemp("plant"), contracts, candidate.graph)
    run(plant)
    return plant


def arrivals() -> list[tuple[int, str, int, float, int, str | None]]:
    """(receipt, path, source time, value, status, text) of every sample, in the order they arrive."""
    dice, rows = np.random.default_rng(5), []
    for asset in ASSETS:
        values = machine(SECONDS, seed=7 + len(rows)).table
        for name in TAGS:
            column = values.column(name).to_pylist()
            for second in range(SECONDS):
                if OUTAGE_S[0] <= second < OUTAGE_S[1] or RESTART_S[0] <= second < RESTART_S[1]:
                    continue
                if dice.random() < 0.1 or (name == "product" and second % 10):
                    continue
                at_ns = START_NS + second * S + int(dice.integers(0, S))
                late_ns = int(dice.integers(20 * MS, 150 * MS))
                if dice.random() < 0.08:
                    late_ns += int(dice.integers(0, 4 * S))
                word = PRODUCTS[second // 10 % 3] if name == "product" else None
                value = np.nan if word is not None else column[second]
                rows.append((at_ns + late_ns, f"{asset}.{name}", at_ns, value, 0, word))
            gap_ns = START_NS + OUTAGE_S[0] * S + 200 * MS
            rows.append((gap_ns + 2 * S, f"{asset}.{name}", gap_ns, np.nan, int(Gap.NO_COMMUNICATION), None))
    return sorted(rows, key=lambda row: row[0])


def run(plant: Plant) -> None:
    """Let everything arrive while a line scores; bobae is stopped for some seconds, and starts anew."""
    clock, waiting = Clock(), arrivals()
    for begin_s, end_s in ((0, RESTART_S[0]), (RESTART_S[1], SECONDS)):
        clock.now_ns = START_NS + begin_s * S
        with plant.open(clock) as store:
            tags = {p: TagRow(0, p, "text" if p.endswith("product") else "number") for p in all_paths()}
            ids = dict(zip(tags, store.writer.tag_ids(list(tags.values())), strict=True))
            line = plant.line(clock.now_ns)
            line.warm(store)
            while clock.now_ns < START_NS + end_s * S:
                clock.now_ns += TICK_NS
                while waiting and waiting[0][0] <= clock.now_ns:
                    _, path, at_ns, value, status, word = waiting.pop(0)
                    store.writer.append(Samples.of([ids[path]], [at_ns], [value], status=[status], text=[word]))
                while store.writer.committed_ns < clock.now_ns:
                    time.sleep(0.0005)
                plant.scored += line.settled(store, store.writer.committed_ns)


def all_paths() -> list[str]:
    return [f"{asset}.{name}" for asset in ASSETS for name in TAGS]


@pytest.fixture
def store(plant: Plant) -> Iterator[Store]:
    with open_store(plant.folder) as opened:
        yield opened


def test_the_made_stretch_holds_what_it_is_for(plant: Plant, store: Store) -> None:
    assert not np.array_equal(plant.again(store, "first")[1], plant.again(store, "first", None)[1], equal_nan=True)
    for model in MODELS:
        time_ns, x = plant.again(store, model)
        limit = plant.contracts[model].max_gap_s or 0
        assert (np.diff(time_ns) > limit * S).sum() == (1 if model != "slow" else 0)
        assert set(np.unique(x[:, -1][~np.isnan(x[:, -1])])) == {-1.0, 0.0, 1.0}
        assert any(row.answers is None for row in plant.scored if row.model == model)


@pytest.mark.parametrize("model", MODELS)
def test_live_scores_are_those_of_a_later_reading_bit_for_bit(plant: Plant, store: Store, model: str) -> None:
    time_ns, x = plant.again(store, model)
    contract = plant.contracts[model]
    gap = starts(time_ns, np.zeros(len(time_ns), np.int64), contract.max_gap_s or 0)
    wanted = Runner(plant.graph, contract).run(x, gap)
    live = plant.rows_of(model)
    at = np.searchsorted(time_ns, [row.time_ns for row in live])
    assert np.array_equal(time_ns[at], [row.time_ns for row in live])
    assert np.array_equal(x[at], [row.x for row in live], equal_nan=True)
    for output in contract.outputs:
        got = np.array([row.answers[output.name] for row in live])
        assert np.array_equal(wanted[output.name][at], got, equal_nan=True), output.name
    assert len(live) > 0.7 * len(time_ns)


@pytest.mark.parametrize("model", MODELS)
def test_every_row_is_scored_once_but_those_of_the_time_when_bobae_was_off(plant: Plant, model: str) -> None:
    step_ns = round((plant.contracts[model].sampling_s or 0) * S)
    times = [row.time_ns for row in plant.scored if row.model == model]
    off = [t for t in range(times[0], times[-1] + 1, step_ns) if t not in set(times)]
    assert times == sorted(set(times))
    assert off
    assert START_NS + RESTART_S[0] * S - SETTLE_NS - step_ns < min(off)
    assert max(off) <= START_NS + RESTART_S[1] * S - SETTLE_NS


def test_what_comes_late_changes_no_row_that_was_scored(plant: Plant) -> None:
    clock = Clock(START_NS + (SECONDS + 60) * S)
    with plant.open(clock) as store:
        before = {model: plant.again(store, model) for model in MODELS}
        paths = plant.paths("first")[:2]
        late = START_NS + 20 * S + np.arange(20) * S
        for number in store.writer.tag_ids([TagRow(0, path) for path in paths]):
            store.writer.append(Samples.of([number] * 20, late, np.full(20, 1e6))).durable.result()
        for model in MODELS:
            for was, now in zip(before[model], plant.again(store, model), strict=True):
                assert np.array_equal(was, now, equal_nan=True)
        assert 1e6 in plant.again(store, "first", None)[1]
