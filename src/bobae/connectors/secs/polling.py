"""Variables that are asked for again and again: only what has changed is sent on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from bobae.connectors.secs.items import Item
from bobae.connectors.secs.plan import Positions
from bobae.connectors.secs.readings import spread
from bobae.core import Bools, Deliver, Readings


class Changes:
    """The last value of each wish that was sent on.

    Args:
        where: positions of each variable, in the order of the values.
        deadbands: position -> the smallest change worth sending.
    """

    def __init__(self, where: Sequence[Positions], deadbands: Mapping[int, float]) -> None:
        self._where = where
        self._deadband = np.array([deadbands.get(one, 0.0) for positions in where for one in positions])
        self._last: Readings | None = None

    def among(self, values: Sequence[Item], now_ns: int) -> Readings | None:
        """What is new; None if nothing is."""
        now = spread(values, self._where, now_ns)
        if now is None or self._last is None:
            self._last = now
            return now
        changed = self._changed(now, self._last)
        if not changed.any():
            return None
        for kept, fresh in zip(_columns(self._last), _columns(now), strict=True):
            kept[changed] = fresh[changed]
        self._last = Readings(*_columns(self._last))
        return Readings(*(column[changed] for column in _columns(now)))

    def _changed(self, now: Readings, last: Readings) -> Bools:
        moved = np.abs(now.value - last.value) > self._deadband  # False where one of them is no number
        changed: Bools = moved | (now.status != last.status) | (np.isnan(now.value) != np.isnan(last.value))
        *_, texts = _columns(now)
        *_, before = _columns(last)
        return changed | np.asarray(texts != before, dtype=bool)


def _columns(readings: Readings) -> tuple[np.ndarray, ...]:
    texts = readings.text if readings.text is not None else np.full(len(readings.position), None, dtype=object)
    return readings.position, readings.time_ns, readings.value, readings.status, texts


async def poll(
    ask: Callable[[], Awaitable[Sequence[Item] | None]], changes: Changes, every_s: float, deliver: Deliver
) -> None:
    """Ask evenly, for ever; where the source needs longer than `every_s`, as soon as it has answered."""
    loop = asyncio.get_running_loop()
    turn = loop.time()
    while True:
        values = await ask()
        if values is not None and (readings := changes.among(values, time.time_ns())) is not None:
            deliver(readings)
        turn = max(turn + every_s, loop.time())
        await asyncio.sleep(turn - loop.time())
