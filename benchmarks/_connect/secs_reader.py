"""One host of the equipment in `secs_tool`, bobae's or secsgem's alone: `python -m _connect.secs_reader SIDE PORT N`.

It prints the CPU seconds a value from a quarter of the N messages to the last, and how many values it then has.
"""

import asyncio
import contextlib
import logging
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import secsgem.gem
import secsgem.hsms

from _connect.secs_tool import CLOCK, EVENT, REPORT, VALUES
from bobae.collect import Collector
from bobae.connectors.secs import connector
from bobae.core import TagRow, Wish
from bobae.historian import open_store

IDS = range(101, 101 + VALUES)


async def stored(port: int, messages: int, folder: Path) -> tuple[float, int]:
    """bobae: until every value is on the disk."""
    settings = {"host": "127.0.0.1", "port": port, "clock": CLOCK, "spool": "leave", "timezone": "UTC"}
    settings |= {"reports": "existing", "known_reports": {REPORT: [CLOCK, *IDS]}}
    wishes = [Wish(f"etch/e1.v{one}", f"sv/{one}@ce/{EVENT}") for one in IDS]
    with open_store(folder, write=True) as store:
        tags = store.writer.tag_ids([TagRow(0, wish.path) for wish in wishes])
        collector = Collector(
            "e1",
            lambda: connector(settings),
            wishes,
            tags,
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
        )
        running = asyncio.create_task(collector.run())
        while collector.state.samples < messages // 4 * VALUES:
            await asyncio.sleep(0.01)
        before, cpu_s = collector.state.samples - collector.state.waiting, time.process_time()
        while collector.state.samples < messages * VALUES or collector.state.waiting:
            await asyncio.sleep(0.01)
        cost_s = (time.process_time() - cpu_s) / (messages * VALUES - before)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        kept = store.raw([wish.path for wish in wishes], -1, 2**62)
        return cost_s, int(np.isfinite(kept.value).sum())


class Bare(secsgem.gem.GemHostHandler):
    """secsgem's host, which decodes each message to log it, with a handler that counts and acknowledges."""

    def __init__(self, settings: secsgem.hsms.HsmsSettings, messages: int) -> None:
        super().__init__(settings)
        self.messages, self._wanted, self._cpu_s = 0, messages, 0.0
        self.done = threading.Event()

    @property
    def cost_s(self) -> float:
        """CPU seconds a value."""
        return self._cpu_s / ((self._wanted - self._wanted // 4) * VALUES)

    def _on_s06f11(self, *_):
        self.messages += 1
        if self.messages == self._wanted // 4:
            self._cpu_s = -time.process_time()
        if self.messages == self._wanted:
            self._cpu_s += time.process_time()
            self.done.set()
        return self.stream_function(6, 12)(0)


def decoded(port: int, messages: int) -> tuple[float, int]:
    """Secsgem alone: until the last report is decoded."""
    host = Bare(secsgem.hsms.HsmsSettings(address="127.0.0.1", port=port), messages)
    host.enable()
    host.done.wait()
    return host.cost_s, host.messages * VALUES


def main() -> None:
    """Measure one side."""
    side, port, messages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        if side == "bobae":
            cost_s, values = asyncio.run(stored(port, messages, Path(folder)))
        else:
            cost_s, values = decoded(port, messages)
    print(cost_s, values, flush=True)
    os._exit(0)  # secsgem leaves threads behind that never end


if __name__ == "__main__":
    main()
