"""The public data sets, each with the split that its figure is asked on; nothing here knows a learner."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from bobae.core import Column, Dataset, Fold, Kind, Role
from bobae.frames.vibration import Bearing, snapshot

KST_NS = 9 * 3600 * 10**9


@dataclass(frozen=True, eq=False)
class Set:
    """Rows with one target.

    Attributes:
        name: of the data set.
        task: that answers it.
        data: the rows in order.
        outer: rows to learn from and rows to be tried on; several pairs for a cross-validation.
        groups: rows of one number stay together when the rows to learn from are split again; None: rows by themselves.
        in_time: whether the inner splits go forward in time.
        settings: for the learner.
    """

    name: str
    task: str
    data: Dataset
    outer: Sequence[Fold]
    groups: np.ndarray | None = None
    in_time: bool = False
    settings: dict[str, object] = field(default_factory=dict)

    def inner(self, fit: np.ndarray, count: int = 5) -> list[Fold]:
        """Folds of the rows to learn from, as masks over those rows alone."""
        rows = int(fit.sum())
        if self.in_time:
            edges = np.linspace(0, rows, count + 2).astype(int)[1:]
            at = np.arange(rows)
            gap = max(self.settings.get("steps", (0,)))  # type: ignore[call-overload]
            return [(at < a, (at >= a + gap) & (at < b)) for a, b in itertools.pairwise(edges)]
        if self.groups is not None:
            number = np.unique(self.groups[fit], return_inverse=True)[1] % count
        else:
            number = stratified(self.target[fit], count)
        return [(number != i, number == i) for i in range(min(count, int(number.max()) + 1))]

    @property
    def target(self) -> np.ndarray:
        """Of each row, as it stands in the data."""
        return self.data.values(self.data.names(Role.TARGET)[0])


def _read(file: Path, delimiter: str = ",") -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines, delimiter=delimiter))


def _records(file: Path) -> list[dict[str, str]]:
    head, *rows = _read(file)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _only(folder: Path) -> Path:
    """The one table in a folder."""
    return next(iter(sorted(folder.glob("*.csv"))))


def stratified(y: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """The fold of each row, drawn by lot, each kind evenly; of numbers just drawn."""
    rng = np.random.default_rng(seed)
    kinds = np.unique(y.astype(str)) if y.dtype == object else np.array([None])
    fold = np.empty(len(y), dtype=np.int64)
    start = 0
    for kind in kinds:
        at = rng.permutation(np.flatnonzero(y.astype(str) == kind) if kind is not None else np.arange(len(y)))
        fold[at] = (np.arange(len(at)) + start) % count
        start += len(at)
    return fold


def pairs(fold: np.ndarray) -> list[Fold]:
    """Each fold against all others."""
    return [(fold != i, fold == i) for i in np.unique(fold)]


def table(
    columns: dict[str, object],
    target: str,
    *,
    words: Sequence[str] = (),
    units: dict[str, str] | None = None,
    **roles: str,
) -> Dataset:
    """A dataset of features with one target; `roles` names the time, asset or lot column."""
    known = {name: Role(role) for role, name in roles.items()}
    told = []
    for name in columns:
        role = Role.TARGET if name == target else known.get(name, Role.CONTEXT if name in words else Role.FEATURE)
        is_time = role is Role.TIME
        is_word = name in words or role in (Role.ASSET, Role.LOT) or isinstance(columns[name], list)
        kind = Kind.TIME if is_time else Kind.CATEGORY if is_word else Kind.NUMBER
        told.append(Column(name, kind, role, (units or {}).get(name)))
    return Dataset(pa.table(columns), tuple(told))


def fd001(root: Path) -> tuple[Set, Dataset, np.ndarray]:
    """The hundred engines run to failure; the hundred to be told, and the cycles that they had left."""
    names = ["unit", "cycle", "s1", "s2", "s3", *(f"m{i}" for i in range(1, 22))]
    train, test = (np.loadtxt(root / f"cmapss/raw/{part}_FD001.txt") for part in ("train", "test"))
    left = np.loadtxt(root / "cmapss/raw/RUL_FD001.txt")

    def made(raw: np.ndarray, y: np.ndarray) -> Dataset:
        columns = {"unit": [f"{int(u):03d}" for u in raw[:, 0]], **{n: raw[:, i] for i, n in enumerate(names) if i}}
        return table({**columns, "left": y}, "left", asset="unit")

    last = {u: train[train[:, 0] == u, 1].max() for u in np.unique(train[:, 0])}
    y = np.array([last[u] - c for u, c in train[:, :2]])
    everything = np.ones(len(y), dtype=bool)
    return (
        Set("C-MAPSS FD001", "rul", made(train, y), [(everything, everything)], train[:, 0].astype(int)),
        made(test, np.full(len(test), np.nan)),
        left,
    )


def plates(root: Path, *, seed: int = 0) -> Set:
    """Seven faults of steel plates, ten stratified folds."""
    rows = _records(_only(root / "steel_plates_faults"))
    names = list(rows[0])
    marks = np.array([[float(row[n]) for n in names[27:]] for row in rows])
    y = np.array(names[27:], dtype=object)[marks.argmax(axis=1)]
    columns = {n: np.array([float(row[n]) for row in rows]) for n in names[:27]}
    return Set(
        "steel plates", "classify", table({**columns, "fault": y.tolist()}, "fault"), pairs(stratified(y, 10, seed))
    )


def ai4i(root: Path, *, in_time: bool = False, seed: int = 0) -> Set:
    """Machine failures, made by rules; the five columns that say which rule are left out."""
    rows = _records(root / "ai4i2020/ai4i2020.csv")
    names = [
        "Air temperature [K]",
        "Process temperature [K]",
        "Rotational speed [rpm]",
        "Torque [Nm]",
        "Tool wear [min]",
    ]
    y = np.array([row["Machine failure"] for row in rows], dtype=object)
    columns: dict[str, object] = {n: np.array([float(row[n]) for row in rows]) for n in names}
    columns["Type"] = [row["Type"] for row in rows]
    data = table({**columns, "failure": y.tolist()}, "failure", words=["Type"], units={names[0]: "K", names[1]: "K"})
    if in_time:
        early = np.arange(len(y)) < 0.7 * len(y)
        return Set("AI4I, time 70/30", "classify", data, [(early, ~early)], in_time=True)
    return Set("AI4I", "classify", data, pairs(stratified(y, 5, seed)))


def secom(root: Path) -> Set:
    """SECOM's derived columns, chosen with the labels by others: optimistic by construction. Four folds in time."""
    x = np.loadtxt(root / "secom_derived/train_x.csv", delimiter=",")
    lines = (root / "secom_derived/secom_Labels.csv").read_text().split("\n")
    y = np.array([line.replace(",", " ").split()[0] for line in lines if line.strip()], dtype=object)
    at = np.arange(len(y))
    begins = [len(y) - 800 + 200 * i for i in range(4)]
    data = table({**{f"c{i}": x[:, i] for i in range(100)}, "failed": y.tolist()}, "failed")
    outer = [(at < b, (at >= b) & (at < b + 200)) for b in begins]
    return Set("SECOM (derived)", "classify", data, outer, in_time=True)


