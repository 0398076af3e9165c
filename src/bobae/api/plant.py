"""What the interface needs of a running plant."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import Depends, Request

from bobae.app.processes.state import PartState
from bobae.collect import SourceState
from bobae.core import Plant, StoreReader, Text
from bobae.registry.catalogue import Catalogue
from bobae.write import Writing


class WatchedModel(Protocol):
    """One model at work."""

    @property
    def monitor(self) -> str:
        """Name of the monitor, as in its alarms."""
        ...

    @property
    def asset(self) -> str:
        """Path of the machine."""
        ...

    @property
    def task(self) -> str:
        """What the model was asked."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def version(self) -> str:
        """Which version of it."""
        ...


class LivePlant(Protocol):
    """A plant at work; every method is quick and may be called from any thread."""

    @property
    def folder(self) -> Path:
        """Where its plant file and its models lie."""
        ...

    @property
    def plant(self) -> Plant:
        """What plant.yaml says of it."""
        ...

    @property
    def reader(self) -> StoreReader:
        """Its samples."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """Its alarms, and all else that is kept beside the samples."""
        ...

    @property
    def writing(self) -> Writing:
        """Who may order what to be written to it."""
        ...

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        ...

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        ...

    def parts(self) -> Sequence[PartState]:
        """How each part of it does; none where it runs in one process."""
        ...

    def ready(self) -> Sequence[Text]:
        """Why it is not ready to be relied on; nothing if it is."""
        ...


async def _plant_of(request: Request) -> LivePlant:
    plant: LivePlant = request.app.state.plant
    return plant


ThePlant = Annotated[LivePlant, Depends(_plant_of)]
