"""A Sparkplug edge node with one device, for tests: `python -m bobae.testing.sparkplug_server PLAN`.

PLAN is JSON: host, port, node 'group/edge', device, bdseq, aliases, `shown` {metric: [value, time_ms, quality]},
`other` {metric: [datatype, properties]} and `number`, the metric that it counts up on. A metric with a '/' in front is
the device's. It writes one row when it is born, then answers each row on its standard input, an object with one order
(see `Edge`), with one row when it is done.
"""

import asyncio
import json
import logging
import sys
import time
from typing import Any

from gmqtt import Client, Message

from bobae.connectors.mqtt.sparkplug.payload import REBIRTH, DataType, Payload

_FIELDS = {DataType.BOOLEAN: "boolean_value", DataType.STRING: "string_value", DataType.DOUBLE: "double_value"}
_SPACE = "spBv1.0"


class Edge:
    """Publishes births and data as Sparkplug 3.0 wants it; each order is a method, its value the argument."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._group, self._edge = plan["node"].split("/")
        self._seq = -1
        self._numbers = {name: i + 1 for i, name in enumerate(plan["shown"] | plan["other"])}
        self._counting: asyncio.Task[None] | None = None
        will = Message(self._topic("NDEATH"), self._bdseq().SerializeToString(), qos=1)
        self.client = Client(f"edge{plan['bdseq']}", will_message=will)

    async def connect(self) -> None:
        """Connect, listen to commands and to the host, and be born."""
        self.client.on_message = self._commanded
        await self.client.connect(self._plan["host"], self._plan["port"], keepalive=10)
        self.client.subscribe(self._topic("NCMD"), qos=1)
        self.client.subscribe(f"{_SPACE}/STATE/bobae", qos=1)
        self.rebirth(None)
        await self._flush()

    async def obey(self, order: dict[str, Any]) -> None:
        """Do what one row says; back when the broker has it."""
        for name, argument in order.items():
            getattr(self, name)(argument)
        await self._flush()

    def write(self, samples: dict[str, Any]) -> None:
        """Show values from now on and tell of them, one message for each metric."""
        for name, shown in samples.items():
            self._plan["shown"][name] = shown
            self._publish("DDATA" if name.startswith("/") else "NDATA", [name])

    def flush(self, samples: list[Any]) -> None:
        """Tell of what was kept: [metric, value, time_ms], all in one message, as historical."""
        payload = self._payload()
        for name, value, time_ms in samples:
            self._add(payload, name, [value, time_ms, 192], birth=False).is_historical = True
        self._send("DDATA", payload)

    def lose(self, messages: int) -> None:
        """Count so many messages that never come."""
        self._seq += messages

    def swap(self, samples: list[Any]) -> None:
        """Two samples [metric, [value, time_ms, quality]] whose messages come in the wrong order."""
        payloads = []
        for name, shown in samples:
            self._plan["shown"][name] = shown
            payloads.append(self._payload())
            self._add(payloads[-1], name, shown, birth=False)
        for payload in reversed(payloads):
            self._send("DDATA", payload)

    def strange(self, alias: int) -> None:
        """Tell of a metric that no birth has told of."""
        payload = self._payload()
        payload.metrics.add(alias=alias, timestamp=payload.timestamp, double_value=1.0)
        self._send("DDATA", payload)

    def device(self, alive: bool) -> None:
        """Have the device die or be born."""
        if alive:
            self._born("DBIRTH", "/")
        else:
            self._send("DDEATH", self._payload())

    def rebirth(self, _: Any) -> None:
        """Be born again, with all that there is."""
        self._seq = -1
        self._born("NBIRTH", "")
        self._born("DBIRTH", "/")

    def ramp(self, every_ms: int) -> None:
        """Count up on `number`, one each `every_ms`; 0: no more."""
        if self._counting is not None:
            self._counting.cancel()
        self._counting = asyncio.create_task(self._count(every_ms / 1000)) if every_ms else None

    async def _count(self, every_s: float) -> None:
        value, due, at_ms = 0, time.monotonic(), 0
        while True:
            value, due = value + 1, due + every_s
            at_ms = max(time.time_ns() // 1_000_000, at_ms + 1)  # two samples never have the same time
            self.write({self._plan["number"]: [value, at_ms, 192]})
            await asyncio.sleep(due - time.monotonic())

    def _born(self, kind: str, first: str) -> None:
        payload = self._bdseq() if kind == "NBIRTH" else self._payload()
        if kind == "NBIRTH":
            payload.seq = self._next()
            payload.metrics.add(
                name=REBIRTH, timestamp=payload.timestamp, datatype=DataType.BOOLEAN, boolean_value=False
            )
        for name, shown in self._plan["shown"].items():
            if name.startswith("/") == bool(first):
                self._add(payload, name, shown, birth=True)
        for name, (datatype, properties) in self._plan["other"].items():
            if name.startswith("/") == bool(first):
                added = payload.metrics.add(name=name.lstrip("/"), alias=self._numbers[name], datatype=datatype)
                added.timestamp = payload.timestamp
                for key, value in properties.items():
                    said = added.properties.values.add(type=DataType.DOUBLE)
                    added.properties.keys.append(key)
                    setattr(said, "string_value" if isinstance(value, str) else "double_value", value)
                if datatype <= DataType.UINT32:
                    added.int_value = 2**32 - 5  # as a signed one: -5
        self._send(kind, payload)

    def _publish(self, kind: str, names: list[str]) -> None:
        payload = self._payload()
        for name in names:
            self._add(payload, name, self._plan["shown"][name], birth=False)
        self._send(kind, payload)

    def _add(self, payload: Any, name: str, shown: list[Any], *, birth: bool) -> Any:
        value, time_ms, quality = shown
        kinds = {bool: DataType.BOOLEAN, str: DataType.STRING}
        datatype = kinds.get(type(value), DataType.DOUBLE)
        metric = payload.metrics.add(timestamp=time_ms)
        if birth or not self._plan["aliases"]:
            metric.name = name.lstrip("/")
        if self._plan["aliases"]:
            metric.alias = self._numbers.setdefault(name, len(self._numbers) + 1)
        if birth:
            metric.datatype = datatype
        if value is None:
            metric.is_null = True
        else:
            setattr(metric, _FIELDS[datatype], value)
        if quality != 192:
            metric.properties.keys.append("Quality")
            metric.properties.values.add(type=DataType.INT32, int_value=quality)
        return metric

    def _payload(self) -> Any:
        return Payload(timestamp=time.time_ns() // 1_000_000, seq=self._next())

    def _bdseq(self) -> Any:
        payload = Payload(timestamp=time.time_ns() // 1_000_000)
        payload.metrics.add(name="bdSeq", datatype=DataType.INT64, long_value=self._plan["bdseq"])
        return payload

    def _next(self) -> int:
        self._seq = (self._seq + 1) % 256
        return self._seq

    def _send(self, kind: str, payload: Any) -> None:
        self.client.publish(self._topic(kind), payload.SerializeToString(), qos=0)

    def _topic(self, kind: str) -> str:
        topic = f"{_SPACE}/{self._group}/{kind}/{self._edge}"
        return f"{topic}/{self._plan['device']}" if kind.startswith("D") else topic

    def _commanded(self, _client: Any, topic: str, payload: bytes, _qos: int, _properties: Any) -> None:
        if "/STATE/" in topic:
            if json.loads(payload)["online"]:
                self.rebirth(None)
        elif any(metric.name == REBIRTH for metric in Payload.FromString(payload).metrics):
            self.rebirth(None)

    async def _flush(self) -> None:
        """Wait until the broker has all: it answers a message of QoS 1 after those before it."""
        self.client.publish("flushed", b"", qos=1)
        await self.client._persistent_storage.wait_empty()


async def serve(plan: dict[str, Any]) -> None:
    """Publish until the standard input ends."""
    edge = Edge(plan)
    await edge.connect()
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("born", flush=True)
    while order := await reader.readline():
        await edge.obey(json.loads(order))
        print("done", flush=True)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(json.loads(sys.argv[1])))
