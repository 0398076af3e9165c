"""The demo: two weeks of a press made, kept and learned from, while the press itself runs on; then it breaks.

Other machines run beside it and are collected live; nothing is asked of them.
"""

import asyncio
import contextlib
import functools
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from bobae.app import discovery, plant_file
from bobae.app.demo_beside import free_port, machines, with_parts
from bobae.app.demo_explained import press_explained
from bobae.app.happened import Happened
from bobae.app.live_wishes import Beside, Known, PartPlan, Ran, Stopped, Wishes, Work
from bobae.app.processes.aside import done_aside
from bobae.app.settings import Settings, settings_for
from bobae.app.telling import Tell, tell_nobody
from bobae.core import Progress, Text, Unreachable, silent, speaking, text

Live = Callable[..., Coroutine[Any, Any, Ran]]
STEP_S = 10.0
FAULT = "lube_blockage"
AFTER_S, GROWS_S = 20.0, 60.0
_HISTORY = "bobae.app.demo_history"
MODEL = "results/press1.bobae"
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
    began, url = time.monotonic(), f"opc.tcp://127.0.0.1:{free_port()}/press"
    with speaking(settings.language):
        try:
            aside = functools.partial(done_aside, stop=stop, progress=progress, tell=tell)
            (made,) = await aside(_plan("make", step_s=step_s), folder, settings)
            async with (
                _server(press, url, folder, settings.language) as server,
                machines(settings.language, tell) as beside_it,
            ):
                await aside(_plan("keep"), folder, settings)
                await _answers(server, url)
                tell(text("the press runs on and answers over OPC UA at {url}, in a process of its own", url=url))
                press.write_live_plant(folder / plant_file.FILE_NAME, url=url, language=settings.language, model=MODEL)
                with_parts(plant_file.read(folder), await beside_it.answering(tell)).save()
                here = settings_for(folder, language=settings.language)
                assert here.plant is not None
                happened = (h | {"what": Text.from_json(h["what"])} for h in made["happened"])
                known = Known(tuple(Happened(**h) for h in happened), press_explained)
                fault = _plan("break_it", url=url, fault=FAULT, after_s=AFTER_S, grows_s=GROWS_S)
                break_it = functools.partial(aside, fault, folder, here)
                beside = (*wishes.beside, _breaking(break_it, tell))
                asked = replace(wishes, beside=beside, known={monitor.asset: known for monitor in here.plant.monitors})
                return await live(folder, here, asked, stop=stop, progress=progress, tell=tell)
        except Stopped:
            return Ran(folder, time.monotonic() - began)


def _plan(what: str, **more: Any) -> PartPlan:
    return PartPlan(f"history: {what}", f"{_HISTORY}:{what}", more, needed=True, once=True)


def _breaking(break_it: Callable[[], Coroutine[Any, Any, Any]], tell: Tell) -> Beside:
    """Breaks the press once it is watched."""

    async def breaking(work: Work) -> None:
        while not work.models():
            await asyncio.sleep(_LOOK_S)
        await break_it()
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
