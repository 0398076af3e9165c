"""Rows in, by the connector that reads files or out of a plant's historian, with the roles that the user names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from bobae.app import discovery, plant_data
from bobae.app.settings import Settings
from bobae.core import BadInput, Dataset, Progress, Role, silent
from bobae.train.assess import find_roles

Chosen = Mapping[Role, str]
_MEASUREMENTS = (".mf4", ".mdf", ".dat")


def read(data: Sequence[Path], settings: Settings, *, asset: str | None = None, progress: Progress = silent) -> Dataset:
    """The rows in `data`: files and folders, or one plant folder that has a historian.

    Args:
        data: where they are.
        settings: for the time zone of files.
        asset: of a plant's machines only this one, or those below it.
        progress: told how far it is.

    Raises:
        BadInput: nothing is there, it cannot be read, or the machines of the plant hold different tags.
    """
    if plant := plant_data.plant_of(data):
        return plant_data.read(plant, asset)
    if asset is not None:
        raise BadInput(
            "--asset chooses among the machines in a plant's historian, and {path} has none; see `bobae load`",
            path=", ".join(map(str, data)),
        )
    return read_files(data, settings, progress=progress)


def read_files(data: Sequence[Path], settings: Settings, *, progress: Progress = silent) -> Dataset:
    """The rows in files and folders, read by the connector that knows such files.

    Raises:
        BadInput: nothing is there, or it cannot be read.
        Missing: what reads them needs a package that is not installed.
    """
    check_there(data)
    found: Dataset = reader_of(data).read(data, timezone=settings.timezone, progress=progress)
    return found


def reader_of(data: Sequence[Path]) -> ModuleType:
    """The connector that reads files: `mdf` where a measurement of that kind is among them, else `files`.

    Raises:
        Missing: it needs a package that is not installed.
    """
    files = discovery.load("connectors", "files")
    inside = [file for path in data for file in (path.rglob("*") if path.is_dir() else [path])]
    likely = (file for file in inside if file.suffix.lower() in _MEASUREMENTS and file.is_file())
    return discovery.load("connectors", "mdf") if any(map(files.is_measurement, likely)) else files


def check_there(data: Sequence[Path]) -> None:
    """That every file and folder exists.

    Raises:
        BadInput: one does not.
    """
    for path in data:
        if not path.exists():
            raise BadInput(
                "there is no file or folder {path}; check the path (here is {here})", path=path, here=Path.cwd()
            )


def read_with_roles(
    data: Sequence[Path],
    settings: Settings,
    *,
    chosen: Chosen | None = None,
    asset: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """The rows in `data` (see `read`), every column's role found or as the user names it.

    Raises:
        BadInput: nothing is there, it cannot be read, or a column that was named does not exist.
    """
    dataset = read(data, settings, asset=asset, progress=progress)
    return find_roles(dataset, chosen=as_read(dataset, chosen))


def as_read(dataset: Dataset, chosen: Chosen | None) -> dict[Role, str]:
    """The columns that the user named, under the names they were read by: a header in the file may hold its unit.

    A column that is read as the machine's, or as the lot's, is that where the user names none: a historian knows its
    machines and what they worked on.
    """
    known = {column.name for column in dataset.columns}
    bare_name = discovery.load("connectors", "files").bare_name
    read_by = {name: name if name in known else bare_name(name) for name in (chosen or {}).values()}
    named = {role: read_by[name] if read_by[name] in known else name for role, name in (chosen or {}).items()}
    read_as = {role: name for role in (Role.ASSET, Role.LOT) if (name := dataset.name_of(role)) is not None}
    return read_as | named


def chosen_roles(
    *, time: str | None = None, asset: str | None = None, lot: str | None = None, target: str | None = None
) -> dict[Role, str]:
    """The roles that the user has named, column by column."""
    named = {Role.TIME: time, Role.ASSET: asset, Role.LOT: lot, Role.TARGET: target}
    return {role: column for role, column in named.items() if column}
