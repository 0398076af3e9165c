"""Files in, by the connector that reads them, with the roles that the user names."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bobae.app import discovery
from bobae.app.settings import Settings
from bobae.core import BadInput, Dataset, Progress, Role, silent
from bobae.train.assess import find_roles

Chosen = Mapping[Role, str]


def read(data: Sequence[Path], settings: Settings, *, progress: Progress = silent) -> Dataset:
    """The rows in `data` (files or folders), read by the connector `files`.

    Raises:
        BadInput: nothing is there, or it cannot be read.
    """
    for path in data:
        if not path.exists():
            raise BadInput(
                "there is no file or folder {path}; check the path (here is {here})", path=path, here=Path.cwd()
            )
    found: Dataset = discovery.load("connectors", "files").read(data, timezone=settings.timezone, progress=progress)
    return found


def read_with_roles(
    data: Sequence[Path], settings: Settings, *, chosen: Chosen | None = None, progress: Progress = silent
) -> Dataset:
    """The rows in `data`, every column's role found or as the user names it.

    Raises:
        BadInput: nothing is there, it cannot be read, or a column that was named does not exist.
    """
    dataset = read(data, settings, progress=progress)
    return find_roles(dataset, chosen=as_read(dataset, chosen))


def as_read(dataset: Dataset, chosen: Chosen | None) -> dict[Role, str]:
    """The columns that the user named, under the names they were read by: a header in the file may hold its unit."""
    known = {column.name for column in dataset.columns}
    bare_name = discovery.load("connectors", "files").bare_name
    read_by = {name: name if name in known else bare_name(name) for name in (chosen or {}).values()}
    return {role: read_by[name] if read_by[name] in known else name for role, name in (chosen or {}).items()}


def chosen_roles(
    *, time: str | None = None, asset: str | None = None, lot: str | None = None, target: str | None = None
) -> dict[Role, str]:
    """The roles that the user has named, column by column."""
    named = {Role.TIME: time, Role.ASSET: asset, Role.LOT: lot, Role.TARGET: target}
    return {role: column for role, column in named.items() if column}
