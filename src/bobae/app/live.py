"""`up` on a live plant: collect, score and alarm until stopped, told on the way."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bobae.app.at_work import PlantAtWork, at_work
from bobae.app.main_job import Tell
from bobae.app.settings import Settings
from bobae.app.told import Level
from bobae.app.watching import Explain, Watch, model_path, watch
from bobae.collect import SourceState
from bobae.core import BadInput, BobaeError, Monitor, Plant, Text, local_time, text
from bobae.registry.catalogue import Alarm, AlarmState

Serve = Callable[[PlantAtWork], Coroutine[None, None, None]]
_LOOK_S = 0.25
_TAGS_SHOWN = 3


@dataclass(frozen=True)
class Wishes:
    """What is asked of a live plant besides its plant file.

    Attributes:
        serve: answers over HTTP until cancelled.
        for_s: stop after so many seconds; None: when told to.
        explain: asset -> what somebody who knows the machine says of an alarm's tags.
        reports: asset -> the report of its model, shown beside its alarms.
    """

    serve: Serve
    for_s: float | None = None
    explain: Mapping[str, Explain] = field(default_factory=dict)
    reports: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Ran:
    """What happened while the plant was at work: its sources at the end, and the alarms that changed, as they are."""

    sources: Sequence[SourceState]
    alarms: Sequence[Alarm]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return {
            "sources": [{"name": s.name, "connected": s.connected, "samples": s.samples} for s in self.sources],
            "alarms": [
                {
                    "id": alarm.id,
                    "asset": alarm.asset,
                    "state": str(alarm.state),
                    "row": local_time(alarm.row_ns).isoformat(),
                    "peak": alarm.peak,
                    "top_tags": [list(pair) for pair in alarm.top_tags],
                    "meaning": str(alarm.meaning),
                }
                for alarm in self.alarms
            ],
            "seconds": round(self.seconds, 1),
        }


async def live(folder: Path, plant: Plant, settings: Settings, wishes: Wishes, *, tell: Tell) -> Ran:
    """Collect, score and alarm until cancelled, or for as long as is asked.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
        BadInput: a source's settings cannot be, or the port is taken.
    """
    began = time.monotonic()
    async with at_work(folder, plant) as work:
        watches = list(_watches(folder, plant, settings, work, wishes, tell))
        since = work.alarms.revision()
        jobs = [work.collect(), work.watch(watches), _tell_sources(work, tell), wishes.serve(work)]
        jobs.append(_tell_alarms(work, wishes, since, tell))
        await _until_stopped(jobs, wishes.for_s)
        alarms = work.alarms.changed_after(since, limit=1_000)
        return Ran(work.sources(), alarms, time.monotonic() - began)


async def _until_stopped(jobs: Sequence[Coroutine[None, None, None]], for_s: float | None) -> None:
    """Run all until Ctrl-C, SIGTERM or the end of the time; what one of them raises ends all, and is raised."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError):  # Windows; or not the main thread
            loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(job) for job in jobs]
    waiting = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([*tasks, waiting], timeout=for_s, return_when=asyncio.FIRST_EXCEPTION)
        for task in done - {waiting}:
            task.result()
    finally:
        for task in (*tasks, waiting):
            task.cancel()
        await asyncio.gather(*tasks, waiting, return_exceptions=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.remove_signal_handler(number)


def _watches(
    folder: Path, plant: Plant, settings: Settings, work: PlantAtWork, wishes: Wishes, tell: Tell
) -> Iterator[Watch]:
    """The monitors whose models are there; the others are told, and all else runs."""
    for monitor in plant.monitors:
        path = model_path(folder, monitor)
        try:
            found = _watch(monitor, path, settings, work, wishes)
            tell(text("{asset} is watched by {model}", asset=monitor.asset, model=path), "good")
        except BobaeError as error:
            tell(text("{asset} is not watched: {why}", asset=monitor.asset, why=error.text), "warning")
        else:
            yield found


def _watch(monitor: Monitor, path: Path, settings: Settings, work: PlantAtWork, wishes: Wishes) -> Watch:
    if not path.is_file():
        raise BadInput(
            "there is no model {path} yet; bobae train FOLDER -o {path} makes one once there is enough history",
            path=path,
        )
    explain = wishes.explain.get(monitor.asset)
    return watch(monitor, path, store=work.store, alarms=work.alarms, settings=settings, explain=explain)


async def _tell_sources(work: PlantAtWork, tell: Tell) -> None:
    """Say when a source comes or goes."""
    told: dict[str, bool] = {}
    while True:
        for state in work.sources():
            if told.get(state.name) == state.connected or (not state.connected and state.reason is None):
                continue
            told[state.name] = state.connected
            tell(*_source_told(state))
        await asyncio.sleep(_LOOK_S)


def _source_told(state: SourceState) -> tuple[Text, Level]:
    if not state.connected:
        said = text("{source} does not answer: {why}; tried again until it does", source=state.name, why=state.reason)
        return said, "warning"
    lost = len(state.rejected)
    if lost:
        first = state.rejected[0]
        said = text(
            "{source} is connected; {n} tags cannot be read, {tag} first: {why}",
            source=state.name,
            n=lost,
            tag=first.wish.path,
            why=first.why,
        )
        return said, "warning"
    return text("{source} is connected", source=state.name), "good"


async def _tell_alarms(work: PlantAtWork, wishes: Wishes, since: int, tell: Tell) -> None:
    """Say what alarms say, when they come and when they go."""
    told: dict[int, AlarmState] = {}
    while True:
        await asyncio.sleep(_LOOK_S)
        for alarm in await asyncio.to_thread(work.alarms.changed_after, since, limit=100):
            since = alarm.revision
            if told.get(alarm.id) is not alarm.state:
                told[alarm.id] = alarm.state
                _tell_alarm(alarm, wishes, tell)


def _tell_alarm(alarm: Alarm, wishes: Wishes, tell: Tell) -> None:
    when = local_time(alarm.row_ns).strftime("%H:%M:%S")
    if alarm.state is AlarmState.UNACKNOWLEDGED:
        tell(text("ALARM {number} at {asset}, {when}", number=alarm.id, asset=alarm.asset, when=when), "step")
        tell(alarm.meaning, "warning")
        for tag, share in alarm.top_tags[:_TAGS_SHOWN]:
            tell(text("{tag}: {share} % of it", tag=tag, share=round(100 * share)))
        if alarm.asset in wishes.reports:
            tell(text("what its model was proved to be worth: {report}", report=wishes.reports[alarm.asset]))
    elif alarm.state is AlarmState.ACKNOWLEDGED:
        who = alarm.acknowledged_by or "-"
        tell(text("alarm {number}: {who} has taken notice", number=alarm.id, who=who), "good")
    else:
        ended = local_time(alarm.cleared_ns or alarm.row_ns).strftime("%H:%M:%S")
        tell(text("alarm {number} is over, {when}", number=alarm.id, when=ended), "good")
