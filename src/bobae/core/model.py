"""What a learned model is, before and after it is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from bobae.core.dataset import Dataset, Floats, Role
from bobae.core.errors import BadInput
from bobae.core.lazy import LazyModule
from bobae.core.zone import local_ns

if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")

Task = Literal["anomaly", "rul", "soft-sensor", "classify", "forecast", "inspect", "setpoint"]


class Verdict(StrEnum):
    """Whether a model is worth having, against baselines and with intervals."""

    USEFUL = "useful"
    NO_BETTER_THAN_BASELINE = "no_better_than_baseline"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


_MINUTE_NS, _DAY_NS = 60 * 10**9, 24 * 3600 * 10**9
_WEEK_MINUTES, _EPOCH_MINUTE = 7 * 24 * 60, 3 * 24 * 60  # 1970-01-01 was a Thursday
UNSEEN = -1.0  # the code of a category that training did not show


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Calendar(_Frozen):
    """What the time of a row says: the minute of the week (Monday 00:00 is 0), or whether a day is free of work (0, 1).

    Attributes:
        says: 'minute_of_week', or 'day_off' of the day `days_ahead` days later.
        timezone: IANA name.
        days_off: days free of work beside Sundays, YYYY-MM-DD; they travel with the model.
    """

    says: Literal["minute_of_week", "day_off"]
    timezone: str
    days_ahead: int = 0
    days_off: tuple[str, ...] = ()

    def read(self, dataset: Dataset) -> Floats:
        """Of each row (rows,).

        Raises:
            BadInput: the rows have no time.
        """
        time_ns = dataset.time_ns()
        if time_ns is None:
            raise BadInput(
                "{origin} has no time column, and the model needs the time of each row", origin=dataset.origin
            )
        local = local_ns(time_ns, self.timezone)
        if self.says == "minute_of_week":
            return np.asarray(((local // _MINUTE_NS + _EPOCH_MINUTE) % _WEEK_MINUTES), dtype=np.float64)
        day = local // _DAY_NS + self.days_ahead
        free = np.array(self.days_off, dtype="datetime64[D]").astype(np.int64)
        return np.asarray(np.isin(day, free) | ((day + 3) % 7 == 6), dtype=np.float64)


class Late(_Frozen):
    """That a value, measured of a row, is known only some rows later: then it goes in.

    Attributes:
        rows: how many of the same asset and lot later.
        least_s: a row that comes sooner after it than this does not know it yet; None where rows have no time.
    """

    rows: int
    least_s: float | None = None

    def read(self, dataset: Dataset, name: str) -> Floats:
        """What each row comes to know (rows,): the value of a row before; NaN where there is none, or no column."""
        out = np.full(len(dataset), np.nan)
        if name not in (column.name for column in dataset.columns):
            return out
        values, time = np.asarray(dataset.values(name), dtype=np.float64), dataset.time_ns()
        keys = [dataset.values(key).astype(str) for role in (Role.ASSET, Role.LOT) for key in dataset.names(role)]
        when = np.arange(len(dataset)) if time is None else time
        order = np.lexsort((np.arange(len(dataset)), when, *keys))
        then, now = order[: -self.rows], order[self.rows :]
        known = np.all([key[then] == key[now] for key in keys], axis=0) if keys else np.ones(len(now), dtype=np.bool_)
        if time is not None and self.least_s is not None:
            known &= (time[now] - time[then]) / 1e9 >= self.least_s
        out[now] = np.where(known, values[then], np.nan)
        return out


class Input(_Frozen):
    """One number that the model expects in each row: column name, unit (UCUM), and the range seen in training.

    A column of categories goes in as the position of its value in `categories`, -1 for a value not seen in training.
    An input with a `calendar` is no column: it is read off the row's time. One that is `late` may be left away: what
    goes into a row is what was measured of an earlier one and has become known since, NaN where nothing has.
    """

    name: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    categories: tuple[str, ...] | None = None
    calendar: Calendar | None = None
    late: Late | None = None

    def read(self, dataset: Dataset) -> Floats:
        """This input's values in `dataset` (rows,), NaN where missing, -1 for a category never seen.

        Raises:
            UnknownName: the column is not there.
            BadInput: the rows have no time, and this input is read off it.
        """
        if self.calendar is not None:
            return self.calendar.read(dataset)
        if self.late is not None:
            return self.late.read(dataset, self.name)
        values = dataset.values(self.name)
        if self.categories is None:
            return np.asarray(values, dtype=np.float64)
        codes = {category: float(i) for i, category in enumerate(self.categories)}
        return np.array([np.nan if value is None else codes.get(str(value), UNSEEN) for value in values])


class Output(_Frozen):
    """One output of the graph: a 'score' is a number compared within tolerance, a 'decision' must be equal exactly."""

    name: str
    kind: Literal["score", "decision"]
    shape: tuple[int, ...] = ()


class State(_Frozen):
    """One tensor fed back: graph input `state_<name>`, graph output `state_<name>_next`; all zeros at the start."""

    name: str
    shape: tuple[int, ...]


class Contract(_Frozen):
    """What goes in and out of a sealed graph, one row at a time.

    Graph inputs: `x` float64 (1, len(inputs)); `gap` float64 (1, 1), present only with states; each state float64
    (1, *shape). `gap` is 1.0 where the row does not follow on the one before (the graph then forgets what it remembered
    of the rows), 2.0 where another asset's rows begin (it also forgets how it adapted), else 0.0.
    Graph outputs: each output float64 (1, *shape), each next state.
    """

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    states: tuple[State, ...] = ()
    sampling_s: float | None = None
    max_gap_s: float | None = None

    def rows(self, dataset: Dataset) -> Floats:
        """The rows of `dataset` as the graph's x: float64 (rows, inputs).

        Raises:
            UnknownName: an input column is not there.
        """
        return np.column_stack([wanted.read(dataset) for wanted in self.inputs])


class Target(_Frozen):
    """What a model foretells.

    Attributes:
        name: of the column, or of what was made of the rows.
        unit: UCUM, where it is known.
        classes: names of the kinds in the order of their numbers, for 'classify'.
        ahead_s: for 'forecast', how far ahead each horizon lies.
        horizon: for 'rul', within how much life left 'chance' tells of the end, in the unit.
    """

    name: str
    unit: str | None = None
    classes: tuple[str, ...] = ()
    ahead_s: tuple[float, ...] = ()
    horizon: float | None = None


class Manifest(_Frozen):
    """All that a sealed model says about itself; `manifest.json` in the package."""

    schema_version: Literal[1] = 1
    name: str
    task: Task
    contract: Contract
    learner: str
    settings: dict[str, Any]
    dataset_sha256: str
    seed: int
    verdict: Verdict
    target: Target | None = None
    alarm_budget_per_week: float | None = None
    scores: dict[str, Any] = {}
    made_with: dict[str, str] = {}
    tolerance: float = 1e-5
    files: dict[str, str] = {}  # file name -> sha256, filled in by sealing


@dataclass(frozen=True)
class Reference:
    """Windows of real rows with the outputs that every runtime must reproduce.

    Attributes:
        x: inputs (windows, rows, inputs), NaN where missing.
        gap: (windows, rows), as in `Contract`; the first row of a window is 2.0.
        expected: output name -> (windows, rows, *shape).
    """

    x: Floats
    gap: Floats
    expected: Mapping[str, Floats]


@dataclass(frozen=True)
class Candidate:
    """A trained model, ready to be sealed: everything that goes into the package but hashes and signatures.

    Attributes:
        manifest: what it says about itself.
        graph: one ONNX model, serialised, that keeps the manifest's contract.
        reference: windows every runtime must reproduce.
        monitor: reference histograms for drift: input name -> {'edges': [...], 'share': [...]}.
        cards: language -> the model card in Markdown.
    """

    manifest: Manifest
    graph: bytes
    reference: Reference
    monitor: Mapping[str, Any] = field(default_factory=dict)
    cards: Mapping[str, str] = field(default_factory=dict)
