"""`up` on a live plant: collect, score and alarm until stopped; a model that is missing is trained meanwhile."""

import asyncio
import contextlib
import functools
import signal
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec

from bobae.app.at_work import PlantAtWork, at_work
from bobae.app.judging import Wanted
from bobae.app.live_told import alarm_told
from bobae.app.main_job import TASK, Tell, Up, tell_nobody, up
from bobae.app.models import verdict_in_words
from bobae.app.orders_told import tell_orders
from bobae.app.settings import Settings
from bobae.app.told import Happened
from bobae.app.watching import Explain, Watch, model_path, report_beside, watch
from bobae.collect import SourceState
from bobae.core import (
    BadInput,
    BobaeError,
    Monitor,
    Plant,
    Progress,
    Verdict,
    local_time,
    silent,
    speaking,
    telling_time_of,
    text,
)
from bobae.registry import Proving
from bobae.registry.catalogue import Alarm, AlarmState

P = ParamSpec("P")
Beside = Callable[[PlantAtWork], Coroutine[Any, Any, None]]
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no hang-up
_LOOK_S = 0.25
_MOST_TOLD = 1_000
_ACTIVE = [state for state in AlarmState if state.active]


class Stopped(Exception):
    """What ends the work of another thread once the plant is to stop."""


@dataclass(frozen=True)
class Known:
    """What somebody knows of a machine.

    Attributes:
        happened: its faults, called what they were.
        explain: what is said of an alarm's tags.
    """

    happened: tuple[Happened, ...] = ()
    explain: Explain | None = None


@dataclass(frozen=True)
class Wishes:
    """What is asked of a live plant besides its plant file.

    Attributes:
        beside: what runs beside the plant until it stops, first of all what answers over HTTP.
        address: where that answers: http://127.0.0.1:8800/api/v1.
        wanted: of the training of models that are missing; its costs and budget hold over those of the plant file.
        known: asset -> what somebody knows of it.
    """

    beside: tuple[Beside, ...]
    address: str
    wanted: Wanted = field(default_factory=Wanted)
    known: Mapping[str, Known] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """What happened while the plant was at work.

    Attributes:
        folder: its folder.
        seconds: for how long.
        sources: as they were at the end.
        alarms: those that changed, as they were at the end.
        trained: what came of each training.
    """

    folder: Path
    seconds: float
    sources: Sequence[SourceState] = ()
    alarms: Sequence[Alarm] = ()
    trained: Sequence[Up] = ()

    @property
    def samples(self) -> int:
        """How many came."""
        return sum(source.samples for source in self.sources)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {
            "folder": str(self.folder),
            "seconds": round(self.seconds, 1),
            "sources": [{"name": s.name, "connected": s.connected, "samples": s.samples} for s in self.sources],
            "alarms": [_as_json(alarm) for alarm in self.alarms],
            "trained": [came.as_json() for came in self.trained],
        }


def _as_json(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "asset": alarm.asset,
        "state": str(alarm.state),
        "row": local_time(alarm.row_ns).isoformat(),
        "peak": alarm.peak,
        "top_tags": [list(pair) for pair in alarm.top_tags],
        "meaning": str(alarm.meaning),
    }


@contextlib.contextmanager
def stopping(for_s: float | None = None) -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM, a closed terminal or the end of the time sets, inside a running event loop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    timer = None if for_s is None else loop.call_later(for_s, stop.set)
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    with contextlib.suppress(NotImplementedError, ValueError):  # Windows; or not the main thread
        for number in numbers:
            loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        if timer is not None:
            timer.cancel()
        with contextlib.suppress(NotImplementedError, ValueError):
            for number in numbers:
                loop.remove_signal_handler(number)


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
            tell(text("its alarms and samples can be asked for at {address}", address=f"{wishes.address}/alarms"))
            since = work.alarms.revision()
            run = _Run(folder, plant, settings, wishes, work, stop=stop, progress=progress, tell=tell)
            jobs = [work.collect(), work.carry_out_orders(), *(job(work) for job in wishes.beside)]
            jobs += [run.tell_alarms(since), tell_orders(work.writing.book, tell), *run.watching()]
            await _until(stop, jobs)
            changed = work.alarms.changed_after(since, limit=_MOST_TOLD)
            return Ran(folder, time.monotonic() - began, work.sources(), changed, run.trained)


