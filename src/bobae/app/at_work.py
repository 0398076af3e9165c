"""A plant at work: its sources collected, its rows scored as they settle, its alarms kept, all in one event loop."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from bobae.app.live_wishes import WatchedModel
from bobae.app.plant_store import historian_folder, sources_folder
from bobae.app.processes.keeping import opened
from bobae.app.processes.state import PartState
from bobae.app.readiness import not_ready
from bobae.app.ruling import RuleWatch
from bobae.app.scoring import Scoring, Versions
from bobae.app.sources import collecting
from bobae.app.watching import Watch
from bobae.app.writing import executor
from bobae.collect import Collector, SourceState
from bobae.core import Plant, StoreReader, Text, text
from bobae.historian import Store
from bobae.registry.catalogue import AlarmStore, Catalogue, open_catalogue
from bobae.write import Writing

_log = logging.getLogger("bobae.app")


class PlantAtWork:
    """One plant with its stores open; made by `at_work`. Any thread may ask it.

    Attributes:
        folder: where its plant file lies.
        store: its samples.
        catalogue: its alarms and all else that is kept beside the samples.
        writing: who may order what to be written to it.
    """

    def __init__(self, folder: Path, plant: Plant, store: Store, catalogue: Catalogue) -> None:
        self.folder, self.plant, self.store = folder, plant, store
        self.catalogue = catalogue
        self._executor = executor(plant, folder, catalogue.writes)
        self.writing = Writing.over(catalogue.writes, dict(plant.tags()))
        found = collecting(plant, sources_folder(folder), writer=store.writer, reader=store, chance=random.Random())
        self._collectors: Sequence[Collector] = found.collectors
        self._wrong = [SourceState(name, False, time.time_ns(), why) for name, why in found.wrong.items()]
        for name, why in found.wrong.items():
            _log.warning("%s", text("{source} is not collected: {why}", source=name, why=why))
        self._scoring = Scoring(store, store.writer)

    @property
    def reader(self) -> StoreReader:
        """Its samples, to read."""
        return self.store

    @property
    def alarms(self) -> AlarmStore:
        """Its alarms."""
        return self.catalogue.alarms

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        return [*(collector.state for collector in self._collectors), *self._wrong]

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        return self._scoring.models()

    def parts(self) -> Sequence[PartState]:
        """None: all of it is this process."""
        return ()

    def ready(self) -> Sequence[Text]:
        """Why it cannot be relied on now; nothing if it can."""
        return not_ready(self.sources(), self._scoring.troubles())

    async def collect(self) -> None:
        """Collect from every source until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for collector in self._collectors:
                tasks.create_task(collector.run())

    async def carry_out_orders(self) -> None:
        """Write to the plant what was ordered and approved, until cancelled; nobody else does while this one runs."""
        if self._executor is not None:
            await self._executor.run()

    async def watch(self, watches: Sequence[Watch], versions: Versions | None = None) -> None:
        """Score every row as it settles, and keep the alarms, until cancelled; may be called for others later."""
        await self._scoring.watch(watches, versions)

    async def rule(self, made: Callable[[int], RuleWatch | None]) -> None:
        """Judge the rules of the plant on every row as it settles, until cancelled."""
        await self._scoring.rule(made)


@contextlib.asynccontextmanager
async def at_work(folder: Path, plant: Plant) -> AsyncIterator[PlantAtWork]:
    """The plant in `folder` with its stores open, closed again at the end.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
        BadInput: a source's settings cannot be.
    """
    store = await asyncio.to_thread(opened, folder, plant)
    try:
        with open_catalogue(historian_folder(folder)) as catalogue:
            yield PlantAtWork(folder, plant, store, catalogue)
    finally:
        await asyncio.to_thread(store.close)
