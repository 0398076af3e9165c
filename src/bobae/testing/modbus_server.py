"""A small Modbus server for tests, started as a process of its own: `python -m bobae.testing.modbus_server PLAN`.

PLAN is JSON: host and port, or serial (a device file); rtu (whether TCP is framed as a serial line is); units {number:
how many registers and flags each area has}; forbidden [[unit, area, number, exception code], ...]. It writes one row
when it serves, then answers each row on its standard input, an order, with one row of JSON when it is carried out.
"""

import asyncio
import contextlib
import json
import logging
import struct
import sys
from collections import Counter
from typing import Any

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

Plan = dict[str, Any]
_AREAS = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 4: "input"}  # all other functions: holding


class Memory:
    """What the devices hold, and how they misbehave; pymodbus asks it for values and hands it what is written."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ramp: asyncio.Task[None] | None = None
        self._begin()

    def _begin(self) -> None:
        self.held = {
            (int(unit), area): [0] * size
            for unit, size in self._plan["units"].items()
            for area in ("coil", "discrete", "input", "holding")
        }
        self.forbidden = {(unit, area, number): code for unit, area, number, code in self._plan["forbidden"]}
        self.silent: set[int] = set()
        self.slow_s = 0.0
        self.moving = False
        self.connections = 0
        self.asked: Counter[int] = Counter()

    async def async_getValues(self, unit: int, function: int, address: int, count: int = 1) -> list[int] | ExcCodes:  # noqa: N802
        """What a read brings: values, or the exception that the device answers with."""
        if code := await self._refused(unit, function, address, count):
            return code
        held = self.held[unit, _AREAS.get(function, "holding")]
        if self.moving:
            held[address : address + count] = [(one + 1) & 0xFFFF for one in held[address : address + count]]
        return held[address : address + count]

    async def async_setValues(self, unit: int, function: int, address: int, values: list[int]) -> ExcCodes | None:  # noqa: N802
        """Hold what is written, unless the device refuses."""
        if code := await self._refused(unit, function, address, len(values)):
            return code
        self.held[unit, _AREAS.get(function, "holding")][address : address + len(values)] = values
        return None

    async def _refused(self, unit: int, function: int, address: int, count: int) -> ExcCodes | None:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        area = _AREAS.get(function, "holding")
        if unit in self.silent or (unit, area) not in self.held:
            raise NoSuchIdException
        if address + count > len(self.held[unit, area]):
            return ExcCodes.ILLEGAL_ADDRESS
        codes = (self.forbidden.get((unit, area, number)) for number in range(address, address + count))
        return next((ExcCodes(code) for code in codes if code), None)

    def noted(self, connected: bool) -> None:
        """Count a connection."""
        self.connections += connected

    def heard(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """Count a request."""
        self.asked[pdu.dev_id] += not sending
        return pdu

    def obey(self, order: Plan) -> Plan:
        """Carry out one order; what it answers."""
        if order.get("begin"):
            self._begin()
        for unit, area, number, values in order.get("hold", ()):
            self.held[unit, area][number : number + len(values)] = values
        for unit, area, number, code in order.get("forbid", ()):
            self.forbidden[unit, area, number] = code
        self.silent = set(order.get("silent", self.silent))
        self.slow_s = order.get("slow_s", self.slow_s)
        self.moving = order.get("moving", self.moving)
        if "ramp" in order:
            self._begin_ramp(*order["ramp"])
        return {"connections": self.connections, "asked": self.asked}

    def _begin_ramp(self, unit: int, number: int, every_ms: int) -> None:
        if self._ramp is not None:
            self._ramp.cancel()
        self._ramp = asyncio.create_task(self._count(unit, number, every_ms / 1000)) if every_ms else None

    async def _count(self, unit: int, number: int, every_s: float) -> None:
        loop = asyncio.get_running_loop()
        begun, counted = loop.time(), 0
        while True:
            counted += 1
            self.held[unit, "holding"][number : number + 4] = struct.unpack(">4H", struct.pack(">d", counted))
            await asyncio.sleep(max(0.0, begun + counted * every_s - loop.time()))


async def serve(plan: Plan) -> None:
    """Serve until the standard input ends."""
    memory = Memory(plan)
    server = _server(plan, memory)
    server.context = memory  # type: ignore[assignment]  # pymodbus's own knows no exceptions on single registers
    await server.serve_forever(background=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("serving", flush=True)
    while order := await reader.readline():
        print(json.dumps(memory.obey(json.loads(order))), flush=True)
    server.close()


def _server(plan: Plan, memory: Memory) -> ModbusTcpServer | ModbusSerialServer:
    shared: dict[str, Any] = {
        "context": SimDevice(1, [SimData(0, count=1, datatype=DataType.REGISTERS)]),
        "ignore_missing_devices": True,
        "trace_connect": memory.noted,
        "trace_pdu": memory.heard,
        "identity": ModbusDeviceIdentification(  # type: ignore[no-untyped-call]
            info_name={"VendorName": "bobae", "ProductCode": "tester"}
        ),
    }
    if plan["serial"]:
        return ModbusSerialServer(port=plan["serial"], framer=FramerType.RTU, **shared)
    framer = FramerType.RTU if plan["rtu"] else FramerType.SOCKET
    return ModbusTcpServer(address=(plan["host"], plan["port"]), framer=framer, **shared)


if __name__ == "__main__":
    logging.disable()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(json.loads(sys.argv[1])))
