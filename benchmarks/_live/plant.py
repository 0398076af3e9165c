"""A plant at work in a process of its own, as `bobae up` runs it: `python -m _live.plant FOLDER`.

It prints `watching` with the first row that is scored, and ends with its standard input; then `live.npz` in the
folder holds what every model said about every row.
"""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bobae.app.at_work import at_work
from bobae.app.live_models import LiveModels
from bobae.app.settings import settings_for
from bobae.app.watching import Watch
from bobae.core import Floats, Plant
from bobae.monitor import ShadowWatcher, Watcher

SAID = ("score", "alarm", "moved", "contribution")


class Kept:
    """A watcher, and what it was given."""

    def __init__(self, watcher: Watcher | ShadowWatcher, rows: list[tuple[int, Floats]]) -> None:
        self._watcher, self._rows = watcher, rows

    def observe(self, time_ns: int, answers: Mapping[str, Floats] | None, values: Floats) -> None:
        """One row on."""
        if answers is not None:
            self._rows.append((time_ns, np.concatenate([np.ravel(answers[name]) for name in SAID])))
        self._watcher.observe(time_ns, answers, values)


async def run(folder: Path) -> None:
    """Collect and watch until standard input ends."""
    plant = Plant.model_validate_json((folder / "plant.json").read_text("utf-8"))
    settings = replace(settings_for(None), plant=plant)
    kept: dict[str, list[tuple[int, Floats]]] = {}
    async with at_work(folder, plant) as work:
        models = LiveModels(folder, settings, work.store, work.catalogue)
        made = await asyncio.to_thread(models.watched, plant.monitors, lambda *_: None)
        watches = [_keeping(found, kept.setdefault(found.monitor, [])) for found in made]
        jobs = [asyncio.create_task(work.collect()), asyncio.create_task(work.watch(watches))]
        telling = asyncio.create_task(_tell(kept))
        ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        done, _ = await asyncio.wait([*jobs, ended], return_when=asyncio.FIRST_COMPLETED)
        for task in (*jobs, telling):
            task.cancel()
        await asyncio.gather(*jobs, telling, return_exceptions=True)
        for task in done - {ended}:
            task.result()
    times = {f"{name} times": np.array([time_ns for time_ns, _ in rows]) for name, rows in kept.items()}
    said = {name: np.array([answers for _, answers in rows]) for name, rows in kept.items()}
    np.savez(folder / "live.npz", **times, **said)


def _keeping(found: Watch, rows: list[tuple[int, Floats]]) -> Watch:
    keeping: Any = Kept(found.watcher, rows)
    return replace(found, watcher=keeping)


async def _tell(kept: dict[str, list[tuple[int, Floats]]]) -> None:
    while not any(kept.values()):
        await asyncio.sleep(0.1)
    print("watching", flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
