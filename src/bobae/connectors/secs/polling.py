"""Variables that are asked for again and again: only what has changed is sent on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np

from bobae.connectors.secs.items import Item
from bobae.connectors.secs.plan import Positions
from bobae.connectors.secs.readings import spread
from bobae.core import Deliver, Floats, Readings, Statuses, Texts


class Changes:
    """The last value of each wish that was sent on.

    Args:
        where: positions of each variable, in the order of the values.
        deadbands: position -> the smallest change worth sending.
    """

    def __init__(self, where: Sequence[Positions], deadbands: Mapping[int, float]) -> None:
        self._where = where
        self._deadband = np.array([deadbands.get(one, 0.0) for positions in where for one in positions])
        self._value: Floats | None = None
        self._status: Statuses = np.empty(0, dtype=np.uint32)
        self._text: Texts = np.empty(0, dtype=object)

    def among(self, values: Sequence[Item], now_ns: int) -> Readings | None:
        """What is new; None if nothing is."""
        now = spread(values, self._where, now_ns)
        if now is None:
            return None
        text: Texts = np.full(len(now.position), None, dtype=object) if now.text is None else now.text
        if self._value is None:
            self._value, self._status, self._text = now.value.copy(), now.status.copy(), text.copy()
            return now
        changed = np.abs(now.value - self._value) > self._deadband  # False where one of them is no number
        changed |= np.isnan(now.value) != np.isnan(self._value)
        changed |= now.status != self._status
        changed |= np.asarray(text != self._text, dtype=bool)
        if not changed.any():
            return None
        self._value[changed], self._status[changed] = now.value[changed], now.status[changed]
        self._text[changed] = text[changed]
        return Readings(
            now.position[changed], now.time_ns[changed], now.value[changed], now.status[changed], text[changed]
        )


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
