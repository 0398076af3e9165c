"""Jobs: rows to learn from and rows to be told, split once, with the figure that counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from _learners import sets
from bobae.core import Dataset, Kind, Role
from bobae.evidence.metrics import auc, average_precision
from bobae.frames import starts
from bobae.learners.forecast import ForecastLearner
from bobae.learners.making.columns import category_sizes, inputs_of
from bobae.learners.rul import RulLearner


@dataclass(frozen=True, eq=False)
class Job:
    """One split of one set.

    Attributes:
        name: of it.
        metric: 'rmse', 'mae', 'accuracy', 'ap' or 'auc'.
        fit, rows: numbers (rows, columns) to learn from and to be told.
        y: results of the rows to learn from: numbers, or numbers of kinds.
        truth: of the rows to be told.
        kinds: how many, 0 for numbers.
        counts: whether it counts among the ten.
    """

    name: str
    metric: str
    fit: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    truth: np.ndarray
    kinds: int
    counts: bool = True

    @property
    def higher(self) -> bool:
        """Whether a higher figure is better."""
        return self.metric in ("accuracy", "ap", "auc")

    def scored(self, said: np.ndarray) -> float:
        """The figure of what was said: numbers, or chances of the kinds (rows, kinds)."""
        return scored(self.metric, said, self.truth)


def scored(metric: str, said: np.ndarray, truth: np.ndarray) -> float:
    """The figure; chances are (rows, kinds), the second kind of two is the rarer."""
    if metric == "rmse":
        return float(np.sqrt(np.square(said - truth).mean()))
    if metric == "mae":
        return float(np.abs(said - truth).mean())
    if metric == "accuracy":
        return float((said.argmax(axis=1) == truth).mean())
    of = average_precision if metric == "ap" else auc
    return of(said[:, 1], truth == 1)


SETS = (
    "C-MAPSS FD001, made columns",
    "C-MAPSS FD001, raw rows",
    "steel plates",
    "AI4I, time 70/30",
    "SECOM (derived)",
    "naval kMc",
    "naval kMt",
    "injection moulding",
    "CWRU bearings",
    "steel energy, 15 min",
    "steel energy, 24 h",
)


def set_of(root: Path, name: str) -> tuple[sets.Set, str, np.ndarray]:
    """The set of a job, its metric, and its rows to learn from."""
    if name.startswith("steel plates"):
        one = sets.plates(root)
        tried = np.isin(sets.stratified(one.target, 10), (0, 1, 2))
        return one, "accuracy", ~tried
    if name.startswith("AI4I"):
        one = sets.ai4i(root, in_time=True)
        return one, "ap", one.outer[0][0]
    if name.startswith("SECOM"):
        one = sets.secom(root)
        return one, "auc", np.arange(len(one.data)) < len(one.data) - 400
    if name.startswith("naval"):
        one = sets.naval(root, 16 if name.endswith("kMc") else 17, name.split()[1])
        return one, "rmse", one.outer[0][0]
    if name.startswith("injection"):
        one = sets.polenta(root, 10)
        # every third stretch of rows, so that every quality is learned
        return one, "accuracy", np.arange(len(one.data)) * 30 // len(one.data) % 3 != 1
    if name.startswith("CWRU"):
        one = sets.bearings(root)
        return one, "accuracy", one.outer[0][0]
    one = sets.energy(root)
    return one, "mae", one.outer[0][0]


def all_jobs(root: Path) -> Iterator[Job]:
    """Every job, one after the other."""
    for name in SETS:
        yield job_of(root, name)


def job_of(root: Path, name: str) -> Job:
    """The job of that name."""
    if name.startswith("C-MAPSS"):
        return _engines(root, name, raw=name.endswith("raw rows"))
    return _energy(root, name) if name.startswith("steel energy") else _plain(root, name)


def _plain(root: Path, name: str) -> Job:
    one, metric, fit = set_of(root, name)
    x = matrix(one.data)
    target, tried = one.target, ~fit
    if name.startswith("CWRU"):
        tried = one.outer[0][1]
    if one.task != "classify":
        y = target.astype(float)
        return Job(name, metric, x[fit], y[fit], x[tried], y[tried], 0)
    kinds, y = np.unique(target.astype(str), return_inverse=True)
    return Job(name, metric, x[fit], y[fit], x[tried], y[tried], len(kinds))


def matrix(data: Dataset) -> np.ndarray:
    """Features as numbers, categories by the place of their name."""
    columns = []
    for column in data.columns:
        if column.role is Role.FEATURE:
            columns.append(data.values(column.name).astype(float))
        elif column.role is Role.CONTEXT and column.kind is Kind.CATEGORY:
            columns.append(np.unique(data.values(column.name).astype(str), return_inverse=True)[1].astype(float))
    return np.stack(columns, axis=1)


def _engines(root: Path, name: str, *, raw: bool) -> Job:
    train, test, left = sets.fd001(root)
    last = np.flatnonzero(np.append(np.diff(np.unique(test.values("unit"), return_inverse=True)[1]) != 0, True))
    y = np.minimum(train.target.astype(float), 125.0)
    if raw:
        return Job(name, "rmse", matrix(train.data), y, matrix(test)[last], np.minimum(left, 125.0), 0, counts=False)
    inputs = inputs_of(train.data)
    made = []
    design = None
    for data in (train.data, test):
        x = np.column_stack([one.read(data) for one in inputs])
        unit = np.unique(data.values("unit"), return_inverse=True)[1]
        design = design or RulLearner()._design(x, category_sizes(inputs))
        made.append(design.run(x, starts(np.arange(len(x)), unit, np.inf)))
    return Job(name, "rmse", made[0], y, made[1][last], np.minimum(left, 125.0), 0)


def _energy(root: Path, name: str) -> Job:
    one, metric, fit = set_of(root, name)
    step = 1 if name.endswith("15 min") else 96
    learner = ForecastLearner(steps=(step,), timezone="Asia/Seoul")
    time = one.data.time_ns()
    assert time is not None
    inputs = learner._inputs(one.data, time, horizon_s=step * 900.0)
    x = np.column_stack([i.read(one.data) for i in inputs])
    ahead = learner._ahead(x, inputs, (step,), 900.0, len(x) / 96)
    columns = ahead.run(x, np.where(np.arange(len(x)) == 0, 2.0, 0.0))[0]
    y = one.target.astype(float)
    first = int(fit.sum())
    at, known = np.arange(first, len(y) - step), np.arange(672, first - step)
    return Job(name, metric, columns[known], y[known + step], columns[at], y[at + step], 0)
