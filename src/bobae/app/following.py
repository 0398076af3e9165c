"""A plant at work followed until it is stopped: its alarms and orders told as they come, and what runs beside it."""

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, ParamSpec

from bobae.app.live_told import alarm_told
from bobae.app.live_wishes import Ran, Stopped, Trained, Wishes, Work
from bobae.app.orders_told import tell_orders
from bobae.app.telemetry import Tracing
from bobae.app.telling import Tell
from bobae.app.watched_places import model_path, report_beside
from bobae.core import BobaeError, Plant, text
from bobae.registry.catalogue import AlarmState

P = ParamSpec("P")
_LOOK_S = 0.25
_MOST_TOLD = 1_000
_ACTIVE = [state for state in AlarmState if state.active]
_log = logging.getLogger("bobae.app")


async def followed(
    work: Work,
    jobs: Sequence[Coroutine[Any, Any, None]],
    *,
    folder: Path,
    plant: Plant,
    wishes: Wishes,
    trained: Sequence[Trained],
    stop: asyncio.Event,
    tell: Tell,
    tracing: Tracing | None = None,
) -> Ran:
    """Do the jobs and what is wished beside them until `stop` is set; say what happens meanwhile.

    Args:
        work: the plant.
        jobs: what keeps it at work.
        folder: of the plant.
        plant: as plant.yaml has it.
        wishes: what runs beside it.
        trained: grows with each training.
        stop: ends it.
        tell: told what happens, as it happens.
        tracing: of this process; None: nothing is traced.
    """
    began = time.monotonic()
    tell(text("look at it in a browser: {address}", address=wishes.address.removesuffix("/api/v1")))
    since = work.alarms.revision()
    reports = {monitor.asset: report_beside(model_path(folder, monitor)) for monitor in plant.monitors}
    traced = tracing or Tracing("bobae", "", endpoint="")
    telling = [_tell_alarms(work, since, wishes.address, reports, tell, traced), tell_orders(work.writing.book, tell)]
    await until(stop, [*jobs, *(job(work) for job in wishes.beside), *telling])
    changed = work.alarms.changed_after(since, limit=_MOST_TOLD)
    return Ran(folder, time.monotonic() - began, work.sources(), changed, trained)


async def until(stop: asyncio.Event, jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
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


async def _tell_alarms(
    work: Work, since: int, address: str, reports: dict[str, Path], tell: Tell, tracing: Tracing
) -> None:
    """Say which alarms are active, and from then on when they come and go."""
    told: dict[int, AlarmState] = {}
    changed = work.alarms.page(limit=_MOST_TOLD, states=_ACTIVE)
    while True:
        for alarm in changed:
            since = max(since, alarm.revision)
            if told.get(alarm.id) is not alarm.state:
                if alarm.id not in told:
                    about = {"asset": alarm.asset, "alarm": alarm.id}
                    tracing.span("alarm", alarm.row_ns, time.time_ns(), moment_ns=alarm.row_ns, **about)
                told[alarm.id] = alarm.state
                for said, level in alarm_told(alarm, address, reports.get(alarm.asset)):
                    tell(said, level)
        await asyncio.sleep(_LOOK_S)
        try:
            changed = await asyncio.to_thread(work.alarms.changed_after, since, limit=_MOST_TOLD)
        except BobaeError as error:  # another program holds the catalogue, or the disk is full: it is tried again
            _log.error("%s", error)
            changed = []
