"""A machine that publishes as fast as a broker takes it: `python -m _connect.mqtt_publisher KIND PORT`.

KIND is 'json' (100 numbers and their time in an object, QoS 1, ten topics in turn) or 'sparkplug' (100 metrics by
alias, QoS 0, one device). It prints `ready`, then publishes as many messages as each row on its standard input says,
and prints `published`. The first value of each message counts its topic's messages from 1 on; it ends with its input.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from gmqtt import Client, Message

from bobae.connectors.mqtt.sparkplug.payload import DataType, Payload

VALUES, TOPICS = 100, 10
GROUP, EDGE, DEVICE = "plant", "edge1", "line"
_AT_ONCE = 15  # mosquitto takes 20 unacknowledged ones
_BODIES = 50


def name(value: int) -> str:
    """Of one value in a message."""
    return f"t{value:03d}"


class Json:
    """Objects of 100 numbers with two decimals."""

    def __init__(self, client: Client) -> None:
        self._client, self._sent, self._time_ms = client, 0, time.time_ns() // 1_000_000
        numbers = np.random.default_rng(1).normal(100.0, 10.0, (_BODIES, VALUES - 1)).round(2).tolist()
        self._bodies = [", ".join(f'"{name(i + 1)}": {v}' for i, v in enumerate(row)) for row in numbers]

    def publish(self) -> None:
        """One message."""
        topic, count = self._sent % TOPICS, self._sent // TOPICS + 1
        self._time_ms += topic == 0
        body = self._bodies[self._sent % _BODIES]
        payload = f'{{"ts": {self._time_ms}, "values": {{"{name(0)}": {count}, {body}}}}}'
        self._client.publish(f"line/m{topic}", payload, qos=1)
        self._sent += 1


class Sparkplug:
    """Doubles by alias, each with its time."""

    def __init__(self, client: Client) -> None:
        self._client, self._sent, self._seq, self._time_ms = client, 0, 0, time.time_ns() // 1_000_000
        self._numbers = np.random.default_rng(1).normal(100.0, 10.0, (_BODIES, VALUES)).tolist()
        client.on_message = self._asked
        client.subscribe("spBv1.0/STATE/bobae", qos=1)
        client.subscribe(f"spBv1.0/{GROUP}/NCMD/{EDGE}", qos=1)

    def publish(self) -> None:
        """One message."""
        self._sent += 1
        self._time_ms += 1
        numbers = self._numbers[self._sent % _BODIES]
        numbers[0] = float(self._sent)
        payload = self._payload()
        for alias, value in enumerate(numbers):
            payload.metrics.add(alias=alias, timestamp=self._time_ms, double_value=value)
        self._send("DDATA", payload)

    def _payload(self) -> Any:
        self._seq = (self._seq + 1) % 256
        return Payload(timestamp=self._time_ms, seq=self._seq)

    def _send(self, kind: str, payload: Any) -> None:
        device = f"/{DEVICE}" if kind[0] == "D" else ""
        self._client.publish(f"spBv1.0/{GROUP}/{kind}/{EDGE}{device}", payload.SerializeToString(), qos=0)

    def _asked(self, _client: Any, topic: str, payload: bytes, _qos: int, _properties: Any) -> None:
        if "STATE" in topic and not json.loads(payload)["online"]:
            return
        self._seq = -1
        birth = self._payload()
        birth.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=1)
        self._send("NBIRTH", birth)
        birth = self._payload()
        for alias in range(VALUES):
            birth.metrics.add(name=name(alias), alias=alias, datatype=DataType.DOUBLE, is_null=True)
        self._send("DBIRTH", birth)


async def publish(kind: str, port: int) -> None:
    """Until the standard input ends."""
    will = Message(f"spBv1.0/{GROUP}/NDEATH/{EDGE}", b"", qos=1) if kind == "sparkplug" else None
    client = Client("machine", will_message=will)
    await client.connect("127.0.0.1", port, keepalive=60)
    machine = {"json": Json, "sparkplug": Sparkplug}[kind](client)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("ready", flush=True)
    while order := await reader.readline():
        await _all(int(order), machine.publish, client)
        print("published", flush=True)


async def _all(messages: int, one: Callable[[], None], client: Client) -> None:
    for done in range(messages):
        one()
        if done % _AT_ONCE == 0:
            client.publish("flushed", b"", qos=1)  # the broker answers after what came before
            await client._persistent_storage.wait_empty()


if __name__ == "__main__":
    asyncio.run(publish(sys.argv[1], int(sys.argv[2])))
