"""Files and folders to one dataset."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from bobae.connectors.files import clock, columns, group, naming
from bobae.connectors.files import stack as stacking
from bobae.connectors.files.columns import Field
from bobae.connectors.files.group import FileGroup, Found
from bobae.connectors.files.source import Source
from bobae.core import BadInput, Column, Dataset, Finding, Ints, Kind, Progress, Role, silent, text

FILE = "file"
_CLEAR = 0.7  # the share of all bytes that makes a group the one that was meant
_SHOWN = 5


def tables(paths: Sequence[Path]) -> list[FileGroup]:
    """The tables that lie at `paths`: groups of files with equal columns, the biggest first.

    Raises:
        BadInput: a path is not there, or no file holds a table.
    """
    return [group.public(found) for found in group.look(paths).groups]


def read(paths: Sequence[Path], *, timezone: str | None = None, progress: Progress = silent) -> Dataset:
    """Read one or several files and folders as one dataset.

    Args:
        paths: files, or folders whose files are read; of files with different columns the biggest group is read.
        timezone: IANA zone of times that name none; None takes them as UTC.
        progress: told how many bytes are read.

    Raises:
        BadInput: a file cannot be read, holds no table, or the folder holds several different tables of like size.
    """
    found = group.look(paths)
    chosen, findings = _chosen(found)
    names = group.widest(chosen).names
    whole = stacking.stack(chosen, names, progress)
    findings += [*(finding for source in chosen for finding in source.findings), *whole.findings]
    fields = []
    for name, values in zip(names, whole.columns, strict=True):
        field, told = columns.understand(name, values, _unit(name, chosen), chosen[0].decimal)
        fields.append(field)
        findings += told
    files = np.repeat(np.arange(len(chosen)), whole.lengths)
    settled = clock.settle(fields, files, timezone)
    fields = [_index(field) for field in settled.fields]
    if len(chosen) > 1:
        fields.append(_file_column(chosen, files, {field.name for field in fields}))
    return _dataset(fields, paths, _merged([*findings, *settled.findings]))


def _unit(name: str, sources: Sequence[Source]) -> str | None:
    units = (source.units[source.names.index(name)] for source in sources if name in source.names)
    return next((unit for unit in units if unit), None)


def _index(field: Field) -> Field:
    """An unnamed first column that counts the rows is no measurement."""
    if field.name != naming.INDEX or field.kind is not Kind.NUMBER:
        return field
    steps = np.diff(field.values.to_numpy())
    if len(steps) and np.mean(steps == 1) < 0.5:
        return field
    return replace(field, role=Role.IGNORED, reason=text("it only numbers the rows"))


def _file_column(sources: Sequence[Source], files: Ints, taken: set[str]) -> Field:
    """Which file each row came from: its name, with the folder where two files have the same name."""
    paths = [source.path for source in sources]
    labels = [path.stem for path in paths]
    if len(set(labels)) < len(labels):
        folder = group.common_folder(paths)
        labels = [path.absolute().relative_to(folder).as_posix() for path in paths]
    values = pa.DictionaryArray.from_arrays(pa.array(files.astype(np.int32)), pa.array(labels)).dictionary_decode()
    name = FILE if FILE not in taken else "file_2"
    return Field(
        name, Kind.CATEGORY, pa.chunked_array([values]), role=Role.CONTEXT, reason=text("which file the row came from")
    )


def _dataset(fields: list[Field], paths: Sequence[Path], findings: list[Finding]) -> Dataset:
    table = pa.table([field.values for field in fields], names=[field.name for field in fields])
    described = tuple(Column(f.name, f.kind, f.role, f.unit, f.reason) for f in fields)
    return Dataset(table, described, origin=", ".join(path.name for path in paths), findings=tuple(findings))


def _chosen(found: Found) -> tuple[list[Source], list[Finding]]:
    first, *others = found.groups
    findings = []
    if others and group.weight(first) < _CLEAR * sum(map(group.weight, found.groups)):
        listed = "; ".join(
            f"{g.name} ({len(g.files)}: {', '.join(g.columns[:4])})" for g in map(group.public, found.groups)
        )
        raise BadInput("the files hold different tables; give one of them: {tables}", tables=listed)
    if others:
        left = [source.path.name for members in others for source in members]
        said = text("{n} files have other columns and were left out: {files}", n=len(left), files=_some(left))
        findings.append(Finding("other_files", "warning", said))
    if found.passed_over:
        said = text(
            "{n} files are no tables and were left out: {files}",
            n=len(found.passed_over),
            files=_some([path.name for path, _ in found.passed_over]),
        )
        findings.append(Finding("no_tables", "info", said))
    return first, findings


def _merged(findings: list[Finding]) -> list[Finding]:
    """One finding where several files have the same to tell."""
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        values = {name: value for name, value in finding.text.values.items() if name != "file"}
        alike.setdefault(f"{finding.code} {finding.text.template} {values}", []).append(finding)
    out = []
    for first, *others in alike.values():
        if others:
            files = _some([str(finding.text.values["file"]) for finding in (first, *others)])
            first = replace(first, text=replace(first.text, values={**first.text.values, "file": files}))
        out.append(first)
    return out


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
