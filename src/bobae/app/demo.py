"""The demo: two weeks of a made hydraulic press through the main job, and then a day that the model has not seen."""

from pathlib import Path
from typing import Any

from bobae.app import discovery
from bobae.app.settings import Settings, settings_for
from bobae.app.up import Stage, Up, up
from bobae.core import Text, text
from bobae.train.outcome import EventOutcome

FOLDER = Path("bobae-demo")
DAYS = 14
STEP_S = 10.0
SEED = 0


def demo(folder: Path, settings: Settings, stage: Stage, *, step_s: float = STEP_S, seed: int = SEED) -> Up:
    """Make the demo plant in `folder` and do the main job on it.

    Args:
        folder: files of an earlier demo in it are written anew.
        settings: for the language and bobae's own folder; all else comes from the demo plant.
        stage: where it is told.
        step_s: seconds between rows.
        seed: of the history.

    Raises:
        BadInput: the step is no part of a day.
    """
    press: Any = discovery.load("twins", "press")
    stage.tell(text("A hydraulic press runs for two weeks, in a moment"), "step")
    written = press.write_history(folder, days=DAYS, step_s=step_s, seed=seed, language=settings.language)
    past, _ = press.history_and_new_day(DAYS, step_s, seed)
    stage.tell(
        text(
            "a simulated machine with two shifts, three products and {faults} faults that maintenance wrote down; it "
            "breaks down far more often than a real one, so the money below is not what a real press would save",
            faults=sum(fault.logged for fault in past.faults),
        )
    )
    stage.tell(text("its files: {history}; its maintenance log: {log}", history=written.history, log=written.log))
    what = {fault.start_ns: fault.what for fault in past.faults}

    def name(event: EventOutcome) -> Text | None:
        """What the fault was that begins nearest to the event, within ten minutes."""
        nearest = min(what, key=lambda start_ns: abs(start_ns - event.start_ns))
        return what[nearest] if abs(nearest - event.start_ns) < 600 * 10**9 else None

    return up(
        folder,
        settings_for(folder, language=settings.language),
        stage,
        results=folder / "results",
        new_day=written.new_day,
        names=name,
    )
