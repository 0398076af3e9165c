"""One piece of work in a process of its own, which gives back what it took."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bobae.app.live_wishes import PartPlan, Stopped
from bobae.app.processes.supervisor import Part, Told
from bobae.app.processes.wire import Address
from bobae.app.settings import Settings
from bobae.app.telling import Tell
from bobae.core import Progress


async def done_aside(
    plan: PartPlan, folder: Path, settings: Settings, *, stop: asyncio.Event, progress: Progress, tell: Tell
) -> list[Mapping[str, Any]]:
    """Do it, and give what it hands in.

    Args:
        plan: what runs.
        folder: of the plant.
        settings: its language and time zone hold there.
        stop: ends it; nothing more is told.
        progress: told how far it is.
        tell: told what it says.

    Raises:
        Stopped: `stop` was set.
        BobaeError: it failed.
    """
    results: list[Mapping[str, Any]] = []
    shared = {"folder": str(folder), "language": settings.language, "timezone": settings.timezone, "run": ""}
    asked = {**shared, "address": asdict(Address()), "part": plan.name, "does": plan.does, "more": dict(plan.more)}
    part = Part(plan, asked, Told(_until(stop, tell), _until(stop, progress), results.append))
    running, stopping = asyncio.create_task(part.run()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            raise Stopped
        running.result()
        return results
    finally:
        stopping.cancel()
        part.ask_to_end()
        await part.ended()
        await asyncio.gather(running, stopping, return_exceptions=True)


def _until(stop: asyncio.Event, call: Any) -> Any:
    """`call`, silent once it is to stop."""

    def unless(*arguments: Any, **named: Any) -> None:
        if not stop.is_set():
            call(*arguments, **named)

    return unless
