"""A collector: the process that listens to one source and hands what comes to the keeper."""

import asyncio
import random
import time

from bobae.app.plant_store import sources_folder
from bobae.app.processes.part import Doing, Here
from bobae.app.processes.remote import RemoteKeeper
from bobae.app.sources import collecting
from bobae.app.telemetry import TracedWriter, Tracing
from bobae.collect import SourceState
from bobae.core import text

_SAVED_S = 8.0
_QUIET_NS = 600 * 10**9


async def collect(here: Here) -> None:
    """Collect from one source until cancelled; what it delivered then is on the disk, if the keeper still takes it."""
    name = here.more["source"]
    keeper, tracing = RemoteKeeper(here.address), Tracing(f"bobae {here.name}", here.run)
    writer = TracedWriter(keeper, tracing, name) if tracing.is_on else keeper
    try:
        folder = sources_folder(here.folder)
        found = await asyncio.to_thread(
            lambda: collecting(here.plant, folder, writer=writer, reader=keeper, chance=random.Random(), only=name)
        )
        (collector,) = found.collectors
        here.doing = lambda: doing_of(collector.state, time.time_ns())
        await collector.run()
    finally:
        await asyncio.to_thread(keeper.settled, _SAVED_S)
        keeper.close()
        tracing.close()


def doing_of(source: SourceState, now_ns: int) -> Doing:
    """How a collector does, from how its source does."""
    figures = {"samples": source.samples, "waiting": source.waiting}
    if source.storing is not None:
        return Doing(
            "degraded", source.storing, text("make room on the disk; bobae goes on by itself"), figures, (source,)
        )
    if not source.connected:
        if source.reason is None:
            return Doing("starting", None, None, figures, (source,))
        step = text("see to the source, its cable and its address in plant.yaml; bobae tries again by itself")
        return Doing("degraded", source.reason, step, figures, (source,))
    if source.rejected:
        why = text(
            "{n} of its tags cannot be read, first {tag}", n=len(source.rejected), tag=source.rejected[0].wish.path
        )
        step = text("correct their addresses in plant.yaml (bobae browse shows what is there), then start bobae again")
        return Doing("degraded", why, step, figures, (source,))
    if not source.samples and now_ns - source.since_ns > _QUIET_NS:
        return Doing("idle", text("connected, but nothing has come yet"), None, figures, (source,))
    return Doing("active", None, None, figures, (source,))
