"""What the interface needs of a running plant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from bobae.core import StoreReader, Text
from bobae.registry.catalogue import AlarmStore


@dataclass(frozen=True)
class SourceState:
    """How one source does.

    Attributes:
        name: as in plant.yaml.
        connected: whether samples can come.
        since_ns: since when that is so, ns UTC.
        reason: why it is not connected.
        samples: how many came since bobae started.
        skew_s: how far the source's clock is ahead of ours; None: not known yet.
    """

    name: str
    connected: bool
    since_ns: int
    reason: Text | None
    samples: int
    skew_s: float | None


@dataclass(frozen=True)
class WatchedModel:
    """One model at work.

    Attributes:
        monitor: name of the monitor, as in its alarms.
        asset: path of the machine.
        task: what it was asked.
        name: the model's name.
        version: which version of it: the first digits of its SHA-256.
    """

    monitor: str
    asset: str
    task: str
    name: str
    version: str


class LivePlant(Protocol):
    """A plant at work; every method is quick and may be called from any thread."""

    @property
    def reader(self) -> StoreReader:
        """Its samples."""
        ...

    @property
    def alarms(self) -> AlarmStore:
        """Its alarms."""
        ...

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        ...

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        ...

    def ready(self) -> Sequence[Text]:
        """Why it is not ready to be relied on; nothing if it is."""
        ...


async def _plant_of(request: Request) -> LivePlant:
    plant: LivePlant = request.app.state.plant
    return plant


ThePlant = Annotated[LivePlant, Depends(_plant_of)]
