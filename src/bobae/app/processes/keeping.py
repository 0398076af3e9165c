"""The keeper: the one process that writes a plant's samples; it commits, seals and gives up what is too old."""

import asyncio
import time
from pathlib import Path

from bobae.app.plant_store import historian_folder
from bobae.app.processes.part import Doing, Here
from bobae.app.processes.serving_store import serving
from bobae.core import Plant, seconds_of, text
from bobae.historian import Store, open_store

_LATE_S = 5.0


def opened(folder: Path, plant: Plant) -> Store:
    """The store of a plant, to be written to.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
    """
    keep_raw_ns = None if plant.keep_raw is None else round(seconds_of(plant.keep_raw) * 1e9)
    return open_store(historian_folder(folder), write=True, keep_raw_ns=keep_raw_ns)


async def keep(here: Here) -> None:
    """Keep what the collectors bring, until cancelled."""
    store = await asyncio.to_thread(opened, here.folder, here.plant)
    try:
        async with serving(store, here.address):
            here.doing = lambda: _doing(store)
            await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(store.close)


def _doing(store: Store) -> Doing:
    lag_s = (time.time_ns() - store.writer.committed_ns) / 1e9 if store.writer.committed_ns else 0.0
    figures = {"commit_lag_s": max(lag_s, 0.0)}
    if lag_s > _LATE_S:
        why = text("nothing could be put on the disk for {s:.0f} s", s=lag_s)
        step = text("see whether the disk is full or very slow: bobae doctor DIR; bobae goes on by itself")
        return Doing("degraded", why, step, figures)
    return Doing("active", figures=figures)
