"""The live demo: two weeks of a press made, kept and learned from, then the press itself watched while it breaks."""

import asyncio
import contextlib
import importlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bobae.app import discovery, plant_file
from bobae.app.judging import Wanted
from bobae.app.live import Ran, Wishes, live
from bobae.app.loading import load
from bobae.app.main_job import Tell, Up, tell_nobody, up
from bobae.app.settings import Settings, settings_for
from bobae.app.told import Happened
from bobae.core import Progress, Text, Unreachable, silent, speaking, text

DAYS = 14
STEP_S = 10.0
SEED = 0
FAULT = "lube_blockage"
AFTER_S, GROWS_S = 30.0, 60.0
_STARTS_S = 60.0


@dataclass(frozen=True, eq=False)
class Demo:
    """What came of the demo: of its training, and of the time that the press was watched."""

    up: Up
    ran: Ran

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        return self.up.as_json() | {"live": self.ran.as_json()}


async def live_demo(
    settings: Settings,
    wishes: Wishes,
    *,
    folder: Path,
    step_s: float = STEP_S,
    wanted: Wanted | None = None,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Demo:
    """Make the press's history in `folder`, learn from it, and watch the live press.

    Args:
        settings: for the language and bobae's own folder; all else comes from the demo plant.
        wishes: what answers over HTTP, and for how long.
        folder: what an earlier demo left there is made anew.
        step_s: seconds between the rows of the history.
        wanted: alarm budget, costs and seed of the training.
        progress: told how far each part is.
        tell: told what was found, as it is found.

    Raises:
        BadInput: the step is no part of a day.
        Missing: the package for OPC UA is not installed.
    """
    press: Any = discovery.load("twins", "press")
    discovery.load("connectors", "opcua")  # without it nothing need begin
    learned = await asyncio.to_thread(
        _learn, press, settings, folder, step_s=step_s, wanted=wanted, progress=progress, tell=tell
    )
    url = f"opc.tcp://127.0.0.1:{_free_port()}/press"
    press.write_live_plant(folder / plant_file.FILE_NAME, url=url, language=settings.language, model=_model(folder))
    here = settings_for(folder, language=settings.language)
    assert here.plant is not None
    tell(text("The press itself, live"), "step")
    async with _pressing(press, url, folder, settings.language):
        tell(text("it answers over OPC UA at {url}, in a process of its own", url=url))
        break_down = importlib.import_module(f"{press.__name__}.inject").inject
        await break_down(url, FAULT, after_s=AFTER_S, grows_s=GROWS_S)
        tell(
            text(
                "in {after} s a fault begins to develop in it, fully grown {grows} s later: watch",
                after=round(AFTER_S),
                grows=round(GROWS_S),
            )
        )
        asset = here.plant.monitors[0].asset
        known = replace(wishes, explain={asset: _explain(press)}, reports={asset: folder / "results" / "report.html"})
        return Demo(learned, await live(folder, here.plant, here, known, tell=tell))


def _learn(
    press: Any,
    settings: Settings,
    folder: Path,
    *,
    step_s: float,
    wanted: Wanted | None,
    progress: Progress,
    tell: Tell,
) -> Up:
    """History made, kept in the historian, and learned from."""
    tell(text("A hydraulic press runs for two weeks, in a moment"), "step")
    with speaking(settings.language):
        written = press.write_history(
            folder, days=DAYS, step_s=step_s, seed=SEED, language=settings.language, end_ns=time.time_ns()
        )
        faults = [event for event in written.events if event.kind != "maintenance"]
        tell(
            text(
                "a simulated machine with two shifts, three products and {faults} faults that maintenance wrote down; "
                "it breaks down far more often than a real one, so the money below is not what a real press would save",
                faults=len(faults),
            )
        )
        here = settings_for(folder, language=settings.language)
        loaded = load(folder, [written.history], here, progress=progress)
        tell(
            text(
                "its files are in the historian: {samples} samples of {tags} tags, {folder}",
                samples=f"{loaded.samples:,}",
                tags=len(loaded.tags),
                folder=folder,
            )
        )
        return up(
            [folder],
            here,
            results=folder / "results",
            wanted=wanted,
            progress=progress,
            tell=tell,
            known=tuple(Happened(event.start_ns, event.end_ns, event.what) for event in faults),
        )


def _model(folder: Path) -> str:
    return f"results/{folder.resolve().name}.bobae"


def _explain(press: Any) -> Any:
    def explain(top_tags: Sequence[tuple[str, float]]) -> Text | None:
        kinds = press.likely([tag for tag, _ in top_tags])
        if not kinds:
            return None
        first = kinds[0]
        return text(
            "Most like it: {what} ({means}). First of all: {look_at}.",
            what=first.what,
            means=first.means,
            look_at=first.look_at,
        )

    return explain


@contextlib.asynccontextmanager
async def _pressing(press: Any, url: str, folder: Path, language: str) -> AsyncIterator[None]:
    """The press's server, for as long as it is needed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"{press.__name__}.live", "--url", url),
        *("--snapshot", str(folder / "press.json"), "--language", language),
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        answer = await asyncio.wait_for(child.stdout.readline(), _STARTS_S)
        if not answer:
            raise Unreachable("the press's server at {url} did not start; run bobae doctor", url=url)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
