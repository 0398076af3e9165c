"""A live packaging line as a Sparkplug edge node: `python -m bobae.twins.packaging.live --port 1883`.

It brings its own broker along, at 127.0.0.1 in the same process. SIGTERM and Ctrl-C stop it.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from amqtt.broker import Broker
from amqtt.client import MQTTClient

from bobae.core import say
from bobae.twins.at_a_port import answered, seeded_command_line
from bobae.twins.packaging.packer import Packer, Rows
from bobae.twins.packaging.payload import Metric, payload
from bobae.twins.packaging.plant import DEVICE, EDGE, GROUP, STATE
from bobae.twins.packaging.tags import STATES, TAGS
from bobae.twins.stepped import NS

_SPACE = f"spBv1.0/{GROUP}"
_COMMANDS, _HOSTS = f"{_SPACE}/NCMD/{EDGE}", "spBv1.0/STATE/+"
_REBIRTH = "Node Control/Rebirth"
_WARM_S = 300  # it has run for a while when it first answers


class EdgeNode:
    """Says births and data of one line, in order, through a client of the broker."""

    def __init__(self, client: Any, packer: Packer, language: str) -> None:
        self._client, self._packer, self._words = client, packer, STATES[language]
        self._seq = -1
        self._born = packer.time_ns // NS % 256  # a number of this life (bdSeq)
        self._shown: Rows = packer.step()

    async def birth(self) -> None:
        """Tell of all that there is."""
        self._seq = -1
        life = Metric(0, int(self._born), "bdSeq")
        await self._send("NBIRTH", [life, Metric(0, False, _REBIRTH)])
        metrics = [
            Metric(i + 1, value, tag.name, {"engUnit": tag.unit, "engLow": 0.0, "engHigh": tag.high})
            for i, (tag, value) in enumerate(zip(TAGS, self._values(), strict=True))
        ]
        await self._send("DBIRTH", [*metrics, Metric(len(TAGS) + 1, self._state(), STATE)])

    async def second(self) -> None:
        """Take the line on by a second, and tell of it."""
        self._shown = self._packer.step(1.0)
        metrics = [Metric(i + 1, value) for i, value in enumerate(self._values())]
        await self._send("DDATA", [*metrics, Metric(len(TAGS) + 1, self._state())])

    async def death(self) -> None:
        """Say goodbye."""
        life = payload(_now_ms(), [Metric(0, int(self._born), "bdSeq")])
        await self._client.publish(f"{_SPACE}/NDEATH/{EDGE}", life, qos=1)

    async def obey(self) -> None:
        """Be born again whenever a host comes or asks for it."""
        while True:
            message = await self._client.deliver_message()
            told = bytes(message.data)
            if (message.topic == _COMMANDS and _REBIRTH.encode() in told) or b'"online": true' in told:
                await self.birth()

    def _values(self) -> list[float]:
        read = self._shown.values[-1].tolist()
        return [int(value) if tag.counts else value for tag, value in zip(TAGS, read, strict=True)]

    def _state(self) -> str:
        return self._words[int(self._shown.state[-1])]

    async def _send(self, kind: str, metrics: Sequence[Metric]) -> None:
        self._seq = (self._seq + 1) % 256
        topic = f"{_SPACE}/{kind}/{EDGE}" if kind.startswith("N") else f"{_SPACE}/{kind}/{EDGE}/{DEVICE}"
        await self._client.publish(topic, payload(_now_ms(), metrics, self._seq), qos=0)


async def serve(port: int, *, seed: int, language: str, parent: int | None = None) -> None:
    """Serve the line until cancelled, or until the process that it is for is gone.

    Args:
        port: of the broker, at 127.0.0.1.
        seed: of the line.
        language: of its state, 'ko' or 'en'.
        parent: number of the process that it is for; None: of nobody.

    Raises:
        OSError: the port is taken.
    """
    packer = Packer(seed, start_ns=time.time_ns() - _WARM_S * NS)
    packer.run(_WARM_S - 1, step_s=1.0)
    everybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
    broker = Broker({"listeners": listeners, "plugins": everybody})
    client = MQTTClient(client_id=EDGE, config={"auto_reconnect": False, "plugins": {}})
    await broker.start()
    try:
        await client.connect(f"mqtt://127.0.0.1:{port}/")
        await client.subscribe([(_COMMANDS, 1), (_HOSTS, 1)])
        node = EdgeNode(client, packer, language)
        await node.birth()
        print(say("the packaging line answers at {address}", address=f"mqtt://127.0.0.1:{port}"), flush=True)
        obeying = asyncio.create_task(node.obey())
        try:
            while parent in (None, os.getppid()):
                await asyncio.sleep(1.0 - time.time() % 1.0)
                await node.second()
        finally:
            obeying.cancel()
            await node.death()
            await client.disconnect()
    finally:
        await broker.shutdown()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns its exit status."""
    asked = seeded_command_line("bobae.twins.packaging.live", port=1883).parse_args(given)
    logging.disable()
    told = {"seed": asked.seed, "language": asked.language, "parent": asked.parent}
    return answered(asked.language, lambda: asyncio.run(serve(asked.port, **told)))


if __name__ == "__main__":
    sys.exit(main())
