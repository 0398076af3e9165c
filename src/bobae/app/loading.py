"""`load`: files into a plant's historian, each column a tag of the machine that it is of."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from bobae.app import discovery, plant_file
from bobae.app.data import Chosen, as_read, check_there, read_files, reader_of
from bobae.app.plant_store import historian_folder
from bobae.app.settings import Settings
from bobae.core import BadInput, Column, Dataset, Finding, Ints, Kind, Plant, Progress, Role, silent, text
from bobae.core.plant import is_path
from bobae.historian.file_rows import FileRows
from bobae.historian.loading import Loaded
from bobae.historian.loading import load as load_rows
from bobae.historian.loads import Layout, loads_in
from bobae.train.assess import find_roles

_SHOWN = 20
_LOOKED_AT, _BROKEN = 10_000, 0.1  # rows of a column, and the share of broken numbers that makes it a measured one


def load(
    plant: Path,
    files: Sequence[Path],
    settings: Settings,
    *,
    asset: str | None = None,
    chosen: Chosen | None = None,
    progress: Progress = silent,
) -> Loaded:
    """Bring files into the historian of the plant folder `plant`; what is there already is not kept twice.

    Args:
        plant: a folder with a plant.yaml.
        files: files and folders; together they are one load.
        settings: those that hold there; its time zone is that of times that name none.
        asset: the machine the rows are of, or what the machines that a column names are below; None: the plant file's
            only asset, else called after the files.
        chosen: the columns with time and machine, where the user names them.
        progress: told how far it is.

    Raises:
        BadInput: no plant is there, the files cannot be read or have no time column, or `asset` is no path.
        Refused: the disk is full or cannot be written to; nothing was loaded.
    """
    described = plant_file.read(plant / plant_file.FILE_NAME).plant
    if asset is not None and not is_path(asset):
        raise BadInput(
            "{asset!r} is no path of a machine; write area/line/work_unit without spaces and dots", asset=asset
        )
    check_there(files)
    group = reader_of(files).tables(files)[0]
    own = asset or _only_asset(described) or _clean(Path(group.name).stem)
    names = [path.name for path in group.files]
    matters = [asset, own, settings.timezone, sorted((chosen or {}).items()), names[1:] and names]
    sha256 = _digest(group.files, matters)
    root = historian_folder(plant)
    if earlier := next((load for load in loads_in(root) if load.sha256 == sha256), None):
        return Loaded(earlier, before=True)
    dataset = read_files(files, settings, progress=progress)
    rows = _rows(dataset, described, asset, own=own, chosen=chosen)
    return load_rows(root, rows, name=", ".join(names), sha256=sha256, progress=progress)


def _only_asset(plant: Plant) -> str | None:
    return next(iter(plant.assets)) if len(plant.assets) == 1 else None


def _digest(files: Sequence[Path], matters: Sequence[object]) -> str:
    """Of what the files hold, and of all else that decides what becomes of it."""
    return hashlib.sha256(json.dumps([*map(_sha256, files), *matters]).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(dataset: Dataset, plant: Plant, asset: str | None, *, own: str, chosen: Chosen | None) -> FileRows:
    """The rows with the machine that each is of, their columns called as the plant calls its tags."""
    found = _with_keys(dataset, as_read(dataset, chosen))
    time = found.name_of(Role.TIME)
    if time is None:
        raise BadInput(
            "no column of {origin} holds times, so nobody can say when its rows were true; name one with --time-col: "
            "{columns}",
            origin=dataset.origin,
            columns=", ".join(column.name for column in dataset.columns[:_SHOWN]),
        )
    column = found.name_of(Role.ASSET)
    codes, assets = _assets(found, column, asset) if column else (np.zeros(len(found), np.int64), {own: ""})
    called = _called(found, plant, assets)
    names = [called.get(name, name) for name in found.table.column_names]
    layout = Layout(
        tuple(replace(_as_read(c, dataset, time), name=name) for c, name in zip(found.columns, names, strict=True)),
        called.get(time, time),
        None if column is None else called.get(column, column),
        assets,
        (*dataset.findings, *_relative(dataset.column(time))),
    )
    return FileRows(replace(found, table=found.table.rename_columns(names), columns=layout.columns), codes, layout)


def _with_keys(dataset: Dataset, chosen: Chosen) -> Dataset:
    """The rows with the roles of time and machine found; measured columns have no say in that and are not looked at."""
    silent = {c.name for c in dataset.columns if _is_measured(dataset, c)} - set(chosen.values())
    heard = tuple(c for c in dataset.columns if c.name not in silent)
    asked = replace(dataset, table=dataset.table.select([c.name for c in heard]), columns=heard)
    found = find_roles(asked, chosen=chosen)
    columns = tuple(c if c.name in silent else found.column(c.name) for c in dataset.columns)
    arrays = [(dataset if c.name in silent else found).table.column(c.name) for c in columns]
    return replace(dataset, table=pa.table(arrays, names=[c.name for c in columns]), columns=columns)


def _is_measured(dataset: Dataset, column: Column) -> bool:
    """Whether a column holds broken numbers, as only sensors give them."""
    if column.kind is not Kind.NUMBER:
        return False
    first = dataset.table.column(column.name).slice(0, _LOOKED_AT).drop_null().to_numpy()
    return bool(len(first) and np.mean(first != np.round(first)) > _BROKEN)


def _as_read(found: Column, dataset: Dataset, time: str) -> Column:
    """The column with the role it had when it was read: what it is for is found anew in every dataset."""
    read = dataset.column(found.name)
    role = Role.TIME if found.name == time else Role.IGNORED if read.role is Role.TIME else read.role
    return replace(found, role=role, reason=read.reason)


def _assets(found: Dataset, column: str, above: str | None) -> tuple[Ints, dict[str, str]]:
    """Which machine each row is of (rows,), -1 for none; and the machines' paths with what the column calls them."""
    coded = found.table.column(column).combine_chunks().dictionary_encode()
    assets: dict[str, str] = {}
    for value in coded.dictionary.to_pylist():
        written = f"{value:g}" if isinstance(value, float) else str(value)
        path = "/".join(filter(None, (above, _clean(written))))
        if path in assets or not is_path(path):
            raise BadInput(
                "{column} calls a machine {value!r}, which makes no path of its own ({path}); rename it there, or give "
                "a shorter --asset",
                column=column,
                value=written,
                path=path,
            )
        assets[path] = written
    codes = coded.indices.cast("int64").fill_null(-1).to_numpy()
    return np.asarray(codes, dtype=np.int64), assets


def _clean(name: str) -> str:
    """A name as one part of a path can be."""
    return re.sub(r"[\s./]+", "_", name.strip()) or "asset"


def _called(found: Dataset, plant: Plant, assets: Mapping[str, str]) -> dict[str, str]:
    """Column -> tag, where the plant file says that the tag stands in that column."""
    bare_name = discovery.load("connectors", "files").bare_name
    names = set(found.table.column_names)
    called: dict[str, str] = {}
    for path in assets:
        for name, tag in plant.assets[path].tags.items() if path in plant.assets else ():
            address = str(tag.address)
            column = address if address in names else bare_name(address)
            if column in names and name not in names:
                called.setdefault(column, name)
    return called


def _relative(time: Column) -> tuple[Finding, ...]:
    """What there is to tell where the user has named a column of numbers as the time."""
    if time.kind is not Kind.NUMBER:
        return ()
    said = text(
        "{column} counts {unit} from an unknown start; it serves as the time, but its dates mean nothing",
        column=time.name,
        unit=time.unit or "s",
    )
    return (Finding("relative_time", "warning", said, (time.name,)),)
