"""A plant at work: its sources collected, its rows scored as they settle, its alarms kept, all in one event loop."""

import asyncio
import contextlib
import functools
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bobae.app.plant_store import historian_folder, sources_folder
from bobae.app.sources import collecting
from bobae.app.watching import Watch
from bobae.app.writing import executor
from bobae.collect import Collector, SourceState
from bobae.core import BobaeError, Plant, StoreReader, Text, seconds_of, text
from bobae.historian import Store, open_store, warm
from bobae.monitor import Watcher
from bobae.registry.catalogue import AlarmStore, Catalogue, open_catalogue
from bobae.serve import Line
from bobae.write import Writing

SETTLE_NS = 300_000_000  # a row is scored so long after its time: what the network and one group commit take
_LOOK_S = 0.02
_TAKEN_UP_NS = 1_000_000_000
_STORE = ""
_log = logging.getLogger("bobae.app")


@dataclass(frozen=True)
class WatchedModel:
    """One model at work: its monitor, the machine, what it is asked, its name, and which version of it."""

    monitor: str
    asset: str
    task: str
    name: str
    version: str


class PlantAtWork:
    """One plant with its stores open; made by `at_work`. Any thread may ask it.

    Attributes:
        store: its samples.
        alarms: its alarms.
        writing: who may order what to be written to it.
    """

    def __init__(self, folder: Path, plant: Plant, store: Store, catalogue: Catalogue) -> None:
        self.plant, self.store = plant, store
        self._catalogue = catalogue
        self._executor = executor(plant, folder, catalogue.writes)
        self.writing = Writing.over(catalogue.writes, dict(plant.tags()))
        found = collecting(plant, sources_folder(folder), writer=store.writer, reader=store, chance=random.Random())
        self._collectors: Sequence[Collector] = found.collectors
        self._wrong = [SourceState(name, False, time.time_ns(), why) for name, why in found.wrong.items()]
        for name, why in found.wrong.items():
            _log.warning("%s", text("{source} is not collected: {why}", source=name, why=why))
        self._watches: list[Watch] = []
        self._troubles: dict[str, Text] = {}  # monitor (or _STORE) -> why its rows get no further

    @property
    def reader(self) -> StoreReader:
        """Its samples, to read."""
        return self.store

    @property
    def alarms(self) -> AlarmStore:
        """Its alarms."""
        return self._catalogue.alarms

    def sources(self) -> Sequence[SourceState]:
        """How each source does."""
        return [*(collector.state for collector in self._collectors), *self._wrong]

    def models(self) -> Sequence[WatchedModel]:
        """What is watched, and by which model."""
        return [WatchedModel(w.monitor, w.asset, w.model.task, w.model.name, w.version) for w in self._watches]

    def ready(self) -> Sequence[Text]:
        """Why it cannot be relied on now; nothing if it can."""
        reasons = [
            text("{source} is not connected: {why}", source=state.name, why=state.reason or text("not yet"))
            for state in self.sources()
            if not state.connected
        ]
        reasons += [state.storing for state in self.sources() if state.storing is not None]
        return [*reasons, *self._troubles.values()]

    async def collect(self) -> None:
        """Collect from every source until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for collector in self._collectors:
                tasks.create_task(collector.run())

    async def carry_out_orders(self) -> None:
        """Write to the plant what was ordered and approved, until cancelled; nobody else does while this one runs."""
        if self._executor is not None:
            await self._executor.run()

    async def watch(self, watches: Sequence[Watch]) -> None:
        """Score every row as it settles, and keep the alarms, until cancelled; may be called for others later."""
        if not watches:
            return
        began_ns = time.time_ns()
        await _in_thread(warm)
        # until the collectors have said, and the disk has, that nothing was collected before
        while self.store.writer.committed_ns < began_ns + _TAKEN_UP_NS:
            await asyncio.sleep(_LOOK_S)
        line = Line([w.live for w in watches], settle_ns=SETTLE_NS, from_ns=self.store.writer.committed_ns)
        await _in_thread(lambda: line.warm(self.store))
        self._watches += watches
        watchers = {w.monitor: w.watcher for w in watches}
        scored_ns = 0
        while True:
            await asyncio.sleep(_LOOK_S)
            if (committed_ns := self.store.writer.committed_ns) > scored_ns:
                scored_ns = committed_ns
                # in a thread: a thousand models, or a flood of alarms, must not hold up what is collected
                await _in_thread(functools.partial(self._score, line, watchers, committed_ns))

    def _score(self, line: Line, watchers: Mapping[str, Watcher], until_ns: int) -> None:
        with self._telling(_STORE):
            for row in line.settled(self.store, until_ns):
                with self._telling(row.model):
                    watchers[row.model].observe(row.time_ns, row.answers, row.x)

    @contextlib.contextmanager
    def _telling(self, of: str) -> Iterator[None]:
        """An error is a reason for not being ready until it is over, and logged once; the next row tries again."""
        try:
            yield
        except BobaeError as error:
            if of not in self._troubles:
                _log.error("%s", error)
            self._troubles[of] = error.text
        else:
            self._troubles.pop(of, None)


async def _in_thread(call: Callable[[], None]) -> None:
    """Let a thread do it; one that is cancelled waits for its end, since the stores are closed after it."""
    done = asyncio.create_task(asyncio.to_thread(call))
    try:
        await asyncio.shield(done)
    finally:
        await done


@contextlib.asynccontextmanager
async def at_work(folder: Path, plant: Plant) -> AsyncIterator[PlantAtWork]:
    """The plant in `folder` with its stores open, closed again at the end.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
        BadInput: a source's settings cannot be.
    """
    root = historian_folder(folder)
    keep_raw_ns = None if plant.keep_raw is None else round(seconds_of(plant.keep_raw) * 1e9)
    store = await asyncio.to_thread(open_store, root, write=True, keep_raw_ns=keep_raw_ns)
    try:
        with open_catalogue(root) as catalogue:
            yield PlantAtWork(folder, plant, store, catalogue)
    finally:
        await asyncio.to_thread(store.close)
