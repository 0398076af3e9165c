"""What there is on a line: Modbus has no directory, so it is asked gently, and what answers is offered."""

from dataclasses import dataclass

from pymodbus.pdu.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse

from bobae.connectors.modbus.failures import GATEWAY, ILLEGAL_FUNCTION
from bobae.connectors.modbus.line import Line, Silence
from bobae.connectors.modbus.plan import Block
from bobae.connectors.modbus.settings import ModbusSettings
from bobae.connectors.modbus.sunspec import named
from bobae.core import Offered

PROBED = 500  # numbers of each area that are tried
_SMALLEST = 25  # what does not answer in pieces of so many is taken to be empty
_AREAS = {"holding": "number", "input": "number", "coil": "flag", "discrete": "flag"}


class _NoSuchArea(Exception):
    """The device does not know the function that reads it."""


@dataclass(frozen=True)
class _Probe:
    """One area of one device."""

    line: Line
    unit: int
    area: str

    async def read(self, start: int, count: int) -> bytes | None:
        """What the numbers hold; None where the device does not have them all.

        Raises:
            Silence: the device does not answer.
        """
        answer = await self.line.read(Block(self.unit, self.area, start, count))
        if answer.code in GATEWAY:
            raise Silence
        if answer.code == ILLEGAL_FUNCTION:
            raise _NoSuchArea
        return None if answer.code else answer.raw

    async def readable(self, start: int, count: int, *, edge: bool = False) -> list[int]:
        """Which of the numbers answer; `edge`: the one before does, so that it is looked where they end."""
        if await self.read(start, count) is not None:
            return list(range(start, start + count))
        if count == 1 or (count <= _SMALLEST and not edge):
            return []
        half = (count + 1) // 2
        left = await self.readable(start, half, edge=edge)
        whole = len(left) == half
        return left + await self.readable(start + half, count - half, edge=whole)


async def offered(line: Line, settings: ModbusSettings) -> list[Offered]:
    """Of each device its SunSpec values, or the numbers of its areas that can be read.

    Raises:
        Unreachable: the connection broke.
    """
    found: list[Offered] = []
    for unit in settings.units:
        try:
            found += await _device(line, unit, settings.max_registers)
        except Silence:
            continue
    return found


async def _device(line: Line, unit: int, most: int) -> list[Offered]:
    known: list[Offered] = []
    found: list[Offered] = []
    for area, kind in _AREAS.items():
        probe = _Probe(line, unit, area)
        try:
            if area == "holding":
                known = await named(unit, probe.read)
            step = PROBED if kind == "flag" else most
            numbers: list[int] = []
            for start in range(0, PROBED, step):
                before = bool(numbers) and numbers[-1] == start - 1
                numbers += await probe.readable(start, min(step, PROBED - start), edge=before)
        except _NoSuchArea:
            continue
        found += [Offered(f"{unit}/{area}/{number}", f"{area}/{number}", kind) for number in numbers]
    name = await _name(line, unit) if found else None
    prefix = f"{unit}" if name is None else f"{unit} {name}"
    return known + [Offered(one.address, f"{prefix}/{one.path}", one.kind) for one in found]


async def _name(line: Line, unit: int) -> str | None:
    """Maker and product code, where the device tells them (function 43/14)."""
    try:
        answer, _ = await line.ask(ReadDeviceInformationRequest(dev_id=unit))
    except Silence:
        return None
    if not isinstance(answer, ReadDeviceInformationResponse):
        return None
    told = [value.decode("utf-8", "replace").strip() for _, value in sorted(answer.information.items())[:2]]
    return " ".join(part.replace("/", "-") for part in told if part) or None
