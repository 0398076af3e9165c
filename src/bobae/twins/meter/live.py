"""A live meter behind Modbus TCP, in a process of its own: `python -m bobae.twins.meter.live --port 5020`.

It listens at 127.0.0.1 and shows new readings every second, as unit 1. SIGTERM and Ctrl-C stop it.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bobae.core import Refused, say
from bobae.twins.at_a_port import answered, seeded_command_line
from bobae.twins.meter.load import NS
from bobae.twins.meter.meter import Meter
from bobae.twins.meter.registers import FUNCTIONS, SIZES, registers

UNIT = 1


async def serve(port: int, seed: int, *, parent: int | None = None) -> None:
    """Serve the meter until cancelled, or until the process that it is for is gone.

    Args:
        port: of 127.0.0.1.
        seed: of the plant behind the meter.
        parent: number of the process that it is for; None: of nobody.

    Raises:
        Refused: the port is taken.
    """
    meter = Meter.at(time.time_ns() - NS, seed)
    server = ModbusTcpServer(_device(), address=("127.0.0.1", port))
    await _show(server, meter)
    try:
        await server.serve_forever(background=True)
    except RuntimeError as error:
        raise Refused("the meter cannot answer at port {port}: another program does", port=port) from error
    print(say("the meter answers at {url}", url=f"tcp://127.0.0.1:{port}"), flush=True)
    try:
        while parent in (None, os.getppid()):
            await asyncio.sleep(1.0 - time.time() % 1.0)
            await _show(server, meter)
    finally:
        server.close()


def _device() -> SimDevice:
    """The meter's own registers; it has neither coils nor discrete inputs."""
    holding, inputs = ([SimData(0, count=SIZES[area], datatype=DataType.REGISTERS)] for area in ("holding", "input"))
    none = [SimData(0, count=16, values=False, datatype=DataType.BITS)]
    return SimDevice(UNIT, simdata=(none, list(none), holding, inputs))


async def _show(server: ModbusTcpServer, meter: Meter) -> None:
    """Take the meter on to now, and show what it reads then; nothing new where the clock went back."""
    seconds = (time.time_ns() - meter.time_ns) // NS
    if seconds > 0:
        for area, first, held in registers(meter.run(seconds, step_s=1.0).values[-1]):
            await server.async_setValues(UNIT, FUNCTIONS[area], first, held)


def main(given: Sequence[str] | None = None) -> int:
    """The command line; returns its exit status."""
    asked = seeded_command_line("bobae.twins.meter.live", port=5020).parse_args(given)
    logging.disable()
    return answered(asked.language, lambda: asyncio.run(serve(asked.port, asked.seed, parent=asked.parent)))


if __name__ == "__main__":
    sys.exit(main())
