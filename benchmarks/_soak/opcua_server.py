"""An OPC UA server of many counting nodes: `python -m _soak.opcua_server HOST PORT TAGS PERIOD_MS`."""

import asyncio
import logging
import sys
from datetime import UTC, datetime

from asyncua import Server, ua

from _soak.counting import counting

_NODES_A_FOLDER = 100  # asyncua takes quadratically long for many nodes under one parent


async def serve(host: str, port: int, tags: int, period_ms: int) -> None:
    """Serve until standard input ends."""
    # asyncua copies each value for each subscription, most of the cost; nothing here changes a value once it is shown
    ua.DataValue.__deepcopy__ = lambda value, _: value
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://{host}:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:bobae:soak")
    cells = []
    for tag in range(tags):
        if tag % _NODES_A_FOLDER == 0:
            folder = await server.nodes.objects.add_folder(ua.NodeId(f"f{tag}", 2), f"2:f{tag}")
        node = await folder.add_variable(ua.NodeId(f"t{tag:04d}", 2), f"2:t{tag:04d}", 0.0)
        cells.append(server.iserver.aspace[node.nodeid].attributes[ua.AttributeIds.Value])
    running: set[asyncio.Task[None]] = set()

    def show(number: int) -> None:
        task = asyncio.create_task(_changed(cells, number))
        running.add(task)
        task.add_done_callback(running.discard)

    async with server:
        ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        print("ready", flush=True)
        await asyncio.wait(
            [ended, asyncio.create_task(counting(period_ms / 1000, show))], return_when=asyncio.FIRST_COMPLETED
        )


async def _changed(cells: list, number: int) -> None:
    at = datetime.now(UTC).replace(tzinfo=None)
    for cell in cells:
        cell.value = ua.DataValue(ua.Variant(float(number)), SourceTimestamp=at, ServerTimestamp=at)
        for handle, told in list(cell.datachange_callbacks.items()):
            await told(handle, cell.value)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(sys.argv[1], *map(int, sys.argv[2:5])))
