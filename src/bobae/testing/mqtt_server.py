"""A machine that publishes over MQTT, for tests: `python -m bobae.testing.mqtt_server PLAN`.

PLAN is JSON: host, port, tls (whether it is encrypted), login [user, password] or null, client_id, and `number`, the
topic that it counts up on. It writes one row when it is connected, then answers each row on its standard input, a list
of [topic, payload, retained], or {"ramp": ms}, with one row when it is done.
"""

import asyncio
import json
import logging
import ssl
import sys
import time
from typing import Any

from gmqtt import Client


class Machine:
    """Publishes what it is told to, and counts up by itself."""

    def __init__(self, client: Client, number: str) -> None:
        self._client = client
        self._number = number
        self._counting: asyncio.Task[None] | None = None

    async def obey(self, order: Any) -> None:
        """Do what one row says; back when the broker has it."""
        if isinstance(order, dict):
            if self._counting is not None:
                self._counting.cancel()
            self._counting = asyncio.create_task(self._count(order["ramp"] / 1000)) if order["ramp"] else None
            return
        for topic, payload, retained in order:
            self._client.publish(topic, payload, qos=1, retain=retained)
        await self._client._persistent_storage.wait_empty()

    async def _count(self, every_s: float) -> None:
        value, due = 0, time.monotonic()
        while True:
            value, due = value + 1, due + every_s
            payload = json.dumps({"t": time.time_ns(), "v": value, "q": 0})
            try:
                self._client.publish(self._number, payload, qos=1, retain=True)
            except OverflowError:  # as many are on their way as the broker allows: the others wait
                await self._client._persistent_storage.wait_empty()
                self._client.publish(self._number, payload, qos=1, retain=True)
            await asyncio.sleep(due - time.monotonic())


async def serve(plan: dict[str, Any]) -> None:
    """Publish until the standard input ends."""
    client = Client(plan["client_id"])
    client.set_config({"reconnect_delay": 0.1, "reconnect_retries": -1})
    if plan["login"] is not None:
        client.set_auth_credentials(*plan["login"])
    encrypted = ssl._create_unverified_context() if plan["tls"] else False  # whom it speaks to is not its test
    await client.connect(plan["host"], plan["port"], ssl=encrypted, keepalive=10)
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("connected", flush=True)
    machine = Machine(client, plan["number"])
    while order := await reader.readline():
        await machine.obey(json.loads(order))
        print("done", flush=True)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(json.loads(sys.argv[1])))
