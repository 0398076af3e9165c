"""The demo: two weeks of a press made, kept and learned from, while the press itself runs on; then it breaks.

Other machines run beside it and are collected live; nothing is asked of them.
"""

import asyncio
import contextlib
import importlib
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bobae.app import discovery, plant_file
from bobae.app.demo_beside import free_port, machines, with_parts
from bobae.app.demo_explained import press_explained
from bobae.app.following import from_thread
from bobae.app.happened import Happened
from bobae.app.live_wishes import Beside, Known, Ran, Stopped, Wishes, Work
from bobae.app.loading import load
from bobae.app.plant_store import historian_folder
from bobae.app.settings import Settings, settings_for
from bobae.app.telling import Tell, tell_nobody
from bobae.core import BadInput, Progress, Unreachable, silent, speaking, text
from bobae.historian import open_store

Live = Callable[..., Coroutine[Any, Any, Ran]]
DAYS = 14
STEP_S = 10.0
SEED = 0
FAULT = "lube_blockage"
AFTER_S, GROWS_S = 20.0, 60.0
_MODEL = "results/press1.bobae"
_LOG = "maintenance_log.csv"  # every demo has one
_LOOK_S = 0.1
_STARTS_S = 60.0


async def demo(
    folder: Path,
    settings: Settings,
    wishes: Wishes,
    *,
    stop: asyncio.Event,
    live: Live,
    step_s: float = STEP_S,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Ran:
    """Make the press's history in `folder`, learn from it, and watch the live press, until `stop` is set.

    The other machines of the demo plant are collected meanwhile.

    Args:
        folder: new, or with an earlier demo in it, which is made anew.
        settings: for the language and bobae's own folder; all else comes from the demo plant.
        wishes: what runs beside it, and what is wanted of the training.
        stop: ends it.
        live: runs the live plant, in this process or in several.
        step_s: seconds between the rows of the history.
        progress: told how far each part is.
        tell: told what was found, as it is found.

    Raises:
        BadInput: the folder holds something else, the step is no part of a day, or the port is taken.
        Refused: another bobae works in the folder.
        Missing: the package for OPC UA is not installed.
    """
    press: Any = discovery.load("twins", "press")
    discovery.load("connectors", "opcua")  # without it nothing need begin
    began, url = time.monotonic(), f"opc.tcp://127.0.0.1:{free_port()}/press"
    with speaking(settings.language):
        try:
            events = await asyncio.to_thread(_write, press, folder, settings.language, step_s, from_thread(stop, tell))
            async with (
                _server(press, url, folder, settings.language) as server,
                machines(settings.language, tell) as beside_it,
            ):
                await asyncio.to_thread(
                    _load, folder, settings.language, from_thread(stop, progress), from_thread(stop, tell)
                )
                await _answers(server, url)
                tell(text("the press runs on and answers over OPC UA at {url}, in a process of its own", url=url))
                press.write_live_plant(folder / plant_file.FILE_NAME, url=url, language=settings.language, model=_MODEL)
                with_parts(plant_file.read(folder), await beside_it.answering(tell)).save()
                here = settings_for(folder, language=settings.language)
                assert here.plant is not None
                known = Known(tuple(Happened(e.start_ns, e.end_ns, e.what) for e in events), press_explained)
                beside = (*wishes.beside, _breaking(press, url, tell))
                asked = replace(wishes, beside=beside, known={monitor.asset: known for monitor in here.plant.monitors})
                return await live(folder, here, asked, stop=stop, progress=progress, tell=tell)
        except Stopped:
            return Ran(folder, time.monotonic() - began)


def _write(press: Any, folder: Path, language: str, step_s: float, tell: Tell) -> Sequence[Any]:
    """The press's history until now, as files; the faults in it come back."""
    _clear(folder)
    tell(text("A hydraulic press runs for two weeks, in a moment"), "step")
    written = press.write_history(folder, days=DAYS, step_s=step_s, seed=SEED, language=language, end_ns=time.time_ns())
    faults = [event for event in written.events if event.kind != "maintenance"]
    tell(
        text(
            "a simulated machine with two shifts, three products and {faults} faults that maintenance wrote down; it "
            "breaks down far more often than a real one, so the money below is not what a real press would save",
            faults=len(faults),
        )
    )
    return faults


def _clear(folder: Path) -> None:
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
    for old in (kept, folder / Path(_MODEL).parent):
        shutil.rmtree(old, ignore_errors=True)


def _load(folder: Path, language: str, progress: Progress, tell: Tell) -> None:
    loaded = load(folder, [folder / "history"], settings_for(folder, language=language), progress=progress)
    counts = {"samples": f"{loaded.samples:,}", "tags": len(loaded.tags)}
    tell(text("its history is kept in {folder}: {samples} samples of {tags} tags", folder=folder, **counts))


def _breaking(press: Any, url: str, tell: Tell) -> Beside:
    """Breaks the press once it is watched."""

    async def breaking(work: Work) -> None:
        while not work.models():
            await asyncio.sleep(_LOOK_S)
        inject = importlib.import_module(f"{press.__name__}.inject").inject
        await inject(url, FAULT, after_s=AFTER_S, grows_s=GROWS_S)
        tell(text("Now the press itself is watched"), "step")
        tell(
            text(
                "in {after} s a fault begins to develop in it, fully grown {grows} s later; Ctrl-C ends the demo",
                after=round(AFTER_S),
                grows=round(GROWS_S),
            )
        )

    return breaking


@contextlib.asynccontextmanager
async def _server(press: Any, url: str, folder: Path, language: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The press's server, in a process of its own, for as long as it is needed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"{press.__name__}.live", "--url", url),
        *("--snapshot", str(folder / "press.json"), "--language", language, "--parent", str(os.getpid())),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for bobae, which ends it
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def _answers(server: asyncio.subprocess.Process, url: str) -> None:
    """Wait until the press's server says that it answers."""
    assert server.stdout is not None
    answer = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_STARTS_S):
            answer = await server.stdout.readline()
    if not answer:
        raise Unreachable("the press's server at {url} did not start; run bobae doctor", url=url)
