"""What a folder of files, or a plant's historian, can answer, table by table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bobae.app import plant_data
from bobae.app.data import Chosen, as_read, read, reader_of
from bobae.app.settings import Settings
from bobae.core import BadInput, Dataset, Progress, silent
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
    data: Sequence[Path],
    settings: Settings,
    *,
    chosen: Chosen | None = None,
    asset: str | None = None,
    progress: Progress = silent,
) -> Assessment:
    """Read the rows as one table and say in plain words what it can answer.

    Raises:
        BadInput: nothing is there, or it cannot be read, or a column that was named does not exist.
    """
    return _assessed(read(data, settings, asset=asset, progress=progress), chosen)


def assess_tables(
    data: Sequence[Path],
    settings: Settings,
    *,
    chosen: Chosen | None = None,
    asset: str | None = None,
    progress: Progress = silent,
) -> tuple[TableFound, ...]:
    """As `assess`, but files or machines that hold different tables are taken table by table.

    Raises:
        BadInput: nothing is there, the only table cannot be read, or a column that was named does not exist.
    """
    plant = plant_data.plant_of(data)
    machines = plant_data.machines_in(plant, asset) if plant else []
    if plant and len(machines) > 1 and not chosen:
        return tuple(_found(some.name, (plant,), partial(plant_data.read_machines, plant, some)) for some in machines)
    try:
        whole = assess(data, settings, chosen=chosen, asset=asset, progress=progress)
    except BadInput:
        groups = [] if plant or not all(path.exists() for path in data) else _groups(data)
        if len(groups) < 2 or chosen:
            raise
        return tuple(
            _found(group.name, tuple(group.files), partial(read, group.files, settings, progress=progress))
            for group in groups
        )
    return (TableFound(whole.dataset.origin, tuple(data), whole),)


def _groups(data: Sequence[Path]) -> list[Any]:
    """The tables that lie in some folders, as the connector that reads them knows them."""
    return list(reader_of(data).tables(data))


def _found(name: str, files: tuple[Path, ...], rows: Callable[[], Dataset]) -> TableFound:
    try:
        return TableFound(name, files, _assessed(rows(), None))
    except BadInput as error:
        return TableFound(name, files, None, error)


def _assessed(dataset: Dataset, chosen: Chosen | None) -> Assessment:
    return assess_dataset(dataset, chosen=as_read(dataset, chosen))
