"""An outcome written by hand: one press, four known faults, five alarms, so that every part of the report has work."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Kind, Role, Text, Verdict, text
from bobae.evidence.intervals import Figure
from bobae.evidence.leak import Leak
from bobae.train.outcome import (
    METRIC_TITLES,
    AlarmsOutcome,
    EpisodeOutcome,
    EventOutcome,
    Outcome,
    Series,
    ValueOutcome,
)
from bobae.train.proven import BaselineOutcome, PartRows, SplitOutcome

ROWS, STEP_S = 6000, 60
NS = 10**9
START_NS = 1_772_323_200 * NS  # 2026-03-01 00:00


def at(row: int) -> int:
    return START_NS + row * STEP_S * NS


FAULTS = (
    (1200, 1300, "hose leak"),
    (3800, 3950, "bearing wear"),
    (4700, 4800, "hose leak"),
    (5500, 5560, "valve sticks"),
)
ALARMS = ((1210, 1290), (3860, 3950), (4300, 4312), (4705, 4800), (5800, 5803))


@pytest.fixture
def dataset() -> Dataset:
    """The rows behind the outcome; the sensors move in the faults."""
    chance = np.random.default_rng(3)
    pressure = 150 + 4 * np.sin(np.arange(ROWS) / 120) + chance.normal(size=ROWS)
    vibration = 2 + 0.2 * chance.normal(size=ROWS)
    for first, last, what in FAULTS:
        (vibration if "bearing" in what else pressure)[first:last] += 6 if "bearing" in what else -30
    time = (START_NS + np.arange(ROWS) * STEP_S * NS).astype("datetime64[ns]")
    table = pa.table(
        {
            "time": pa.array(time).cast(pa.timestamp("ns", tz="UTC")),
            "<b>pressure</b>": pressure,
            "pump vibration": vibration,
        }
    )
    columns = (
        Column("time", Kind.TIME, Role.TIME),
        Column("<b>pressure</b>", Kind.NUMBER, Role.FEATURE, "bar"),
        Column("pump vibration", Kind.NUMBER, Role.FEATURE, "mm/s"),
    )
    return Dataset(table, columns, origin="press1.csv")


def _episode(number: int, kind: str, delay_s: float | None, similar: tuple[int, ...] = ()) -> EpisodeOutcome:
    first, last = ALARMS[number - 1]
    tags = (("<b>pressure</b>", 0.7), ("pump vibration", 0.2))
    part = "prove" if first >= 3600 else "fit"
    return EpisodeOutcome(number, "", at(first), at(last), part, 12.5, tags, kind, delay_s, similar)


def _event(first: int, last: int, what: str, detected: bool | None, delay_s: float | None) -> EventOutcome:
    return EventOutcome("", at(first), at(last), what, "prove" if first >= 3600 else "fit", detected, delay_s)


def _series() -> Series:
    chance = np.random.default_rng(5)
    score = np.exp(chance.normal(-1.6, 0.4, size=ROWS))
    alarm = np.zeros(ROWS, dtype=np.bool_)
    for first, last in ALARMS:
        alarm[first : last + 1] = True
    score[alarm] = 3 + 9 * chance.random(int(alarm.sum()))
    part = np.where(np.arange(ROWS) < 2400, 0, np.where(np.arange(ROWS) < 3600, 1, 2)).astype(np.int64)
    fresh = np.zeros(ROWS, dtype=np.bool_)
    fresh[0] = True
    moved = np.arange(ROWS) > 5900
    time_ns = START_NS + np.arange(ROWS, dtype=np.int64) * STEP_S * NS
    return Series(time_ns, np.zeros(ROWS, dtype=np.int64), ("",), score, alarm, part, moved, fresh)


def _metrics(detected: float, false: float, saved: float, delay_s: float) -> dict[str, Figure]:
    return {
        "detected": Figure(detected, detected - 0.3, min(1.0, detected + 0.25)),
        "delay_s": Figure(delay_s),
        "false_per_week": Figure(false, false / 2, false * 2),
        "f1": Figure(0.8, 0.7, 0.9),
        "saved_per_quarter": Figure(saved, saved / 2, saved * 1.5),
    }


def _split() -> SplitOutcome:
    parts = (
        PartRows("fit", text("learned from"), 2300, at(0), at(2399)),
        PartRows("calibrate", text("alarm limit set on"), 1200, at(2400), at(3599)),
        PartRows("prove", text("tried on"), 2400, at(3600), at(ROWS - 1)),
        PartRows("left_out", text("left out"), 100, at(1200), at(1299)),
    )
    return SplitOutcome("time", Text("time, 40 / 20 / 40 %"), Text("it will be used on later days"), parts)


@pytest.fixture
def outcome() -> Outcome:
    """A useful model."""
    always = BaselineOutcome("always", text("always in alarm"), _metrics(1.0, 300.0, -4_000_000, 0.0))
    limits = BaselineOutcome("limits", text("a fixed limit for each sensor"), _metrics(0.33, 2.0, 1_000_000, 5400.0))
    held = Figure(1.4, 0.2, 4.9)
    costs = {"missed": 5_000_000.0, "false": 200_000.0, "late": 100_000.0}
    return Outcome(
        task="anomaly",
        verdict=Verdict.USEFUL,
        headlines=(Text("This model is worth having on this machine."), Text("It found 2 of 3 known faults.")),
        split=_split(),
        metrics=_metrics(0.67, 1.4, 8_200_000, 2400.0),
        titles=METRIC_TITLES,
        baselines=(limits, always),
        leak=Leak(0.1, 0.2, 2.0),
        alarms=AlarmsOutcome(1.0, 0.8, held, 2, 1.43, 2.1, 0.7, Text("0.8 a week were expected, 1.4 were held")),
        episodes=(
            _episode(1, "true", 600.0),
            _episode(2, "true", 3600.0),
            _episode(3, "false", None),
            _episode(4, "true", 300.0, (1,)),
            _episode(5, "false", None, (3,)),
        ),
        events=(
            _event(*FAULTS[0], None, None),
            _event(*FAULTS[1], True, 3600.0),
            _event(*FAULTS[2], True, 300.0),
            _event(*FAULTS[3], False, None),
        ),
        series=_series(),
        top_tags=(("<b>pressure</b>", 0.6), ("pump vibration", 0.3)),
        value=ValueOutcome(
            currency="KRW",
            saved=Figure(8_200_000, 4e6, 1.2e7),
            against_baseline=Figure(7_000_000),
            weeks=1.7,
            costs=costs,
            assumed=True,
            said=Text("about 8.2 million a quarter"),
        ),
        warnings=(Text("The costs are assumed."),),
        seed=0,
        cpu_s=4.2,
        dataset_sha256="ab" * 32,
        origin="press1.csv",
        learner="anomaly",
        candidate=None,
        sampling_s=float(STEP_S),
        settings={"lags": 3, "ewma": (0.2, 0.05)},
    )


@pytest.fixture
def without_faults(outcome: Outcome) -> Outcome:
    """The same where nobody marked a fault, and nothing can be proved."""
    nothing = Figure(math.nan)
    return replace(
        outcome,
        verdict=Verdict.NOT_ENOUGH_EVIDENCE,
        events=(),
        episodes=tuple(replace(e, kind="unknown", delay_s=None) for e in outcome.episodes),
        metrics={**outcome.metrics, "detected": nothing, "delay_s": nothing, "saved_per_quarter": nothing},
        value=replace(outcome.value, saved=nothing, against_baseline=nothing),
        leak=None,
    )


@pytest.fixture
def undated() -> Callable[[Outcome, Dataset], tuple[Outcome, Dataset]]:
    """The same outcome and rows as if the data had no time column."""

    def make(outcome: Outcome, dataset: Dataset) -> tuple[Outcome, Dataset]:
        counted = np.arange(ROWS, dtype=np.int64) * STEP_S * NS
        series = replace(outcome.series, time_ns=counted)
        episodes = tuple(
            replace(e, start_ns=e.start_ns - START_NS, end_ns=e.end_ns - START_NS) for e in outcome.episodes
        )
        events = tuple(replace(e, start_ns=e.start_ns - START_NS, end_ns=e.end_ns - START_NS) for e in outcome.events)
        plain = replace(dataset, table=dataset.table.drop_columns(["time"]), columns=dataset.columns[1:])
        return replace(outcome, has_time=False, series=series, episodes=episodes, events=events), plain

    return make
