"""Measurement files as one dataset: rows at the times of the group with the most, the others as they stood then."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bobae.connectors.files import is_measurement
from bobae.connectors.mdf.channels import Channels, Values
from bobae.core import BadInput, Column, Dataset, Finding, Ints, Kind, Progress, Role, silent, text

TIME, FILE = "time", "file"
_FEW = 50  # different texts that still are categories


@dataclass(frozen=True)
class Measurements:
    """What lies at some paths.

    Attributes:
        name: what the files have in common.
        files: in their order.
        columns: the names of all channels.
    """

    name: str
    files: tuple[Path, ...]
    columns: tuple[str, ...]


def tables(paths: Sequence[Path]) -> list[Measurements]:
    """The measurement files at `paths` as one table.

    Raises:
        BadInput: a path is not there, a file is damaged, or none is a measurement.
    """
    files = _files(paths)
    channels = Channels(files[0])
    channels.close()
    name = files[0].name if len(files) == 1 else files[0].parent.name
    return [Measurements(name, files, tuple(channel.name for channel in channels.all))]


def read(
    paths: Sequence[Path], *, timezone: str | None = None, dbc: Path | None = None, progress: Progress = silent
) -> Dataset:
    """Read one or several measurement files as one dataset.

    Args:
        paths: files, or folders whose measurement files are read.
        timezone: of no meaning here: such a file says its start in UTC.
        dbc: describes the CAN bus; None: the .dbc files beside each file.
        progress: told how many files are read.

    Raises:
        BadInput: a path is not there, a file is damaged, or none is a measurement.
    """
    del timezone
    files = _files(paths)
    parts, findings = [], dict[str, Finding]()
    units: dict[str, str | None] = {}
    for at, path in enumerate(files):
        progress(text("reading {file}", file=path.name), at, len(files))
        channels = Channels(path, dbc)
        try:
            parts.append(_table(channels, path, several=len(files) > 1))
        finally:
            channels.close()
        units = {channel.name: channel.unit for channel in channels.all} | units
        findings |= {code: Finding(code, "warning", said) for code, said in channels.notes}
    table = _together(parts)
    held = text("channels of other rates hold their last value between two of their samples")
    notes = [*findings.values(), Finding("held_values", "info", held)]
    described = tuple(_column(table, name, units.get(name)) for name in table.column_names)
    return Dataset(table, described, origin=", ".join(path.name for path in paths), findings=tuple(notes))


def _files(paths: Sequence[Path]) -> tuple[Path, ...]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise BadInput("there is no file or folder {path}", path=path)
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        found += [file for file in inside if not path.is_dir() or is_measurement(file)]
    for file in found:
        if not is_measurement(file):
            raise BadInput("the file {path} is no measurement file (MDF)", path=file)
    if not found:
        raise BadInput("there are no measurement files (MDF) in {path}", path=", ".join(map(str, paths)))
    return tuple(found)


def _table(channels: Channels, path: Path, *, several: bool) -> pa.Table:
    read = {channel.name: channels.read(channel) for channel in channels.all}
    time_ns = np.unique(max((values.time_ns for values in read.values()), key=len))
    if not len(time_ns):
        raise BadInput("the file {path} has a header but no rows of data", path=path)
    columns: dict[str, Any] = {TIME: pa.array(time_ns).cast(pa.timestamp("ns", "UTC"))}
    for name, values in read.items():
        columns[name if name != TIME else f"{TIME}_2"] = _held(values, time_ns)
    if several:
        columns[FILE if FILE not in columns else f"{FILE}_2"] = pa.array([path.stem] * len(time_ns))
    return pa.table(columns)


def _held(values: Values, time_ns: Ints) -> pa.Array:
    """What a channel showed at each time: its last sample, for no longer than its usual step behind the last one."""
    order = np.argsort(values.time_ns, kind="stable")
    own = values.time_ns[order]
    if not len(own):
        return pa.nulls(len(time_ns), pa.float64() if values.text is None else pa.string())
    at = np.searchsorted(own, time_ns, side="right") - 1
    step = int(np.median(np.diff(own))) if len(own) > 1 else 0
    where = order[np.maximum(at, 0)]
    missing = (at < 0) | (time_ns > own[-1] + step) | (values.status[where] != 0)
    if values.text is None:
        return pa.array(values.value[where], mask=missing)
    texts = [f"{number:g}" if word is None else word for word, number in zip(values.text, values.value, strict=True)]
    return pa.array(np.array(texts, dtype=object)[where], pa.string(), mask=missing)


def _together(parts: Sequence[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(parts, promote_options="default").combine_chunks()
    except pa.ArrowInvalid as error:
        raise BadInput("the files hold a channel as numbers here and as texts there: {why}", why=error) from error


def _column(table: pa.Table, name: str, unit: str | None) -> Column:
    values = table.column(name)
    if name == TIME:
        return Column(name, Kind.TIME, Role.TIME)
    if values.null_count == len(values):
        return Column(name, Kind.EMPTY, unit=unit)
    if pa.types.is_floating(values.type):
        return Column(name, Kind.NUMBER, Role.FEATURE, unit)
    if len(values.unique()) <= _FEW:
        return Column(name, Kind.CATEGORY, Role.CONTEXT, unit)
    return Column(name, Kind.TEXT, unit=unit)
