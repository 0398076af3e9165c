"""A source looked at, and its tags brought into plant.yaml after a look."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bobae.app import discovery, plant_file
from bobae.app.new_plant import empty_plant
from bobae.app.plant_checks import Place
from bobae.app.plant_file import PlantFile
from bobae.app.plant_store import sources_folder
from bobae.app.plugins import check, connectors_that
from bobae.app.proposing import LeftOut, Proposal, ProposedAsset, ProposedTag, propose, speaks_of
from bobae.app.settings import Settings, home_folder
from bobae.app.source_at import SourceAt, known_source, new_name, source_at
from bobae.core import BadInput, LiveConnector, Offered
from bobae.core.plant import is_path


@dataclass(frozen=True)
class Browsed:
    """What a source has to offer.

    Attributes:
        source: which was asked.
        endpoint: what it was reached at.
        offered: all of it.
    """

    source: SourceAt
    endpoint: str
    offered: Sequence[Offered]

    def matching(self, wanted: Sequence[str]) -> list[Offered]:
        """Those with one of the texts in path or address; all without any."""
        return [one for one in self.offered if speaks_of(one, wanted)]

    def as_json(self, wanted: Sequence[str] = ()) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "connector": self.source.connector,
            "endpoint": self.endpoint,
            "offered": [_offered_json(one) for one in self.matching(wanted)],
        }


def browse(what: str, folder: Path | None = None, *, connector: str | None, given: Mapping[str, Any]) -> Browsed:
    """Ask a source what it has to offer; no value is collected.

    Args:
        what: the name of a source in the plant of `folder`, a URL, a folder of files, or the name of a connector.
        folder: of the plant; None: of none.
        connector: which connector is to read it, where its URL alone does not tell.
        given: settings besides.

    Raises:
        BadInput: nobody knows what to do with it.
        Unreachable: nobody answers.
        Refused: the source will not have us.
        Missing: the connector needs a package that is not installed.
    """
    plant = plant_file.read(folder).plant if folder is not None else None
    return _browsed(source_at(what, plant, connector, given), folder)


@dataclass(frozen=True)
class Connection:
    """One source and what plant.yaml would have of it; nothing is written yet.

    Attributes:
        file: plant.yaml as it is, or as it would be made.
        name: the source's name in it.
        browsed: what the source has to offer.
        proposal: what is new.
    """

    file: PlantFile
    name: str
    browsed: Browsed
    proposal: Proposal

    @property
    def is_new(self) -> bool:
        """Whether plant.yaml does not know the source."""
        return self.name not in self.file.plant.sources

    def write(self) -> None:
        """Add what is new to plant.yaml; all that stands there stays."""
        if self.proposal.tags:
            self.file.with_values(self._values()).save()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        source = self.browsed.source
        return {
            "plant": str(self.file.path),
            "source": {"name": self.name, "connector": source.connector, "new": self.is_new} | dict(source.settings),
            "endpoint": self.browsed.endpoint,
            "assets": [_asset_json(asset) for asset in self.proposal.assets],
            "left_out": [_left_out_json(one) for one in self.proposal.left_out],
            "known": self.proposal.known,
            "vanished": list(self.proposal.vanished),
        }

    def _values(self) -> Iterator[tuple[Place, Any]]:
        for asset in self.proposal.assets:
            if asset.path not in self.file.plant.assets:
                yield ("assets", asset.path, "class"), asset.class_
            for tag in asset.tags:
                yield ("assets", asset.path, "tags", tag.name), _row(tag, self.name)
        if self.is_new:
            source = self.browsed.source
            yield ("sources", self.name), {"connector": source.connector} | dict(source.settings)


def connect(
    folder: Path,
    what: str,
    settings: Settings,
    *,
    name: str | None = None,
    connector: str | None = None,
    given: Mapping[str, Any] | None = None,
    below: str = "",
    wanted: Sequence[str] = (),
) -> Connection:
    """Browse a source and propose tags for a plant; what the plant has already stays as it is.

    Args:
        folder: of the plant; without a plant.yaml one is made when the proposal is written.
        what: a URL, a folder of files, the name of a connector, or of a source of the plant.
        settings: for the language and time zone of a new plant.
        name: of the source; None: its host, or its connector.
        connector: which is to read it, where its URL alone does not tell.
        given: settings besides, such as a login.
        below: area/line that its machines belong to.
        wanted: texts; only variables with one of them in path or address. None: all.

    Raises:
        BadInput: nobody knows what to do with it, or `below` or `name` cannot be.
        Unreachable: nobody answers.
        Refused: the source will not have us.
        Missing: the connector needs a package that is not installed.
    """
    if below and (not is_path(below) or below.count("/") > 2):
        raise BadInput("--as {below!r} is no place; write area or area/line, without spaces and dots", below=below)
    there = (folder / plant_file.FILE_NAME).exists()
    file = plant_file.read(folder) if there else empty_plant(folder, settings)
    source = known_source(source_at(what, file.plant, connector, given or {}), file.plant)
    if name is not None and source.name not in (None, name):
        raise BadInput("plant.yaml has this source already: it is called {name}; leave --name out", name=source.name)
    chosen = name or source.name or new_name(source, file.plant)
    if source.name is None and chosen in file.plant.sources:
        raise BadInput("plant.yaml has another source called {name}; choose another --name", name=chosen)
    browsed = _browsed(replace(source, name=chosen), folder)
    ways = connectors_that("browse")[source.connector].ways
    proposal = propose(browsed.offered, chosen, plant=file.plant, below=below, wanted=wanted, ways=ways)
    return Connection(file, chosen, browsed, proposal)


def _browsed(source: SourceAt, folder: Path | None) -> Browsed:
    plugin = discovery.load("connectors", source.connector)
    if source.connector not in connectors_that("browse"):
        raise BadInput("the connector {connector} cannot say what is there", connector=source.connector)
    session = check(source.connector).manifest.session
    settings = {name: value for name, value in source.settings.items() if name not in session}
    own = home_folder() / "sources" / source.connector
    if folder is not None and source.name is not None:
        own = sources_folder(folder) / source.name
    made: LiveConnector = plugin.connector(settings, None if session else own)
    return Browsed(source, made.endpoint, asyncio.run(_asked(made)))


async def _asked(source: LiveConnector) -> Sequence[Offered]:
    try:
        await source.open()
        return await source.browse()
    finally:
        await source.close()


def _row(tag: ProposedTag, source: str) -> dict[str, Any]:
    """One tag as it stands in plant.yaml."""
    row: dict[str, Any] = {}
    if tag.unit is not None:
        row["unit"] = tag.unit
    if tag.range is not None:
        row["range"] = [int(end) if float(end).is_integer() else float(end) for end in tag.range]
    return row | {"source": source, "address": tag.offered.address}


def _offered_json(one: Offered) -> dict[str, Any]:
    return {"address": one.address, "path": one.path, "kind": one.kind, "unit": one.unit, "range": one.range}


def _asset_json(asset: ProposedAsset) -> dict[str, Any]:
    tags = [
        {"name": tag.name, "unit": tag.unit, "unit_from": tag.unit_from, "range": tag.range}
        | {"address": tag.offered.address, "path": tag.offered.path, "kind": tag.offered.kind}
        for tag in asset.tags
    ]
    said = {"sure": asset.sure, "because": str(asset.because)}
    return {"path": asset.path, "class": asset.class_} | said | {"tags": tags}


def _left_out_json(one: LeftOut) -> dict[str, Any]:
    return {"address": one.offered.address, "path": one.offered.path, "why": str(one.why)}
