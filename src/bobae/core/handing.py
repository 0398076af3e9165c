"""Handing: readings handed on no faster than they come onto the disk, so that a long past fits into little memory."""

import asyncio
from collections.abc import Callable

from bobae.core.connector import Deliver, Readings


class Handing:
    """For sources that could deliver far more at once than may wait (files, tables).

    Args:
        deliver: takes them.
        most: how many readings may be on their way to the disk.
    """

    def __init__(self, deliver: Deliver, *, most: int = 50_000) -> None:
        self._deliver = deliver
        self._most = most
        self._waiting = 0
        self._fewer = asyncio.Event()

    async def hand(self, readings: Readings, then: Callable[[], None]) -> None:
        """Hand readings on, in slices that fit, waiting until there is room.

        Args:
            readings: what was read.
            then: called once all of them, and all before them, are on the disk.
        """
        rows = len(readings.position)
        for start in range(0, max(rows, 1), self._most):
            piece = _cut(readings, slice(start, start + self._most))
            size = len(piece.position)
            while self._waiting and self._waiting + size > self._most:
                self._fewer.clear()
                await self._fewer.wait()
            self._waiting += size
            self._deliver(piece, self._kept(size, then if start + self._most >= rows else None))

    async def settled(self) -> None:
        """Return when all that was handed on is on the disk."""
        while self._waiting:
            self._fewer.clear()
            await self._fewer.wait()

    def _kept(self, size: int, then: Callable[[], None] | None) -> Callable[[], None]:
        def kept() -> None:
            self._waiting -= size
            self._fewer.set()
            if then is not None:
                then()

        return kept


def _cut(readings: Readings, rows: slice) -> Readings:
    return Readings(
        readings.position[rows],
        readings.time_ns[rows],
        readings.value[rows],
        readings.status[rows],
        None if readings.text is None else readings.text[rows],
        readings.past,
    )
