"""What is done again and again while a plant is at work."""

import asyncio
import logging
from collections.abc import Callable

from bobae.core import BobaeError

_log = logging.getLogger("bobae.app")


async def every(seconds: float, step: Callable[[], object]) -> None:
    """Do it in a thread every so often until cancelled; what goes wrong is logged once, until it is over."""
    wrong = ""
    while True:
        try:
            await asyncio.to_thread(step)
            wrong = ""
        except BobaeError as error:
            if str(error) != wrong:
                wrong = str(error)
                _log.error("%s", wrong)
        await asyncio.sleep(seconds)
