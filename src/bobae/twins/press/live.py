"""A live press behind a real OPC UA server, as a process of its own: `python -m bobae.twins.press.live`.

It is stepped every second, keeps its state in a file and goes on from there: after a kill it makes up for the time that
it missed. SIGTERM and Ctrl-C stop it.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bobae.core import LANGUAGES, BobaeError, say, speaking
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
    parser = argparse.ArgumentParser(prog="python -m bobae.twins.press.live")
    parser.add_argument("--url", default="opc.tcp://127.0.0.1:4840/press")
    parser.add_argument("--snapshot", type=Path, required=True)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--parent", type=int, help="end with this process, which started it")
    asked = parser.parse_args(given)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs beside it deaf to this one
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with speaking(asked.language), contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(asked.url, asked.snapshot, language=asked.language, parent=asked.parent))
        except (BobaeError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
