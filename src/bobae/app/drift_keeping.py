"""Looks from time to time at what has moved since the models of a plant learned, and keeps what is found."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence

from bobae.app.drift_told import drift_said
from bobae.app.drifting import DAY_NS, Drifting
from bobae.app.promoting import name_of
from bobae.core import BobaeError, Monitor, text
from bobae.registry.catalogue import Drift, DriftCheck

_EVERY_NS = DAY_NS // 4
_LOOK_S = 60.0
_REST = 9.0  # times as long as a look took
_log = logging.getLogger("bobae.app")


class DriftKeeping:
    """Looks at each model every six hours; not for several threads at once.

    Args:
        drifting: looks.
        clock: ns UTC.
    """

    def __init__(self, drifting: Drifting, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._drifting, self._clock = drifting, clock
        self._tried_ns: dict[str, int] = {}

    def step(self, now_ns: int) -> Sequence[DriftCheck]:
        """Look at all that is due; what has come to another answer than before."""
        return [check for look in self._due(now_ns) for check in look()]

    async def run(self) -> None:
        """Look every minute what is due, until cancelled; nine tenths of the time are left to scoring."""
        while True:
            for look in self._due(self._clock()):
                began = time.monotonic()
                for check in await asyncio.to_thread(look):
                    _log.log(logging.INFO if check.answer is Drift.STEADY else logging.WARNING, "%s", drift_said(check))
                await asyncio.sleep(_REST * (time.monotonic() - began))
            await asyncio.sleep(_LOOK_S)

    def _due(self, now_ns: int) -> Iterator[Callable[[], Sequence[DriftCheck]]]:
        for monitor in self._drifting.plant.monitors:
            if self._is_due(name_of(monitor), now_ns):
                look = functools.partial(self._of_model, monitor, now_ns)
                yield functools.partial(self._looked, name_of(monitor), look)
        if any(tag.estimated_by for _, tag in self._drifting.plant.tags()) and self._is_due("laboratory", now_ns):
            yield functools.partial(self._looked, "laboratory", lambda: [*self._drifting.laboratory(now_ns)])

    def _of_model(self, monitor: Monitor, now_ns: int) -> Sequence[DriftCheck]:
        check = self._drifting.look(monitor, now_ns)
        return [] if check is None else [check]

    def _looked(self, name: str, look: Callable[[], Sequence[DriftCheck]]) -> Sequence[DriftCheck]:
        """What a look has found, kept, where it is another answer than before."""
        try:
            return [check for check in look() if self._kept(check)]
        except BobaeError as error:
            said = text("{model}: nobody can say whether anything has moved: {why}", model=name, why=error.text)
            _log.warning("%s", said)
            return []

    def _kept(self, check: DriftCheck) -> bool:
        """Keep it; whether it is another answer. A machine that stood all day takes nothing back."""
        drift = self._drifting.catalogue.drift
        before = drift.newest(check.subject) if check.answer is Drift.NOT_ENOUGH else None
        return not (before is not None and before.version == check.version) and drift.keep(check)

    def _is_due(self, name: str, now_ns: int) -> bool:
        """Whether the last look was long ago; this one counts as tried."""
        if name not in self._tried_ns:
            newest = self._drifting.catalogue.drift.newest(name)
            self._tried_ns[name] = 0 if newest is None else newest.checked_ns
        if now_ns - self._tried_ns[name] < _EVERY_NS:
            return False
        self._tried_ns[name] = now_ns
        return True
