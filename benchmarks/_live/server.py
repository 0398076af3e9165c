"""A plant of many plain tags behind one OPC UA server: `python -m _live.server N_TAGS PERIOD_S PORT`.

Each variable `ns=2;s=t00042` changes at every PERIOD_S-th whole second and has that second as its source time. Twenty
tags make a machine that shares one load. When all nodes are there it prints `ready URL`. It is told on its standard
input what to do: `jump TAG BY` lets tag number TAG stand BY higher from the next change on (`jump TAG 0` sets it right
again); it answers `jump TAG BY SOURCE_NS SET_NS`, the source time of that change and the wall clock when the variable
had its new value. It ends with its standard input.
"""

import asyncio
import logging
import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np
from asyncua import Server, ua

NODES_A_FOLDER = 100  # asyncua takes quadratically long for many nodes under one parent
MACHINE_TAGS = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def readings(second: int, tags: int) -> np.ndarray:
    """What all tags show at one second of UTC (tags,), the same whenever it is asked: history can be made with it."""
    dice = np.random.default_rng(second)
    number = np.arange(tags)
    place, machine = number % MACHINE_TAGS, number // MACHINE_TAGS
    load = np.sin(2.0 * np.pi * second / (600.0 + 7.0 * machine))
    return 50.0 + place + (1.0 + place % 5) * load + 0.2 * dice.standard_normal(tags)


def address(tag: int) -> str:
    """The node id of a tag."""
    return f"ns=2;s=t{tag:05d}"


class Tags:
    """The variables of one server and how far each has jumped."""

    def __init__(self, server: Server, nodes: list[ua.NodeId]) -> None:
        # written below the address space's own checks: of 1,000 tags at 1 Hz they would be most of the cost
        self._cells = [server.iserver.aspace[node].attributes[ua.AttributeIds.Value] for node in nodes]
        self._jumped = np.zeros(len(nodes))
        self._new: list[int] = []

    def jump(self, tag: int, by: float) -> None:
        """Let a tag stand so much higher from its next change on."""
        self._jumped[tag] = by
        self._new.append(tag)

    async def change(self, second: int) -> None:
        """Every tag takes its value of this second; what has jumped first."""
        values = (readings(second, len(self._cells)) + self._jumped).tolist()
        at = _EPOCH + timedelta(seconds=second)
        for tag in self._new:
            await self._set(tag, values[tag], at)
            print("jump", tag, self._jumped[tag], second * 1_000_000_000, time.time_ns(), flush=True)
        for tag in set(range(len(values))) - set(self._new):
            await self._set(tag, values[tag], at)
        self._new.clear()

    async def _set(self, tag: int, value: float, at: datetime) -> None:
        cell = self._cells[tag]
        cell.value = ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=at, ServerTimestamp=at)
        for handle, told in cell.datachange_callbacks.items():
            await told(handle, cell.value)


async def serve(tags: int, period_s: int, port: int) -> None:
    """Serve until standard input ends."""
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    # asyncua copies each value for each subscription, most of the cost; nothing here changes a value once it is shown
    ua.DataValue.__deepcopy__ = lambda value, _: value
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:bobae:benchmark")
    shown = Tags(server, await _build(server, tags))
    async with server:
        changing = asyncio.create_task(_change(shown, period_s))
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        print(f"ready opc.tcp://127.0.0.1:{port}", flush=True)
        async for told in commands:
            _, tag, by = told.decode().split()
            shown.jump(int(tag), float(by))
        changing.cancel()


async def _build(server: Server, tags: int) -> list[ua.NodeId]:
    nodes = []
    for first in range(0, tags, NODES_A_FOLDER):
        folder = await server.nodes.objects.add_folder(ua.NodeId.from_string(f"ns=2;s=f{first}"), f"2:f{first}")
        for tag in range(first, min(first + NODES_A_FOLDER, tags)):
            node = await folder.add_variable(ua.NodeId.from_string(address(tag)), f"2:t{tag:05d}", 0.0)
            nodes.append(node.nodeid)
    return nodes


async def _change(shown: Tags, period_s: int) -> None:
    while True:
        await asyncio.sleep(period_s - time.time() % period_s)
        await shown.change(round(time.time()))


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4])))
