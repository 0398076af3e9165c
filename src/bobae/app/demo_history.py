"""The demo's history made and loaded, its fault begun: in processes of their own, which give back what that took."""

import asyncio
import importlib
import shutil
import time
from pathlib import Path
from typing import Any

from bobae.app import discovery
from bobae.app.loading import load
from bobae.app.plant_store import historian_folder
from bobae.app.processes.part import Here
from bobae.app.settings import settings_for
from bobae.core import BadInput, text
from bobae.historian import open_store

DAYS = 14
SEED = 0
_RESULTS, _MODELS = "results", "models"
_LOG = "maintenance_log.csv"  # every demo has one


async def make(here: Here) -> None:
    """Write the press's history until now, as files; its result is the faults in it.

    Raises:
        BadInput: the folder holds something else, or the step is no part of a day.
        Refused: another bobae works there.
        Missing: the package for OPC UA is not installed.
    """
    await asyncio.to_thread(_make, here)


async def keep(here: Here) -> None:
    """Load the history into the historian."""
    folder, language = here.folder, here.settings.language
    settings = settings_for(folder, language=language)
    loaded = await asyncio.to_thread(load, folder, [folder / "history"], settings, progress=here.progress)
    counts = {"samples": f"{loaded.samples:,}", "tags": len(loaded.tags)}
    here.tell(text("its history is kept in {folder}: {samples} samples of {tags} tags", folder=folder, **counts))


async def break_it(here: Here) -> None:
    """Have a fault begin to develop in the press that runs."""
    inject = importlib.import_module(f"{_press().__name__}.inject").inject
    more = here.more
    await inject(more["url"], more["fault"], after_s=more["after_s"], grows_s=more["grows_s"])


def _make(here: Here) -> None:
    folder, press = here.folder, _press()
    discovery.load("connectors", "opcua")  # without it nothing need begin
    clear_demo(folder)
    here.tell(text("A hydraulic press runs for two weeks, in a moment"), "step")
    shape = {"days": DAYS, "step_s": here.more["step_s"], "seed": SEED, "language": here.settings.language}
    written = press.write_history(folder, **shape, end_ns=time.time_ns())
    faults = [event for event in written.events if event.kind != "maintenance"]
    here.tell(
        text(
            "a simulated machine with two shifts, three products and {faults} faults that maintenance wrote down; it "
            "breaks down far more often than a real one, so the money below is not what a real press would save",
            faults=len(faults),
        )
    )
    happened = [{"start_ns": e.start_ns, "end_ns": e.end_ns, "what": e.what.as_json()} for e in faults]
    here.result({"happened": happened})


def _press() -> Any:
    return discovery.load("twins", "press")


def clear_demo(folder: Path) -> None:
    """Make room for a new demo where an earlier one was.

    Raises:
        BadInput: the folder holds something else.
        Refused: another bobae works there.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / _LOG).is_file():
        raise BadInput("{folder} holds something other than a demo; name a new folder with --out", folder=folder)
    kept = historian_folder(folder)
    if kept.exists():
        open_store(kept, write=True).close()  # refused where another bobae works
    for old in (kept, folder / _RESULTS, folder / _MODELS):
        shutil.rmtree(old, ignore_errors=True)