async def _until(stop: asyncio.Event, jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all until `stop` is set; what one of them raises ends all, and is raised."""
    waiting = asyncio.create_task(stop.wait())
    running = {asyncio.create_task(job) for job in jobs}
    try:
        while not waiting.done():
            done, _ = await asyncio.wait({*running, waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                with contextlib.suppress(Stopped):
                    task.result()
            running -= done
    finally:
        for task in (*running, waiting):
            task.cancel()
        await asyncio.gather(*running, waiting, return_exceptions=True)


def from_thread(stop: asyncio.Event, call: Callable[P, None]) -> Callable[P, None]:
    """`call` for another thread: the event loop's does it; raises Stopped there once `stop` is set."""
    loop = asyncio.get_running_loop()

    def hand_over(*arguments: P.args, **named: P.kwargs) -> None:
        if stop.is_set():
            raise Stopped
        loop.call_soon_threadsafe(functools.partial(call, *arguments, **named))

    return hand_over


@dataclass(eq=False)
class _Run:
    """One run of a live plant: what watches, what is told."""

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
        there = [monitor for monitor in self.plant.monitors if self._model(monitor).is_file()]
        yield self._watch(there)
        yield self._train_and_watch([monitor for monitor in self.plant.monitors if monitor not in there])

    async def _watch(self, monitors: Sequence[Monitor]) -> None:
        await self.work.watch(await asyncio.to_thread(self._all_made, monitors, from_thread(self.stop, self.tell)))

    async def _train_and_watch(self, monitors: Sequence[Monitor]) -> None:
        for monitor in monitors:
            if monitor.task == TASK:
                tell, progress = from_thread(self.stop, self.tell), from_thread(self.stop, self.progress)
                await asyncio.to_thread(self._train, monitor, progress, tell)
        await self._watch(monitors)

    def _train(self, monitor: Monitor, progress: Progress, tell: Tell) -> None:
        model = self._model(monitor)
        own = replace(self.settings, alarm_budget=str(monitor.alarm_budget), costs=monitor.costs)
        try:
            came = up(
                [self.folder],
                own,
                results=model.parent,
                model=model,
                asset=monitor.asset,
                wanted=self.wishes.wanted,
                known=self._known(monitor.asset).happened,
                progress=progress,
                tell=tell,
            )
        except BadInput as error:  # such as nothing to learn from yet
            tell(error.text, "warning")
            return
        self.trained.append(came)
        for made in came.files:
            tell(text("{path}: {what}", path=made.path, what=made.what))

    def _all_made(self, monitors: Sequence[Monitor], tell: Tell) -> list[Watch]:
        with Proving() as proving:
            return [made for monitor in monitors for made in self._made(monitor, proving, tell)]

    def _made(self, monitor: Monitor, proving: Proving, tell: Tell) -> Iterator[Watch]:
        """The monitor with its model; without one it is told, and all else runs."""
        model = self._model(monitor)
        try:
            if not model.is_file():
                raise BadInput(
                    "there is no model {path} yet; once there is more to learn from, start bobae again", path=model
                )
            explain = self._known(monitor.asset).explain
            made = watch(
                monitor,
                model,
                store=self.work.store,
                alarms=self.work.alarms,
                settings=self.settings,
                explain=explain,
                proving=proving,
            )
        except BobaeError as error:
            tell(text("{asset} is not watched: {why}", asset=monitor.asset, why=error.text), "warning")
        else:
            _tell_watched(made, model, tell)
            yield made

    def _model(self, monitor: Monitor) -> Path:
        return model_path(self.folder, monitor)

    def _known(self, asset: str) -> Known:
        return self.wishes.known.get(asset, Known())

    async def tell_alarms(self, since: int) -> None:
        """Say which alarms are active, and from then on when they come and go."""
        alarms = self.work.alarms
        reports = {m.asset: report_beside(self._model(m)) for m in self.plant.monitors}
        told: dict[int, AlarmState] = {}
        changed = alarms.page(limit=_MOST_TOLD, states=_ACTIVE)
        while True:
            for alarm in changed:
                since = max(since, alarm.revision)
                if told.get(alarm.id) is not alarm.state:
                    told[alarm.id] = alarm.state
                    for said, level in alarm_told(alarm, self.wishes.address, reports.get(alarm.asset)):
                        self.tell(said, level)
            await asyncio.sleep(_LOOK_S)
            changed = await asyncio.to_thread(alarms.changed_after, since, limit=_MOST_TOLD)


def _tell_watched(made: Watch, model: Path, tell: Tell) -> None:
    verdict = made.model.verdict
    if verdict is Verdict.USEFUL:
        tell(text("{asset} is watched by {model}", asset=made.asset, model=model), "good")
        return
    said = text(
        "{asset} is watched by {model}, whose verdict was: {verdict}. Do not rely on its alarms.",
        asset=made.asset,
        model=model,
        verdict=verdict_in_words(verdict),
    )
    tell(said, "warning")
