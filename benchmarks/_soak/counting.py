"""Counts 1, 2, 3, ... at a steady pace; a pause of the whole process is no catch-up, it only comes later."""

import asyncio
from collections.abc import Callable


async def counting(period_s: float, show: Callable[[int], None]) -> None:
    """Call `show` with the next number each `period_s`, until cancelled."""
    loop = asyncio.get_running_loop()
    due, number = loop.time(), 0
    while True:
        number += 1
        show(number)
        due = max(due + period_s, loop.time())
        await asyncio.sleep(due - loop.time())
