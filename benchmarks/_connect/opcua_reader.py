"""One reader of an OPC UA server: `python -m _connect.opcua_reader SIDE URL FOLDER NODE...`.

SIDE is 'bobae' (connector, collector and historian), 'changes' (the same, each change as it happens, with nothing
sampled), or 'bare' (asyncua's subscription with a handler that does nothing). It prints a row of JSON, how many values
it has had and its CPU seconds so far, each time that a number stands on its standard input and so many values have come
(and are on the disk), at once for 0; and ends with its input.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from asyncua import Client, ua

from bobae.collect import Collector
from bobae.connectors.opcua import connector
from bobae.core import TagRow, Wish
from bobae.historian import open_store

PUBLISHING_MS, SAMPLING_MS, QUEUE = 500, 500, 10_000


async def bobae(url: str, folder: Path, nodes: Sequence[str], sampling_ms: float = SAMPLING_MS) -> None:
    """Collect into a historian in `folder`."""
    wishes = [Wish(f"area/line/m.t{i:05d}", node) for i, node in enumerate(nodes)]
    settings = {"url": url, "publishing_ms": PUBLISHING_MS, "sampling_ms": sampling_ms, "queue_size": QUEUE}
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
        await _answer(lambda: collector.state.samples if collector.state.waiting == 0 else -1)
        task.cancel()
        await asyncio.wait([task])


async def changes(url: str, folder: Path, nodes: Sequence[str]) -> None:
    """The same, told of each change."""
    await bobae(url, folder, nodes, 0.0)


class _Nothing:
    """A handler that does nothing, but for counting."""

    def __init__(self) -> None:
        self.values = 0

    def datachange_notification(self, *_: object) -> None:
        self.values += 1


async def bare(url: str, _: Path, nodes: Sequence[str]) -> None:
    """Listen as asyncua's documentation shows."""
    async with Client(url, watchdog_intervall=60) as client:
        handler = _Nothing()
        subscription = await client.create_subscription(PUBLISHING_MS, handler)
        for i in range(0, len(nodes), 500):
            asked = [client.get_node(node) for node in nodes[i : i + 500]]
            await subscription.subscribe_data_change(
                asked, ua.AttributeIds.Value, queuesize=QUEUE, sampling_interval=SAMPLING_MS
            )
        await _answer(lambda: handler.values)
        await subscription.delete()


async def _answer(values: Callable[[], int]) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while row := await reader.readline():
        while int(row) and values() < int(row):
            await asyncio.sleep(0.02)
        print(json.dumps([values(), time.process_time()]), flush=True)


if __name__ == "__main__":
    asyncio.run(
        {"bobae": bobae, "changes": changes, "bare": bare}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
    )
