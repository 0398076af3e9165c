"""A real, tiny learner and a made machine, for tests of what is done with learners."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Contract, Dataset, Floats, Input, Kind, Output, Role, Task
from bobae.evidence.budget import Threshold, threshold_for_budget
from bobae.evidence.episodes import NS
from bobae.frames import sampling_s, starts
from bobae.graph import Ewma, GraphBuilder, Scale
from bobae.train.outcome import Outcome
from bobae.train.train import train

START_NS = 1_700_000_000 * NS


@dataclass(frozen=True)
class Set:
    threshold: Threshold


@dataclass(frozen=True, eq=False)
class SmallDetector:
    inputs: tuple[Input, ...]
    scale: Scale
    sampling_s: float
    rate: float
    limit: float = 1.0
    calibration: Set | None = None

    @property
    def contract(self) -> Contract:
        outputs = (
            Output(name="score", kind="score"),
            Output(name="alarm", kind="decision"),
            Output(name="contribution", kind="score", shape=(len(self.inputs),)),
            Output(name="moved", kind="decision"),
        )
        return Contract(
            inputs=self.inputs,
            outputs=outputs,
            states=self._built().states,
            sampling_s=self.sampling_s,
            max_gap_s=10 * self.sampling_s,
        )

    def _ewma(self) -> Ewma:
        return Ewma(rates=(self.rate,), inputs=len(self.inputs), start=0.0)

    def run(self, x: Floats, gap: Floats) -> Mapping[str, Floats]:
        squares = np.square(self._ewma().run(np.nan_to_num(self.scale.run(x)), gap))
        total = squares.sum(axis=1)
        score = total / self.limit
        shares = squares / np.maximum(total, 1e-12)[:, None]
        return {"score": score, "alarm": (score > 1.0) * 1.0, "contribution": shares, "moved": np.zeros(len(x))}

    def calibrate(self, data: Dataset, *, budget_per_week: float) -> "SmallDetector":
        time = data.time_ns()
        if time is None:
            time = np.arange(len(data)) * round(self.sampling_s * NS)
        gap = starts(time, data.asset_codes()[0], 10 * self.sampling_s)
        found = threshold_for_budget(
            self.run(self.contract.rows(data), gap)["score"] * self.limit,
            gap,
            sampling_s=self.sampling_s,
            budget_per_week=budget_per_week,
            hold_off_s=20 * self.sampling_s,
        )
        return replace(self, limit=found.value, calibration=Set(found))

    def _built(self) -> GraphBuilder:
        b = GraphBuilder(inputs=len(self.inputs))
        scaled = self.scale.emit(b, b.x)
        filled = b.node("Where", b.node("IsNaN", scaled), 0.0, scaled)
        mean = self._ewma().emit(b, "ewma", filled)
        squares = b.node("Mul", mean, mean)
        total = b.node("ReduceSum", squares, np.array([1]))
        score = b.node("Div", total, self.limit)
        b.output("score", score)
        b.output("alarm", b.node("Cast", b.node("Greater", score, 1.0), to=11))
        b.output("contribution", b.node("Div", squares, b.node("Max", total, 1e-12)), shape=(len(self.inputs),))
        b.output("moved", b.node("Mul", score, 0.0))
        return b

    def graph(self) -> bytes:
        return self._built().serialise(self.contract)


@dataclass(frozen=True)
class SmallLearner:
    """Distance of smoothed sensors from their middle."""

    name: ClassVar[str] = "small"
    task: ClassVar[Task] = "anomaly"
    rate: float = 0.1

    def settings(self) -> Mapping[str, Any]:
        return {"rate": self.rate}

    def fit(self, data: Dataset, *, seed: int, budget_s: float | None = None) -> SmallDetector:
        names = data.names(Role.FEATURE)
        x = data.matrix(names)
        centre, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
        time = data.time_ns()
        step = sampling_s(time, data.asset_codes()[0]) if time is not None else None
        inputs = tuple(
            Input(name=name, unit=data.column(name).unit, low=float(low), high=float(high))
            for name, low, high in zip(names, np.nanmin(x, axis=0), np.nanmax(x, axis=0), strict=True)
        )
        scale = Scale(centre, np.where(spread > 0, spread, 1.0))
        return SmallDetector(inputs, scale, step or 60.0, self.rate)


def noise(rows: int, sensors: int, *, seed: int, memory: float = 0.7) -> Floats:
    """Autocorrelated normal noise (rows, sensors) of unit spread."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((rows, sensors)) * np.sqrt(1 - memory**2)
    out = np.empty((rows, sensors))
    value = rng.standard_normal(sensors)
    for i in range(rows):
        value = memory * value + shocks[i]
        out[i] = value
    return out


def machine(
    days: float = 20.0,
    *,
    faults: int = 12,
    size: float = 1.8,
    seed: int = 0,
    labelled: bool = True,
    timed: bool = True,
    drift: float = 0.0,
) -> Dataset:
    """A made machine: four sensors, a row in five minutes; in a fault of three hours the third moves a little."""
    rows = round(days * 288)
    x = noise(rows, 4, seed=seed, memory=0.3) + drift * np.linspace(0, 1, rows)[:, None]
    marks = np.zeros(rows)
    for begin in np.linspace(rows * 0.04, rows * 0.97, faults).astype(int):
        marks[begin : begin + 36] = 1
        x[begin : begin + 36, 2] += size
    time = START_NS + np.arange(rows) * 300 * NS
    columns = {f"s{i}": (pa.array(x[:, i]), Kind.NUMBER, Role.FEATURE) for i in range(4)}
    if labelled:
        columns["fault"] = (pa.array(marks), Kind.NUMBER, Role.TARGET)
    if timed:
        columns = {"time": (pa.array(time, pa.timestamp("ns", "UTC")), Kind.TIME, Role.TIME)} | columns
    return dataset_of(columns)


def dataset_of(columns: Mapping[str, tuple[pa.Array, Kind, Role]]) -> Dataset:
    """A dataset from arrays with their kind and role."""
    table = pa.table({name: values for name, (values, _, _) in columns.items()})
    return Dataset(table, tuple(Column(name, kind, role) for name, (_, kind, role) in columns.items()), origin="made")


@pytest.fixture(scope="session")
def small_learner() -> SmallLearner:
    """The tiny learner."""
    return SmallLearner()


@pytest.fixture(scope="session", name="machine")
def machine_fixture() -> Callable[..., Dataset]:
    """Makes the machine's dataset."""
    return machine


@pytest.fixture(scope="session", name="dataset_of")
def dataset_of_fixture() -> Callable[..., Dataset]:
    """Makes a dataset from arrays with their kind and role."""
    return dataset_of


@pytest.fixture(scope="session")
def outcome(small_learner: SmallLearner) -> Outcome:
    """What came of a training on forty days with twenty-four faults."""
    return train(machine(40, faults=24), small_learner, seed=1)
