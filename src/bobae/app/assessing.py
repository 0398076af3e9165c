"""What a folder of files can answer, table by table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bobae.app import discovery
from bobae.app.data import Chosen, as_read, read
from bobae.app.settings import Settings
from bobae.core import BadInput, Progress, silent
from bobae.train.assess import Assessment
from bobae.train.assess import assess as assess_dataset


@dataclass(frozen=True)
class TableFound:
    """One table of a folder: its name, the files it is in, and what it can answer or why it could not be read."""

    name: str
    files: tuple[Path, ...]
    assessment: Assessment | None
    refused: BadInput | None = None


def assess(
    data: Sequence[Path], settings: Settings, *, chosen: Chosen | None = None, progress: Progress = silent
) -> Assessment:
    """Read the files as one table and say in plain words what it can answer.

    Raises:
        BadInput: nothing is there, or it cannot be read, or a column that was named does not exist.
    """
    dataset = read(data, settings, progress=progress)
    return assess_dataset(dataset, chosen=as_read(dataset, chosen))


def assess_tables(
    data: Sequence[Path], settings: Settings, *, chosen: Chosen | None = None, progress: Progress = silent
) -> tuple[TableFound, ...]:
    """As `assess`, but files that hold different tables are taken table by table, the largest first.

    Raises:
        BadInput: nothing is there, the only table cannot be read, or a column that was named does not exist.
    """
    try:
        whole = assess(data, settings, chosen=chosen, progress=progress)
    except BadInput:
        groups = discovery.load("connectors", "files").tables(data) if all(path.exists() for path in data) else []
        if len(groups) < 2 or chosen:
            raise
        return tuple(_found(group.name, tuple(group.files), settings, progress) for group in groups)
    return (TableFound(whole.dataset.origin, tuple(data), whole),)


def _found(name: str, files: tuple[Path, ...], settings: Settings, progress: Progress) -> TableFound:
    try:
        return TableFound(name, files, assess(files, settings, progress=progress))
    except BadInput as error:
        return TableFound(name, files, None, error)
