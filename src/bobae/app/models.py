"""Sealed models: looked at, verified, vouched for, trusted, handed on, and put to work on new rows."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from bobae.app.settings import Settings
from bobae.core import BadInput, Dataset, Floats, Progress, Role, silent
from bobae.registry import (
    Check,
    Description,
    SealedModel,
    TrustedKey,
    TrustList,
    export,
    files_for,
    open_sealed,
    own_key,
    score_rows,
    show,
    sign,
    verify,
)
from bobae.train.score import Runs
from bobae.train.score import score as score_dataset


@dataclass(frozen=True)
class Alarm:
    """One alarm in scored rows: from when to when (row numbers where there is no time), and what shows it."""

    start: str
    end: str
    rows: int
    peak: float
    top_tag: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Scored:
    """The rows with what the model says about them, and where they were written."""

    model: SealedModel
    table: pa.Table
    path: Path
    has_time: bool
    timezone: str

    @property
    def watches(self) -> bool:
        """Whether the model raises alarms; else it foretells."""
        return self.model.manifest.task == "anomaly"

    def alarms(self) -> list[Alarm]:
        """Rows that alarm one after the other, as one alarm each, in the order of the rows."""
        alarm = np.asarray(self.table.column("alarm").fill_null(False).to_numpy(zero_copy_only=False), dtype=np.int8)
        edges = np.flatnonzero(np.diff(alarm, prepend=0, append=0))
        return [self._alarm(first, last) for first, last in zip(edges[::2], edges[1::2] - 1, strict=True)]

    def _alarm(self, first: int, last: int) -> Alarm:
        score = self.table.column("score").slice(first, last - first + 1).to_numpy()
        peak = first + int(np.nanargmax(score))
        tag = self.table.column("top_tag")[peak].as_py()
        return Alarm(self._when(first), self._when(last), int(last - first + 1), float(np.nanmax(score)), tag)

    def _when(self, row: int) -> str:
        if not self.has_time:
            return str(row + 1)
        moment = self.table.column(0)[row].as_py().astimezone(ZoneInfo(self.timezone))
        return str(moment.isoformat(sep=" ", timespec="seconds"))


def run_of(model: SealedModel) -> Runs:
    """What runs the model's graph over rows."""

    def run(x: Floats, gap: Floats) -> Mapping[str, Floats]:
        return score_rows(model, x, gap)

    return run


def score(model: Path, dataset: Dataset, settings: Settings, *, out: Path, progress: Progress = silent) -> Scored:
    """One row out for each row in: time, machine, lot, then score, alarm and the tag that shows it most.

    Raises:
        Refused: the model does not pass the import gate.
        BadInput: a column is missing, or `out` is neither .parquet nor .csv.
    """
    if out.suffix not in (".parquet", ".csv"):
        raise BadInput("{path}: results are written as .parquet or .csv; name such a file", path=out)
    sealed = open_sealed(model, trust=TrustList.read(settings.home))
    table = score_dataset(dataset, sealed.manifest, run_of(sealed), progress=progress)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.new")
    if out.suffix == ".parquet":
        pyarrow.parquet.write_table(table, draft)
    else:
        pyarrow.csv.write_csv(table, draft)
    has_time = dataset.name_of(Role.TIME) is not None
    return Scored(sealed, table, draft.replace(out), has_time, settings.timezone or "UTC")


def model_show(model: Path) -> Description:
    """What a sealed model says about itself; nothing of it is run or proven."""
    return show(model)


def model_verify(model: Path, settings: Settings) -> tuple[Check, ...]:
    """Every step of the import gate with its outcome."""
    return verify(model, trust=TrustList.read(settings.home))


def model_sign(model: Path, settings: Settings) -> SealedModel:
    """Vouch for a model with this installation's own key; the key is made and trusted at its first use."""
    today = datetime.now(tz=UTC).date()
    return sign(model, key=own_key(settings.home, name=platform.node() or "here", today=today))


def model_trust(key: Path | None, settings: Settings, *, name: str | None) -> tuple[TrustedKey, ...]:
    """Trust models signed with the public key in a PEM file from now on; without a file, only list who is trusted.

    Raises:
        BadInput: the file cannot be read or holds no ed25519 public key.
    """
    trusted = TrustList.read(settings.home)
    if key is not None:
        today = datetime.now(tz=UTC).date()
        trusted = trusted.trust(key.read_text(encoding="utf-8", errors="replace"), name or key.stem, added=today)
        trusted.write(settings.home)
    return trusted.keys


def model_distrust(name: str, settings: Settings) -> tuple[TrustedKey, ...]:
    """Stop trusting the key of that name or id.

    Raises:
        UnknownName: no trusted key is called so.
    """
    trusted = TrustList.read(settings.home).distrust(name)
    trusted.write(settings.home)
    return trusted.keys


def model_export(model: Path, folder: Path, settings: Settings, *, to: str = "files") -> tuple[Path, ...]:
    """Hand a model on into a new folder.

    Args:
        model: sealed.
        folder: new or empty.
        settings: of this computer.
        to: 'files' as they are sealed; 'onnx' with a script that runs it; 'mlflow'; 'oip', a server's model repository.

    Raises:
        Refused: the model does not pass the import gate.
        BadInput: the folder is not empty, or no such format is known.
    """
    return export(files_for(open_sealed(model, trust=TrustList.read(settings.home)), to), folder)
