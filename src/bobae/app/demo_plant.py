"""The demo: two weeks of a made hydraulic press through the main job, and then a day that the model has not seen."""

from pathlib import Path
from typing import Any

from bobae.app import discovery
from bobae.app.judging import Wanted
from bobae.app.main_job import Tell, Up, tell_nobody, up
from bobae.app.settings import Settings, settings_for
from bobae.app.told import Happened
from bobae.core import Progress, silent, text

DAYS = 14
STEP_S = 10.0
SEED = 0


def demo(
    settings: Settings,
    *,
    folder: Path,
    step_s: float = STEP_S,
    wanted: Wanted | None = None,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Up:
    """Make the demo plant in `folder` and do the main job on it.

    Args:
        settings: for the language and bobae's own folder; all else comes from the demo plant.
        folder: files of an earlier demo in it are written anew.
        step_s: seconds between rows.
        wanted: alarm budget, costs and seed of the training.
        progress: told how far each part is.
        tell: told what was found, as it is found.

    Raises:
        BadInput: the step is no part of a day.
    """
    press: Any = discovery.load("twins", "press")
    tell(text("A hydraulic press runs for two weeks, in a moment"), "step")
    written = press.write_history(folder, days=DAYS, step_s=step_s, seed=SEED, language=settings.language)
    faults = [event for event in written.events if event.kind != "maintenance"]
    tell(
        text(
            "a simulated machine with two shifts, three products and {faults} faults that maintenance wrote down; it "
            "breaks down far more often than a real one, so the money below is not what a real press would save",
            faults=len(faults),
        )
    )
    tell(text("its files: {history}; its maintenance log: {log}", history=written.history, log=written.log))
    return up(
        [folder],
        settings_for(folder, language=settings.language),
        results=folder / "results",
        new_day=written.new_day,
        wanted=wanted,
        progress=progress,
        tell=tell,
        known=tuple(Happened(event.start_ns, event.end_ns, event.what) for event in faults),
    )
