"""What goes on beside scoring once alarms are there: cases joined, shelves ended, the books kept."""

import time
from collections.abc import Callable

from bobae.app.again import every
from bobae.app.bookkeeping import Bookkeeper
from bobae.app.live_versions import LiveVersions
from bobae.core import Plant
from bobae.monitor import CaseKeeper, Limits, Points
from bobae.registry.catalogue import Catalogue

_LOOK_S = 1.0


class AlarmKeeping:
    """Keeps what people work with in step with the alarms.

    Args:
        plant: as plant.yaml has it.
        catalogue: where all is kept.
        clock: now, ns UTC.
    """

    def __init__(self, plant: Plant, catalogue: Catalogue, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._cases = CaseKeeper(catalogue.alarms, catalogue.cases, clock=clock)
        self._points = Points(catalogue.points, clock)
        self._books = Bookkeeper(catalogue, plant)
        self._limits = Limits(catalogue.alarms, catalogue.feedback, clock)
        self._live = LiveVersions(catalogue.versions)
        self._feedback = catalogue.feedback

    def step(self) -> None:
        """Do what there is to do.

        Raises:
            Unreachable, Refused: the catalogue does not take it; the next step tries again.
        """
        self._cases.step()
        self._points.end_shelves()
        for monitor in self._feedback.limits():
            self._limits.begin_anew(monitor, since_ns=self._live.since_ns(monitor), by="")
        self._books.step(self._clock())

    async def run(self) -> None:
        """Do so every second until cancelled; what goes wrong is logged once, until it is over."""
        await every(_LOOK_S, self.step)
