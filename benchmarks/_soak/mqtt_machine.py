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

    def show(number: int) -> None:
        said = {"t": time.time_ns()} | dict.fromkeys((f"v{i:02d}" for i in range(fields)), number)
        for topic in range(topics):
            client.publish(f"soak/g{topic:02d}", json.dumps(said), qos=1)

    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    print("ready", flush=True)
    await asyncio.wait(
        [ended, asyncio.create_task(counting(period_ms / 1000, show))], return_when=asyncio.FIRST_COMPLETED
    )


if __name__ == "__main__":
    logging.disable()
    asyncio.run(publish(sys.argv[1], *map(int, sys.argv[2:6])))
