"""Sparkplug edge nodes that publish once a second: `python -m _connect.edges TAGS PORT`.

Each edge node has 1,000 metrics and a connection of its own, and tells of them in ten messages, by alias, at each
whole second, which is their time. It prints `born`, then answers `jump TAG BY` on its standard input (tag number TAG
stands BY higher from the next second on) with `jump TAG BY SOURCE_NS`. It ends with its standard input.
"""

import asyncio
import sys
import time
from typing import Any

import numpy as np
from _live.server import readings
from gmqtt import Client, Message

from bobae.connectors.mqtt.sparkplug.payload import DataType, Payload

GROUP, METRICS, A_MESSAGE = "plant", 1_000, 100
MACHINE_TAGS = 10
NS = 10**9


def address(tag: int) -> str:
    """Where a tag is found."""
    return f"{GROUP}/edge{tag // METRICS}:t{tag:05d}"


def shown(second: int, tags: int) -> np.ndarray:
    """What all tags show at one second of UTC (tags,): machines of one kind that share the load of the plant."""
    one = readings(second, MACHINE_TAGS)
    return np.tile(one, tags // MACHINE_TAGS) + 0.2 * np.random.default_rng((second, 1)).standard_normal(tags)


class Edge:
    """One edge node and its metrics."""

    def __init__(self, number: int, port: int) -> None:
        self._name, self._port, self._seq = f"edge{number}", port, -1
        self._tags = range(number * METRICS, (number + 1) * METRICS)
        death = Payload()
        death.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=0)
        self._client = Client(self._name, will_message=Message(self._topic("NDEATH"), death.SerializeToString(), qos=1))

    async def connect(self) -> None:
        """Connect; from then on a command or a host that comes online has it born again."""
        self._client.on_message = lambda *_: self.born()
        await self._client.connect("127.0.0.1", self._port, keepalive=10)
        self._client.subscribe(self._topic("NCMD"), qos=1)
        self.born()

    def born(self) -> None:
        """Tell of all metrics."""
        self._seq = -1
        payload = self._payload(time.time_ns() // 1_000_000)
        payload.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=0)
        values = shown(int(time.time()), self._tags.stop)
        for tag in self._tags:
            payload.metrics.add(
                name=f"t{tag:05d}",
                alias=tag,
                datatype=DataType.DOUBLE,
                double_value=values[tag],
                timestamp=int(time.time()) * 1_000,
            )
        self._send("NBIRTH", payload)

    def tell(self, second: int, values: list[float]) -> None:
        """Tell of this second."""
        for first in range(self._tags.start, self._tags.stop, A_MESSAGE):
            payload = self._payload(second * 1_000)
            for tag in range(first, first + A_MESSAGE):
                payload.metrics.add(alias=tag, double_value=values[tag], timestamp=second * 1_000)
            self._send("NDATA", payload)

    def _payload(self, time_ms: int) -> Any:
        self._seq = (self._seq + 1) % 256
        return Payload(timestamp=time_ms, seq=self._seq)

    def _send(self, kind: str, payload: Any) -> None:
        self._client.publish(self._topic(kind), payload.SerializeToString(), qos=0)

    def _topic(self, kind: str) -> str:
        return f"spBv1.0/{GROUP}/{kind}/{self._name}"


async def publish(tags: int, port: int) -> None:
    """Publish until standard input ends."""
    edges = [Edge(number, port) for number in range(tags // METRICS)]
    for edge in edges:
        await edge.connect()
    jumped, new = np.zeros(tags), []

    async def tell() -> None:
        while True:
            await asyncio.sleep(1.0 - time.time() % 1.0)
            second = round(time.time())
            values = (shown(second, tags) + jumped).tolist()
            for tag in new:
                print("jump", tag, jumped[tag], second * NS, flush=True)
            new.clear()
            for edge in edges:
                edge.tell(second, values)

    telling = asyncio.create_task(tell())
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("born", flush=True)
    async for said in commands:
        _, tag, by = said.decode().split()
        jumped[int(tag)] = float(by)
        new.append(int(tag))
    telling.cancel()


if __name__ == "__main__":
    asyncio.run(publish(*map(int, sys.argv[1:3])))
