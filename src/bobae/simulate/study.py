"""Runs of a plant that differ in chance alone: figures with intervals, and when there are runs enough."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from bobae.core import BadInput, Floats
from bobae.evidence.intervals import CONFIDENCE, Figure
from bobae.flow import Plan
from bobae.flow.engine import Run
from bobae.simulate.figures import DAY_S, SHARES, Counts, Key, figures

FEWEST = 3  # runs, before an interval says anything


@dataclass(frozen=True)
class Span:
    """How long a run is, and what of it counts.

    Attributes:
        days: that count.
        warm_up_days: before, while the plant fills.
    """

    days: float
    warm_up_days: float = 0.0

    def __post_init__(self) -> None:
        if self.days <= 0 or self.warm_up_days < 0:
            raise BadInput(
                "a run of {days} d after {warm} d of warming up counts nothing; give more than 0 d",
                days=self.days,
                warm=self.warm_up_days,
            )


@dataclass(frozen=True, eq=False)
class Study:
    """What several runs came to.

    Attributes:
        plan: what ran.
        span: how long each run was.
        runs: figure -> one number a run, in the order of the seeds; NaN where a run had none to tell.
        hashes: of the runs.
    """

    plan: Plan
    span: Span
    runs: Mapping[Key, Floats]
    hashes: tuple[str, ...] = field(default=())

    def figure(self, key: Key) -> Figure:
        """The mean over the runs with its interval."""
        told = interval(self.runs[key])
        if key.measure in SHARES:  # of nothing less than none, or more than all
            return Figure(told.value, max(0.0, told.low), min(1.0, told.high))
        return told

    def keys(self, measure: str) -> list[Key]:
        """The figures of a measure that every run has, in the order of the plant."""
        return [key for key in self.runs if key.measure == measure]


def interval(values: Floats, *, confidence: float = CONFIDENCE) -> Figure:
    """The mean of independent values and Student's interval of it; NaN bounds for fewer than two."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Figure(np.nan)
    mean = float(values.mean())
    if len(values) < 2:
        return Figure(mean)
    half = float(stats.t.ppf(0.5 + confidence / 2.0, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Figure(mean, mean - half, mean + half)


def study(
    plan: Plan, span: Span, *, runs: int, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> Study:
    """So many runs, with the seeds from `seed` on; they share the machine's cores and come out the same on any number.

    Raises:
        Stuck: lots wait for each other for good in one of them.
    """
    return _collected(plan, span, _ran(plan, span, range(seed, seed + runs), progress))


def study_until(
    plan: Plan,
    span: Span,
    *,
    key: Key,
    within: float,
    most: int,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Study:
    """As many runs as it takes until a figure's interval is `within` of its mean to either side, `most` at the most.

    The runs come in rounds, each as large as what the runs so far say is missing (A. M. Law, Simulation Modeling and
    Analysis, 5th ed. 2015, 9.4.1: the sequential procedure with a relative error).
    """
    ran: list[tuple[dict[Key, float], str]] = []
    wanted = min(5, most)
    while len(ran) < wanted:
        ran += _ran(plan, span, range(seed + len(ran), seed + wanted), progress)
        values = np.array([found.get(key, np.nan) for found, _ in ran])
        told = interval(values)
        half = told.high - told.value
        if np.isfinite(half) and half > within * abs(told.value):
            needed = int(np.ceil(len(ran) * (half / (within * abs(told.value))) ** 2))
            wanted = min(most, max(len(ran) + 1, min(needed, 2 * len(ran))))
    return _collected(plan, span, ran)


def paired(before: Study, after: Study, key: Key) -> Figure:
    """How much `after` differs, run by run with the same chance: what both share falls out of the interval.

    Raises:
        BadInput: the studies have not the same runs.
    """
    if len(before.runs[key]) != len(after.runs[key]):
        raise BadInput(
            "{before} runs cannot be set against {after}", before=len(before.runs[key]), after=len(after.runs[key])
        )
    return interval(after.runs[key] - before.runs[key])


def _ran(
    plan: Plan, span: Span, seeds: Sequence[int], progress: Callable[[int, int], None] | None
) -> list[tuple[dict[Key, float], str]]:
    found = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        for number, one in enumerate(threads.map(lambda seed: _one(plan, span, seed), seeds), start=1):
            found.append(one)
            if progress is not None:
                progress(number, len(seeds))
    return found


def _one(plan: Plan, span: Span, seed: int) -> tuple[dict[Key, float], str]:
    run = Run.new(plan, seed=seed)
    run.until(span.warm_up_days * DAY_S)
    start = Counts.of(run)
    run.until((span.warm_up_days + span.days) * DAY_S)
    return figures(run, start), run.hash


def _collected(plan: Plan, span: Span, ran: Sequence[tuple[dict[Key, float], str]]) -> Study:
    keys = dict.fromkeys(key for found, _ in ran for key in found)
    runs = {key: np.array([found.get(key, np.nan) for found, _ in ran]) for key in keys}
    return Study(plan, span, runs, tuple(told for _, told in ran))
