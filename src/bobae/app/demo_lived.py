"""The demo's month: three weeks of a press to learn from, and four lived through in minutes, by bobae's own clockwork.

What stays is a plant like any other, with its alarms, cases, versions, records and books, to look around in.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bobae.app.demo_history import clear_demo
from bobae.app.month.replay import Month, learned, lived
from bobae.app.month.world import THERMOMETER_DAY, THERMOMETER_OFFSET, World
from bobae.app.settings import Settings, settings_for
from bobae.app.telling import Tell, tell_nobody
from bobae.core import Progress, Text, silent, speaking, text
from bobae.core.gauge import number

DAYS, STEP_S = 28, 60.0


@dataclass(frozen=True, eq=False)
class MonthDone:
    """What came of the month.

    Attributes:
        folder: of the plant that is left.
        month: what happened.
        currency: of its money, ISO 4217.
        days: how long it was.
        since_days: how long ago it began.
    """

    folder: Path
    month: Month
    currency: str
    days: int
    since_days: int

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        month = self.month
        return {
            "folder": str(self.folder),
            "days": self.days,
            "calls": len(month.calls),
            "false_calls": month.false,
            "faults_found": month.found,
            "faults_missed": month.missed,
            "cost": month.cost,
            "cost_without_alarms": month.quiet_cost,
            "currency": self.currency,
            "limit_factor": month.factor,
            "steps": [str(said) for said in month.steps],
        }

    def told(self) -> Iterator[Text]:
        """The same in sentences, with what to type next."""
        month = self.month
        yield text(
            "in {days} days it called {calls} times, {false} of them for nothing, and found {found} of {faults} faults",
            days=self.days,
            calls=len(month.calls),
            false=month.false,
            found=month.found,
            faults=month.found + month.missed,
        )
        yield text(
            "faults and false alarms cost {cost} {unit}; without any alarm the same faults would have cost {quiet}",
            cost=number(month.cost),
            quiet=number(month.quiet_cost),
            unit=self.currency,
        )
        yield text("look around in what is left:")
        for command in (
            f"bobae alarm list --plant {self.folder}",
            f"bobae case show 1 --plant {self.folder}",
            f"bobae model list {self.folder}",
            f"bobae alarm record --plant {self.folder}",
            f"bobae ledger {self.folder} --days {self.since_days}",
        ):
            yield text("  {command}", command=command)


def demo_month(
    folder: Path,
    settings: Settings,
    *,
    days: int = DAYS,
    seed: int = 0,
    step_s: float = STEP_S,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> MonthDone:
    """Live a month of the demo press: faults, false alarms, answers, drift, retraining, a trial, a promotion.

    Args:
        folder: new, or with an earlier demo in it, which is made anew.
        settings: for the language and bobae's own folder.
        days: of the month.
        seed: of the press.
        step_s: seconds between two rows.
        progress: told how far it is.
        tell: told what happens, as it happens.

    Raises:
        BadInput: the folder holds something else.
        Refused: another bobae works in it, or the disk is full.
    """
    language = settings.language
    with speaking(language):
        clear_demo(folder)
        tell(text("Three weeks of a hydraulic press, and a model that learns from them"), "step")
        learned(folder, World(days, seed, step_s), language=language, progress=progress, tell=tell)
        tell(text("Then a month of it, lived through in minutes"), "step")
        tell(
            text(
                "on day {day} the oil thermometer is replaced by one that shows {offset} °C more, and nobody says so",
                day=THERMOMETER_DAY + 1,
                offset=number(THERMOMETER_OFFSET),
            )
        )
        world = World(days, seed, step_s)
        month = lived(folder, world, language=language, progress=progress, tell=tell)
    since_days = math.ceil((time.time_ns() - world.month_ns) / (24 * 3600 * 1e9))
    return MonthDone(folder, month, settings_for(folder).currency, days, since_days)
