"""Who collects the live sources of a plant, and what is to be read from each."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bobae.app import discovery
from bobae.app.live_sources import live_sources
from bobae.app.plugins import check
from bobae.collect import Collector, Patience
from bobae.core import (
    BadInput,
    LiveConnector,
    Missing,
    NewestReader,
    Plant,
    Source,
    StoreWriter,
    TagRow,
    Text,
    Wish,
)


@dataclass(frozen=True, eq=False)
class Collecting:
    """Who collects a plant.

    Attributes:
        collectors: one for each live source.
        wrong: sources that cannot be collected as plant.yaml has them, with why; the others are.
    """

    collectors: Sequence[Collector]
    wrong: Mapping[str, Text]


def collecting(
    plant: Plant,
    folder: Path,
    *,
    writer: StoreWriter,
    reader: NewestReader,
    chance: random.Random,
    patience: Patience | None = None,
    only: str | None = None,
) -> Collecting:
    """A collector for each live source; one that is wrong does not stop the others.

    Args:
        plant: its sources and tags.
        folder: where each source may keep what outlives a restart, in a folder of its own.
        writer: takes the samples; tags that it does not know yet are given to it.
        reader: tells what the store ended with.
        chance: for the pauses between attempts.
        patience: how long is waited for what.
        only: of this source; those of the same connector are looked at too, for what they share.

    Raises:
        BadInput: there is no source that could be collected: settings cannot be, or no tag is read.
        Missing: the same, since a connector needs a package that is not installed.
    """
    made: list[Collector] = []
    wrong: dict[str, BadInput | Missing] = {}
    reached: dict[tuple[str, str], str] = {}
    for name in live_sources(plant):
        if only is not None and plant.sources[name].connector != plant.sources[only].connector:
            continue
        try:
            endpoint, make = _connector(plant.sources[name], folder / name)
            _told_if_shared(plant.sources[name].connector, name, endpoint, reached)
            wishes, rows = _wishes(plant, name)
        except (BadInput, Missing) as error:
            wrong[name] = error
            continue
        if only not in (None, name):
            continue
        made.append(
            Collector(
                name,
                make,
                wishes,
                writer.tag_ids(rows),
                writer=writer,
                reader=reader,
                chance=chance,
                patience=patience,
                resumes="resume" in check(plant.sources[name].connector).manifest.abilities,
            )
        )
    if wrong and not made:
        raise wrong.get(only or "", next(iter(wrong.values())))
    return Collecting(made, {name: error.text for name, error in wrong.items()})


def _connector(source: Source, folder: Path) -> tuple[str, Callable[[], LiveConnector]]:
    """What the source connects to, and what makes a fresh connection to it."""
    plugin = discovery.load("connectors", source.connector)
    folder.mkdir(parents=True, exist_ok=True)

    def make() -> LiveConnector:
        made: LiveConnector = plugin.connector(source.settings, folder)
        return made

    return make().endpoint, make  # what is wrong with the settings is told now, not at the first attempt


def _told_if_shared(connector: str, name: str, endpoint: str, reached: dict[tuple[str, str], str]) -> None:
    """A device is asked over one connection; brokers, databases and folders may have many."""
    first = reached.setdefault((connector, endpoint), name)
    if first != name and check(connector).manifest.one_connection:
        raise BadInput(
            "the sources {first} and {second} both connect to {endpoint}; a device is asked over one connection: put "
            "their tags under one source",
            first=first,
            second=name,
            endpoint=endpoint,
        )


def _wishes(plant: Plant, name: str) -> tuple[list[Wish], list[TagRow]]:
    """What is to be read from the source `name`."""
    tags = [(path, tag) for path, tag in plant.tags() if tag.source == name and tag.address is not None]
    if not tags:
        raise BadInput(
            "no tag under `assets` is read from the source {name}; give some `source: {name}` and an `address`",
            name=name,
        )
    wishes = [Wish(path, str(tag.address), tag.deadband) for path, tag in tags]
    return wishes, [TagRow(0, path, unit=tag.unit) for path, tag in tags]
