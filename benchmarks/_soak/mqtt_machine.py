"""A machine of many counting values over MQTT: `python -m _soak.mqtt_machine HOST PORT TOPICS FIELDS PERIOD_MS`."""

import asyncio
import json
import logging
import sys
import time

from gmqtt import Client

from _soak.counting import counting


async def publish(host: str, port: int, topics: int, fields: int, period_ms: int) -> None:
    """Publish until standard input ends."""
    client = Client("machine")
    client.set_config({"reconnect_delay": 0.1, "reconnect_retries": -1})
    await client.connect(host, port, keepalive=60)

    waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def show(number: int) -> None:
        said = {"t": time.time_ns()} | dict.fromkeys((f"v{i:02d}" for i in range(fields)), number)
        for topic in range(topics):
            waiting.put_nowait((f"soak/g{topic:02d}", json.dumps(said)))

    sending = asyncio.create_task(_send(client, waiting))
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    print("ready", flush=True)
    await asyncio.wait(
        [ended, sending, asyncio.create_task(counting(period_ms / 1000, show))], return_when=asyncio.FIRST_COMPLETED
    )


async def _send(client: Client, waiting: asyncio.Queue[tuple[str, str]]) -> None:
    """One after the other; what the broker does not take yet waits, as in a machine with a buffer."""
    while True:
        topic, payload = await waiting.get()
        try:
            client.publish(topic, payload, qos=1)
        except OverflowError:  # as many are on their way as the broker allows
            await client._persistent_storage.wait_empty()
            client.publish(topic, payload, qos=1)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(publish(sys.argv[1], *map(int, sys.argv[2:6])))
