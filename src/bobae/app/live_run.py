"""`up` on a live plant in one process: collect, score and alarm until stopped; a missing model is trained meanwhile."""

import asyncio
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bobae.app.alarm_keeping import AlarmKeeping
from bobae.app.at_work import PlantAtWork, at_work
from bobae.app.drift_keeping import DriftKeeping
from bobae.app.drifting import Drifting
from bobae.app.following import followed, from_thread
from bobae.app.live_models import LiveModels
from bobae.app.live_wishes import Ran, Wishes
from bobae.app.main_job import Up
from bobae.app.model_keeping import keeping
from bobae.app.notifying import Notifying
from bobae.app.rationalising import Rationalising
from bobae.app.settings import Settings
from bobae.app.swapping import Swapping
from bobae.app.telling import Tell, tell_nobody
from bobae.app.training_missing import TrainingMissing
from bobae.core import Monitor, Plant, Progress, silent, speaking, telling_time_of


async def live(
    folder: Path,
    settings: Settings,
    wishes: Wishes,
    *,
    stop: asyncio.Event,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Ran:
    """Collect, score and alarm until `stop` is set; meanwhile train the models that are missing.

    All of it runs in this process, for tests and for programs that bobae is a part of; `bobae up` has the same pieces
    in processes of their own.

    Args:
        folder: of a plant with a live source.
        settings: those that hold there.
        wishes: what runs beside it, and what is known of its machines.
        stop: ends it.
        progress: told how far a training is.
        tell: told what happens, as it happens.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
        BadInput: a source's settings cannot be, or the port is taken.
    """
    began, plant = time.monotonic(), settings.plant
    assert plant is not None
    with speaking(settings.language), telling_time_of(settings.timezone):
        async with at_work(folder, plant) as work:
            run = _Run(folder, plant, settings, wishes, work, stop=stop, progress=progress, tell=tell)
            jobs = [work.collect(), work.carry_out_orders(), *run.watching()]
            jobs += [AlarmKeeping(plant, work.catalogue).run(), keeping(folder, settings, work.catalogue).run()]
            drifting = Drifting.of(folder, settings, work.store, work.catalogue, sealed=run.models.opened)
            jobs += [DriftKeeping(drifting).run()]
            jobs += [Rationalising(folder, settings, work.catalogue).run()]
            jobs += [Notifying(folder, plant, work.catalogue).run()]
            ran = await followed(
                work, jobs, folder=folder, plant=plant, wishes=wishes, trained=run.trained, stop=stop, tell=tell
            )
    return replace(ran, seconds=time.monotonic() - began)


@dataclass(eq=False)
class _Run:
    """What watches in one run of a live plant."""

    folder: Path
    plant: Plant
    settings: Settings
    wishes: Wishes
    work: PlantAtWork
    stop: asyncio.Event
    progress: Progress
    tell: Tell
    trained: list[Up] = field(default_factory=list)

    def watching(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Watch with the models that are there, and with the others once they are trained."""
        happened = {asset: known.happened for asset, known in self.wishes.known.items()}
        training = TrainingMissing(self.folder, self.settings, self.wishes.wanted, happened)
        missing = training.missing(self.plant.monitors)
        yield self._watch([monitor for monitor in self.plant.monitors if monitor not in missing])
        yield self._train_and_watch(training, missing)
        yield self.work.rule(self.models.rules)

    @cached_property
    def models(self) -> LiveModels:
        """Makes what watches."""
        explain = {a: known.explain for a, known in self.wishes.known.items() if known.explain is not None}
        return LiveModels(self.folder, self.settings, self.work.store, self.work.catalogue, explain)

    async def _watch(self, monitors: Sequence[Monitor]) -> None:
        swapping = Swapping(self.models, monitors)
        made = await asyncio.to_thread(self.models.watched, monitors, from_thread(self.stop, self.tell))
        await self.work.watch(made, swapping)

    async def _train_and_watch(self, training: TrainingMissing, missing: Sequence[Monitor]) -> None:
        for monitor in missing:
            tell, progress = from_thread(self.stop, self.tell), from_thread(self.stop, self.progress)
            came = await asyncio.to_thread(training.train, monitor, progress, tell)
            self.trained += [] if came is None else [came]
        await self._watch([monitor for monitor in missing if monitor not in training.missing(missing)])
