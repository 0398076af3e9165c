"""One reader of a Modbus device: `python -m _connect.modbus_reader SIDE URL FOLDER BLOCKS`.

SIDE is 'bobae' (connector, collector and historian) or 'bare' (pymodbus alone, with a handler that does nothing). It
reads BLOCKS times 125 holding registers again and again, one request after the other. It prints a row of JSON, how many
values it has had (on the disk) and its CPU seconds so far, each time that a number stands on its standard input and so
many values have come; and ends with its input.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from pymodbus.client import AsyncModbusTcpClient

from bobae.collect import Collector
from bobae.connectors.modbus import connector
from bobae.core import TagRow, Wish
from bobae.historian import open_store

REGISTERS = 125
POLL_S = 0.001  # as fast as it goes


def path(register: int) -> str:
    """Of the tag that a register is."""
    return f"area/line/m.t{register:05d}"


async def bobae(url: str, folder: Path, blocks: int) -> None:
    """Collect into a historian in `folder`."""
    wishes = [Wish(path(n), f"1/holding/{n}") for n in range(blocks * REGISTERS)]
    settings = {"url": url, "poll_s": POLL_S, "requests_per_s": 1_000_000}
    with open_store(folder, write=True) as store:
        tags = store.writer.tag_ids([TagRow(-1, wish.path) for wish in wishes])
        collector = Collector(
            "line",
            lambda: connector(settings),
            wishes,
            tags,
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
        )
        task = asyncio.create_task(collector.run())
        await _answer(lambda: collector.state.samples - collector.state.waiting)
        task.cancel()
        await asyncio.wait([task])


async def bare(url: str, _: Path, blocks: int) -> None:
    """Read as pymodbus's documentation shows, and make numbers of the registers."""
    had = 0

    def nothing(values: np.ndarray) -> None:
        nonlocal had
        had += len(values)

    async def read() -> None:
        while True:
            for block in range(blocks):
                answer = await client.read_holding_registers(block * REGISTERS, count=REGISTERS, device_id=1)
                nothing(np.array(answer.registers, dtype=np.uint16).astype(np.float64))

    where = urlsplit(url)
    async with AsyncModbusTcpClient(str(where.hostname), port=where.port or 502) as client:
        task = asyncio.create_task(read())
        await _answer(lambda: had)
        task.cancel()
        await asyncio.wait([task])


async def _answer(values: Callable[[], int]) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while row := await reader.readline():
        while values() < int(row):
            await asyncio.sleep(0.1)
        print(json.dumps([values(), time.process_time()]), flush=True)


if __name__ == "__main__":
    side, url, folder, blocks = sys.argv[1:5]
    asyncio.run({"bobae": bobae, "bare": bare}[side](url, Path(folder), int(blocks)))
