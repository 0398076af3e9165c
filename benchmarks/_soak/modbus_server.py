"""A Modbus device of many counting registers: `python -m _soak.modbus_server HOST PORT TAGS PERIOD_MS`."""

import asyncio
import logging
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from _soak.counting import counting
from bobae.testing.modbus_server import Memory


async def serve(host: str, port: int, tags: int, period_ms: int) -> None:
    """Serve until standard input ends: tag i is the unsigned 32-bit number in the holding registers 2 i and 2 i + 1."""
    memory = Memory({"units": {1: 2 * tags}, "forbidden": []})
    device = SimDevice(1, [SimData(0, count=1, datatype=DataType.REGISTERS)])
    server = ModbusTcpServer(context=device, framer=FramerType.SOCKET, address=(host, port))
    server.context = memory  # what it serves from; the device above only satisfies its constructor
    await server.serve_forever(background=True)

    def show(number: int) -> None:
        memory.held[1, "holding"][:] = [number >> 16, number & 0xFFFF] * tags

    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    print("ready", flush=True)
    await asyncio.wait(
        [ended, asyncio.create_task(counting(period_ms / 1000, show))], return_when=asyncio.FIRST_COMPLETED
    )


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(sys.argv[1], *map(int, sys.argv[2:5])))
