"""Pace: how often a device may be asked, so that bobae never floods a controller."""

import asyncio


class Pace:
    """Turns, evenly spread: never more than so many a second, and none saved up while nobody asked.

    Args:
        per_s: requests a second, above zero.

    Example:
        >>> async def three() -> None:
        ...     pace = Pace(1000.0)
        ...     for _ in range(3):
        ...         await pace.turn()
        >>> asyncio.run(three())
    """

    def __init__(self, per_s: float) -> None:
        self._between_s = 1.0 / per_s
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next request may go out."""
        now = asyncio.get_running_loop().time()
        mine = max(self._next, now)
        self._next = mine + self._between_s
        if mine > now:
            await asyncio.sleep(mine - now)
