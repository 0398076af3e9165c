"""The live sources of a plant: which they are, what is to be read from each, and who collects it."""

import random
from collections.abc import Sequence
from pathlib import Path

from bobae.app import discovery, plant_file
from bobae.app.plugins import check
from bobae.app.settings import Settings
from bobae.collect import Collector, Patience
from bobae.core import BadInput, LiveConnector, Plant, StoreReader, StoreWriter, TagRow, Wish


def live_sources(plant: Plant) -> list[str]:
    """The names of the sources that send by themselves, in the plant file's order."""
    return [name for name, source in plant.sources.items() if "subscribe" in check(source.connector).manifest.abilities]


def live_plant(data: Sequence[Path], settings: Settings) -> Path | None:
    """The plant folder that `data` is, where a source of it sends by itself."""
    if len(data) != 1 or settings.plant is None or not (data[0] / plant_file.FILE_NAME).is_file():
        return None
    return data[0] if live_sources(settings.plant) else None


def collectors(
    plant: Plant,
    folder: Path,
    *,
    writer: StoreWriter,
    reader: StoreReader,
    chance: random.Random,
    patience: Patience | None = None,
) -> list[Collector]:
    """A collector for each live source.

    Args:
        plant: its sources and tags.
        folder: where each source may keep what outlives a restart, in a folder of its own.
        writer: takes the samples; tags that it does not know yet are given to it.
        reader: tells what the store ended with.
        chance: for the pauses between attempts.
        patience: how long is waited for what.

    Raises:
        BadInput: a source's settings cannot be, or no tag is read from it.
        Missing: a connector needs a package that is not installed.
    """
    return [
        _collector(plant, name, folder / name, writer=writer, reader=reader, chance=chance, patience=patience)
        for name in live_sources(plant)
    ]


def _collector(
    plant: Plant,
    name: str,
    folder: Path,
    *,
    writer: StoreWriter,
    reader: StoreReader,
    chance: random.Random,
    patience: Patience | None,
) -> Collector:
    source = plant.sources[name]
    plugin = discovery.load("connectors", source.connector)
    folder.mkdir(parents=True, exist_ok=True)
    plugin.connector(source.settings, folder)  # what is wrong with the settings is told now, not at the first attempt
    rows, wishes = [], []
    for path, tag in plant.tags():
        if tag.source == name and tag.address is not None:
            rows.append(TagRow(0, path, unit=tag.unit))
            wishes.append(Wish(path, str(tag.address), tag.deadband))
    if not wishes:
        raise BadInput(
            "no tag under `assets` is read from the source {name}; give some `source: {name}` and an `address`",
            name=name,
        )

    def make() -> LiveConnector:
        made: LiveConnector = plugin.connector(source.settings, folder)
        return made

    return Collector(
        name,
        make,
        wishes,
        writer.tag_ids(rows),
        writer=writer,
        reader=reader,
        chance=chance,
        patience=patience,
        resumes="resume" in check(source.connector).manifest.abilities,
    )