def naval(root: Path, column: int, name: str) -> Set:
    """Decay of a ship's gas turbine, whole levels of decay held out."""
    raw = np.loadtxt(root / "naval_propulsion/data.txt")
    level = np.unique(raw[:, column], return_inverse=True)[1]
    data = table({**{f"c{i}": raw[:, i] for i in range(16)}, name: raw[:, column]}, name)
    return Set(f"naval {name}", "soft-sensor", data, pairs(level % 5), level, settings={"lags": 0})


def polenta(root: Path, count: int) -> Set:
    """Quality of moulded lenses, stretches of rows held out: the rows stand by day and by quality."""
    rows = _read(_only(root / "injection_molding_polenta/dataset"), ";")
    raw = np.array([[float(v.replace(",", ".")) for v in row] for row in rows[1:]])
    y = [f"{int(v)}" for v in raw[:, -1]]
    data = table({**{n.strip(): raw[:, i] for i, n in enumerate(rows[0][:-1])}, "quality": y}, "quality")
    at = np.arange(len(y))
    return Set("injection moulding", "classify", data, pairs(at * count // len(y)), at * 30 // len(y))


def robots(root: Path, number: int, *, seed: int = 0) -> Set:
    """Robot failures: fifteen rows of forces and torques each; five stratified folds of whole runs."""
    kinds, values = [], []
    for line in (root / f"robot_execution_failures/lp{number}.data").read_text().splitlines():
        words = line.split()
        if len(words) == 1:
            kinds.append(words[0])
        elif words:
            values.append([float(word) for word in words])
    raw, y = np.array(values), np.array(kinds, dtype=object)
    run = np.repeat(np.arange(len(y)), 15)
    columns: dict[str, object] = {"run": [f"{n:04d}" for n in run], **{f"F{i}": raw[:, i] for i in range(6)}}
    data = table({**columns, "outcome": y[run].tolist()}, "outcome", lot="run")
    return Set(f"robot failures lp{number}", "classify", data, pairs(stratified(y, 5, seed)[run]), run)


def energy(root: Path) -> Set:
    """Energy of a Korean steel plant, 15 min; the last fifth is told."""
    rows = _records(_only(root / "steel_industry_energy"))
    y = np.array([float(row["Usage_kWh"]) for row in rows])
    first = int(datetime(2018, 1, 1, 0, 15, tzinfo=UTC).timestamp()) * 10**9 - KST_NS
    stamps = pa.array(first + np.arange(len(y)) * 900 * 10**9, type=pa.timestamp("ns", tz="UTC"))
    beside = {n: np.array([float(row[n]) for row in rows]) for n in rows[0] if n.startswith(("Lagging", "Leading"))}
    data = table({"time": stamps, "usage": y, **beside}, "usage", units={"usage": "kW.h"}, time="time")
    early = np.arange(len(y)) < 0.8 * len(y)
    steps = (1, 4, 24, 96)
    return Set(
        "steel energy",
        "forecast",
        data,
        [(early, ~early)],
        in_time=True,
        settings={"steps": steps, "timezone": "Asia/Seoul"},
    )


def energy_by_load(root: Path) -> Set:
    """What the same plant draws, told each hour by its reactive power, its load and its day; stretches held out."""
    rows = _records(_only(root / "steel_industry_energy"))[::4]
    columns: dict[str, object] = {
        n: np.array([float(row[n]) for row in rows]) for n in rows[0] if n.startswith(("Lagging", "Leading"))
    }
    kinds = ("Load_Type", "WeekStatus")
    columns |= {n: [row[n] for row in rows] for n in kinds}
    y = np.array([float(row["Usage_kWh"]) for row in rows])
    data = table({**columns, "usage": y}, "usage", words=kinds)
    at = np.arange(len(y))
    return Set("steel plant, by load", "soft-sensor", data, pairs(at * 5 // len(y)), settings={"lags": 0})


def polished(root: Path) -> Set:
    """Wafers polished by one tool, each stage of a wafer a run with one removal rate; fifths in time order held out."""
    folder = root / "phm2016_cmp_sample"
    traces = [row for file in sorted(folder.glob("CMP-training-0*.csv")) for row in _records(file)]
    rates = {
        (r["WAFER_ID"], r["STAGE"]): r["AVG_REMOVAL_RATE"] for r in _records(folder / "CMP-training-removalrate.csv")
    }
    runs: dict[tuple[str, str], list[dict[str, str]]] = {}
    for trace in sorted(traces, key=lambda one: float(one["TIMESTAMP"])):
        runs.setdefault((trace["WAFER_ID"], trace["STAGE"]), []).append(trace)
    rows = [trace for run in runs.values() for trace in run]
    y = np.array([float(rates[row["WAFER_ID"], row["STAGE"]]) for row in rows])
    kinds = ("STAGE", "CHAMBER")
    left = ("MACHINE_ID", "MACHINE_DATA", "TIMESTAMP", "WAFER_ID", *kinds)
    columns: dict[str, object] = {n: np.array([float(row[n]) for row in rows]) for n in rows[0] if n not in left}
    columns |= {n: [row[n] for row in rows] for n in kinds}
    columns["run"] = [f"{row['WAFER_ID']} {row['STAGE']}" for row in rows]
    run = np.repeat(np.arange(len(runs)), [len(run) for run in runs.values()])
    data = table({**columns, "rate": y}, "rate", words=kinds, lot="run")
    return Set("CMP (PHM 2016, one trace file of 185)", "soft-sensor", data, pairs(run * 5 // len(runs)), run)


def mills(root: Path) -> Set:
    """Worn or unworn tools: eighteen runs, each one example; every ninth held out."""
    tables, lots, y = [], [], []
    for number, file in enumerate(sorted((root / "cnc_mill_tool_wear").glob("*.csv"))):
        rows = _records(file)
        tables.append(rows)
        lots += [f"{number:02d}"] * len(rows)
        y += [row["tool_condition"] for row in rows]
    everything = [row for rows in tables for row in rows]
    names = [n for n in everything[0] if n not in ("", "tool_condition", "Machining_Process")]
    columns: dict[str, object] = {n: np.array([float(row[n]) for row in everything]) for n in names}
    data = table({"run": lots, **columns, "condition": y}, "condition", lot="run")
    run = np.array([int(lot) for lot in lots])
    return Set("CNC tool wear", "classify", data, pairs(run % 9), run)


def bearings(root: Path, *, window: int = 2048) -> Set:
    """CWRU bearings: windows of each record told in numbers; learned at one load, tried at the other."""
    told: list[dict[str, float]] = []
    kinds: list[str] = []
    turns: list[int] = []
    for file in sorted((root / "cwru_bearing").glob("*.npz")):
        words = file.stem.split("_")
        rpm, kind = int(words[0]), "_".join(words[1:-1]) if len(words) > 2 else "Normal"
        with np.load(file) as found:
            signal = found["DE"].astype(np.float64)
        for begin in range(0, len(signal) - window + 1, window):
            told.append(
                snapshot(
                    signal[begin : begin + window], rate_hz=12_000.0, shaft_hz=rpm / 60.0, bearing=Bearing(9, 0.2032)
                )
            )
            kinds.append(kind)
            turns.append(rpm)
    columns = {n: np.array([one[n] for one in told]) for n in told[0]}
    load = np.array(turns)
    data = table({**columns, "fault": kinds}, "fault")
    known = np.array(
        [kind != "Normal" for kind in kinds]
    )  # recorded at one load only, so it cannot be learned at the other
    return Set(
        "CWRU bearings", "classify", data, [(load == 1797, load == 1730), (load == 1730, (load == 1797) & known)]
    )


def process_sets(root: Path) -> Iterator[Set]:
    """Small process data in time order; a quarter at the end of each is told by what came before, step by step."""
    folder = root / "process_improve_openmv"
    rows = _read(folder / "LDPE.csv")
    raw = np.array([[float(v) for v in row[1:]] for row in rows[1:]])[:50]  # the last four are a fault
    names = rows[0][1:]
    for i in range(14, 19):
        yield _process(f"LDPE {names[i]}", {names[j]: raw[:, j] for j in range(14)}, raw[:, i])
    rows = _read(folder / "kamyr.csv")
    raw = np.array([[float(v) if v.strip() else np.nan for v in row] for row in rows])
    yield _process("kamyr kappa", {f"c{j}": raw[:, j] for j in range(1, raw.shape[1])}, raw[:, 0])
    rows = _read(folder / "tpls-pyphi/process_conditions.csv")
    quality = _read(folder / "tpls-pyphi/quality_indicators.csv")
    x = {row[0]: [float(v) for v in row[1:]] for row in rows[1:]}
    lots = [row for row in quality[1:] if row[0] in x]
    raw = np.array([x[row[0]] for row in lots])
    for i in range(1, 7):
        yield _process(
            f"tablets Y{i}",
            {f"v{j}": raw[:, j] for j in range(raw.shape[1])},
            np.array([float(row[i]) for row in lots]),
        )


def _process(name: str, columns: dict[str, np.ndarray], y: np.ndarray) -> Set:
    """Five stretches of lots in time order, each tried by a model of all others."""
    data = table({**columns, "y": y}, "y")
    stretch = np.arange(len(y)) * 5 // len(y)
    return Set(name, "soft-sensor", data, pairs(stretch), np.arange(len(y)) * 10 // len(y), settings={"lags": 0})
