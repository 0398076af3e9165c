"""A live press behind a real OPC UA server, as a process of its own: `python -m bobae.twins.press.live`.

It is stepped every second, keeps its state in a file and goes on from there: after a kill it makes up for the time that
it missed. SIGTERM and Ctrl-C stop it.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bobae.core import say
from bobae.twins.at_a_port import answered, command_line
from bobae.twins.press.clocked import ClockedPress
from bobae.twins.press.nodes import PressServer
from bobae.twins.press.press import Rows
from bobae.twins.press.shifts import NS
from bobae.twins.press.snapshot import Snapshot

SAVED_EVERY_S = 5
MOST_SHOWN = 10  # seconds that the process was held up are shown late; of a longer outage only the last


async def serve(url: str, snapshot: Path, *, language: str, parent: int | None = None) -> None:
    """Serve the press until cancelled, or until the process that it is for is gone.

    Args:
        url: opc.tcp://127.0.0.1:PORT/press.
        snapshot: where the press goes on from, and where its state is kept from now on.
        language: of product and state, 'ko' or 'en'.
        parent: number of the process that it is for; None: of nobody.

    Raises:
        BadInput: the snapshot is none.
        OSError: the address is taken.
    """
    press = ClockedPress(Snapshot.read(snapshot))
    nodes = PressServer(url, language)
    await nodes.build(lambda kind, after_s, grows_s: press.break_down(kind, after_s=after_s, grows_s=grows_s).start_ns)
    await nodes.show((await _next_seconds(press)).part(slice(-1, None)))
    async with nodes.server:
        print(say("the press answers at {url}", url=url), flush=True)
        try:
            while parent in (None, os.getppid()):
                await nodes.show((await _next_seconds(press)).part(slice(-MOST_SHOWN, None)))
                if press.time_ns // NS % SAVED_EVERY_S == 0:
                    press.snapshot().write(snapshot)
        finally:
            press.snapshot().write(snapshot)


async def _next_seconds(press: ClockedPress) -> Rows:
    while not len((rows := press.until(time.time_ns())).time_ns):
        await asyncio.sleep(1.0 - time.time() % 1.0)
    return rows


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns its exit status."""
    parser = command_line("bobae.twins.press.live")
    parser.add_argument("--url", default="opc.tcp://127.0.0.1:4840/press")
    parser.add_argument("--snapshot", type=Path, required=True)
    asked = parser.parse_args(given)
    told = {"language": asked.language, "parent": asked.parent}
    return answered(asked.language, lambda: asyncio.run(serve(asked.url, asked.snapshot, **told)))


if __name__ == "__main__":
    sys.exit(main())
