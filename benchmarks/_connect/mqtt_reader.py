"""One reader of a broker: `python -m _connect.mqtt_reader SIDE KIND PORT FOLDER`.

SIDE is 'bobae' (connector, collector and historian), 'decoding' (gmqtt's client, with a handler that decodes each
message and does nothing with it) or 'bare' (one that does not even decode); KIND is 'json' or 'sparkplug'. It prints
`ready` once it listens, then a row of JSON, how many values it has had (on the disk) and its CPU seconds so far, each
time that a number stands on its standard input and so many values have come; and ends with its input.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from gmqtt import Client

from _connect.mqtt_publisher import DEVICE, EDGE, GROUP, TOPICS, VALUES, name
from bobae.collect import Collector
from bobae.connectors import mqtt
from bobae.connectors.mqtt import sparkplug
from bobae.connectors.mqtt.sparkplug.payload import Payload
from bobae.core import TagRow, Wish
from bobae.historian import open_store


def wishes(kind: str) -> list[Wish]:
    """All values that are published."""
    if kind == "json":
        return [
            Wish(f"line/m{t}.{name(v)}", f"line/m{t}#values.{name(v)}") for t in range(TOPICS) for v in range(VALUES)
        ]
    return [Wish(f"line/m0.{name(v)}", f"{GROUP}/{EDGE}/{DEVICE}:{name(v)}") for v in range(VALUES)]


async def bobae(kind: str, port: int, folder: Path) -> None:
    """Collect into a historian in `folder`."""
    wanted = wishes(kind)
    url = {"url": f"mqtt://127.0.0.1:{port}"}
    with open_store(folder, write=True) as store:
        collector = Collector(
            "line",
            lambda: mqtt.connector(url | {"time": "ts"}) if kind == "json" else sparkplug.connector(url),
            wanted,
            store.writer.tag_ids([TagRow(-1, wish.path) for wish in wanted]),
            writer=store.writer,
            reader=store,
            chance=random.Random(0),
        )
        task = asyncio.create_task(collector.run())
        while not collector.state.connected:
            await asyncio.sleep(0.02)
        await _answer(lambda: collector.state.samples - collector.state.waiting)
        task.cancel()
        await asyncio.wait([task])


async def alone(kind: str, port: int, decode: Callable[[bytes], Any]) -> None:
    """Listen as gmqtt's documentation shows."""
    had = 0

    def nothing(_client: Any, _topic: str, payload: bytes, _qos: int, _properties: Any) -> int:
        nonlocal had
        decode(payload)
        had += VALUES
        return 0

    client = Client("alone")
    client.on_message = nothing
    await client.connect("127.0.0.1", port, keepalive=60)
    client.subscribe("line/#" if kind == "json" else f"spBv1.0/{GROUP}/DDATA/#", qos=1)
    await _answer(lambda: had)
    await client.disconnect()


async def _answer(values: Callable[[], int]) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("ready", flush=True)
    while row := await reader.readline():
        while values() < int(row):
            await asyncio.sleep(0.02)
        print(json.dumps([values(), time.process_time()]), flush=True)


if __name__ == "__main__":
    side, kind, port, folder = sys.argv[1:5]
    if side == "bobae":
        asyncio.run(bobae(kind, int(port), Path(folder)))
    else:
        decode = orjson.loads if kind == "json" else Payload.FromString
        asyncio.run(alone(kind, int(port), decode if side == "decoding" else len))
