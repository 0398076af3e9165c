"""The public data sets as recordings with their answer keys; the marks never reach a learner."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from bobae.core import Bools, Column, Dataset, Floats, Ints, Kind, Role
from bobae.frames import starts

NS = 1_000_000_000
TEP_STEP_S = 180.0
TEP_TAGS = tuple([f"XMEAS{i:02d}" for i in range(1, 42)] + [f"XMV{i:02d}" for i in range(1, 12)])
TEP_ONSETS = {"test": 160, "training": 20}  # rows before the fault


@dataclass(frozen=True, eq=False)
class Recording:
    """One file: what was measured, when, and which rows are known to be faulty.

    Attributes:
        name: of the file.
        tags: names of the sensors.
        x: (rows, sensors).
        time_ns: (rows,).
        marked: (rows,).
    """

    name: str
    tags: tuple[str, ...]
    x: Floats
    time_ns: Ints
    marked: Bools

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows: slice) -> "Recording":
        return replace(self, x=self.x[rows], time_ns=self.time_ns[rows], marked=self.marked[rows])

    def dataset(self) -> Dataset:
        """What a learner is given: time and sensors, no marks."""
        columns = {"time": pa.array(self.time_ns, type=pa.timestamp("ns", tz="UTC"))}
        columns |= {tag: pa.array(values) for tag, values in zip(self.tags, self.x.T, strict=True)}
        told = [Column("time", Kind.TIME, Role.TIME), *(Column(t, Kind.NUMBER, Role.FEATURE) for t in self.tags)]
        return Dataset(pa.table(columns), tuple(told), origin=self.name)

    def gap(self, max_gap_s: float | None) -> Floats:
        """Where rows start afresh, as a graph takes it (rows,)."""
        return starts(self.time_ns, np.zeros(len(self), dtype=np.int64), max_gap_s or np.inf)


def data_root() -> Path:
    """The folder with the public data sets: BOBAE_DATA, or beside the source tree."""
    return Path(os.environ.get("BOBAE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def skab(root: Path, group: str) -> list[Recording]:
    """The files of one folder of SKAB ('valve1', 'valve2', 'other', 'anomaly-free') in the order of their numbers."""
    files = (root / "skab" / group).glob("*.csv")
    return [_skab_file(path) for path in sorted(files, key=lambda p: (len(p.stem), p.stem))]


def tep_normal(root: Path) -> tuple[Recording, Recording]:
    """Tennessee Eastman: normal running to learn from (d00) and to set the limit with (d00_te)."""
    # d00 alone of the 44 files is turned on its side
    return made(_matrix(root, "d00").T, TEP_TAGS, TEP_STEP_S), made(_matrix(root, "d00_te"), TEP_TAGS, TEP_STEP_S)


def tep_faults(root: Path, kind: str) -> list[Recording]:
    """The 21 fault files, 'test' or 'training', faulty after the first `TEP_ONSETS[kind]` rows."""
    ending = "_te" if kind == "test" else ""
    whole = [made(_matrix(root, f"d{fault:02d}{ending}"), TEP_TAGS, TEP_STEP_S) for fault in range(1, 22)]
    return [replace(one, marked=np.arange(len(one)) >= TEP_ONSETS[kind]) for one in whole]


def made(x: Floats, tags: Sequence[str], step_s: float) -> Recording:
    """A recording without a known fault from rows x (rows, sensors)."""
    time_ns = (np.arange(len(x)) * step_s * NS).astype(np.int64)
    return Recording("", tuple(tags), np.ascontiguousarray(x), time_ns, np.zeros(len(x), dtype=np.bool_))


def _skab_file(path: Path) -> Recording:
    table = pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(delimiter=";"))
    tags = tuple(name for name in table.column_names if name not in ("datetime", "anomaly", "changepoint"))
    x = np.column_stack([np.asarray(table.column(tag), dtype=np.float64) for tag in tags])
    time_ns = np.asarray(table.column("datetime")).astype("datetime64[ns]").astype(np.int64)
    marks = np.asarray(table.column("anomaly")) if "anomaly" in table.column_names else np.zeros(len(x))
    return Recording(f"{path.parent.name}/{path.stem}", tags, x, time_ns, marks > 0.5)


def _matrix(root: Path, name: str) -> Floats:
    return np.loadtxt(root / "tep" / f"{name}.dat")
