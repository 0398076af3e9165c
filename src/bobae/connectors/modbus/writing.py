"""Registers and coils of a device changed, one value at a time; whoever orders it reads it back."""

import math
import struct
from fractions import Fraction

from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    MaskWriteRegisterRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from bobae.connectors.modbus.address import NUMBERS, Place, parsed
from bobae.connectors.modbus.failures import said
from bobae.connectors.modbus.layout import Layout
from bobae.connectors.modbus.line import Line, Silence
from bobae.connectors.modbus.plan import Block
from bobae.connectors.modbus.settings import ModbusSettings
from bobae.core import Refused, Text, Unreachable, text

_PACKED = {"i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d"}


class ModbusWriter:
    """A connection that changes what a device does; used for one order.

    Example:
        >>> from bobae.connectors.modbus.address import parsed
        >>> registers(parsed("1/holding/7?type=int16&scale=0.1"), 21.3)
        [213]
    """

    def __init__(self, settings: ModbusSettings) -> None:
        self._line = Line(settings)
        self._url = settings.where.url

    async def open(self) -> None:
        """Connect.

        Raises:
            Unreachable: nobody answers, or another program has the serial line.
        """
        await self._line.open()

    async def read(self, address: str) -> float | bool | str:
        """What the device shows at the address now.

        Raises:
            Unreachable: no answer.
            Refused: the device does not give it, or has no value.
        """
        place = parsed(address)
        try:
            answer = await self._line.read(Block(place.unit, place.area, place.number, place.count))
        except Silence as error:
            raise self._silent() from error
        if answer.code:
            raise _refused(address, said(answer.code))
        layout = Layout([place], [(0, place.number)])
        value, status = layout.values(answer.raw)
        shown = layout.texts(answer.raw)[0] if place.kind == "text" else value[0].item()
        if status[0] or shown is None:
            raise _refused(address, text("it holds no value now"))
        return bool(shown) if place.kind == "flag" else shown

    async def write(self, address: str, value: float | bool | str) -> None:
        """Have the device hold `value`, in whole steps of its scale; back when it has confirmed.

        Raises:
            Unreachable: no answer: whether it was written is not known.
            Refused: the address cannot be written, the value does not fit, or the device does not take it.
        """
        place = parsed(address)
        try:
            answer, _ = await self._line.ask(_request(place, address, value))
        except Silence as error:
            raise self._silent() from error
        if isinstance(answer, ExceptionResponse):
            raise _refused(address, said(answer.exception_code))

    async def close(self) -> None:
        """Let go of the line."""
        await self._line.close()

    def _silent(self) -> Unreachable:
        return Unreachable("{url} does not answer ({why})", url=self._url, why="timeout")


def registers(place: Place, value: float | bool | str) -> list[int]:
    """What the registers are to hold, first register first.

    Raises:
        ValueError: the value is not of its kind, or does not fit.
    """
    held = _text_bytes(place, value) if place.kind == "text" else _number_bytes(place, value)
    words = [held[i : i + 2] for i in range(0, len(held), 2)]
    if place.kind == "number" and place.order in ("cdab", "dcba"):
        words.reverse()
    byte_order = ">H" if place.order in ("abcd", "cdab") else "<H"
    return [struct.unpack(byte_order, word)[0] for word in words]


def _request(place: Place, address: str, value: float | bool | str) -> ModbusPDU:
    if place.area in ("discrete", "input"):
        raise _refused(address, text("the device only shows it"))
    if place.kind == "flag" and value not in (False, True):
        raise _refused(address, text("{value!r} does not fit", value=value))
    if place.flags:
        return WriteSingleCoilRequest(address=place.number, bits=[bool(value)], dev_id=place.unit)
    if place.bit is not None:
        bit = place.bit if place.order in ("abcd", "cdab") else (place.bit + 8) % 16
        mask = 1 << bit
        return MaskWriteRegisterRequest(
            address=place.number, and_mask=0xFFFF ^ mask, or_mask=mask if value else 0, dev_id=place.unit
        )
    try:
        held = registers(place, value)
    except (ValueError, OverflowError, struct.error, UnicodeEncodeError) as error:
        raise _refused(address, text("{value!r} does not fit", value=value)) from error
    if len(held) == 1:
        return WriteSingleRegisterRequest(address=place.number, registers=held, dev_id=place.unit)
    return WriteMultipleRegistersRequest(address=place.number, registers=held, dev_id=place.unit)


def _text_bytes(place: Place, value: float | bool | str) -> bytes:
    held = value.encode(place.encoding) if isinstance(value, str) else b"\0" * (place.length + 1)
    if len(held) > place.length:
        raise ValueError("too long, or no text")
    return held.ljust(2 * place.count, b"\0")


def _number_bytes(place: Place, value: float | bool | str) -> bytes:
    if isinstance(value, str) or not math.isfinite(value):
        raise ValueError("no number")
    count, held = NUMBERS[place.type]
    packed = ">" + _PACKED[held]
    if held.startswith("f"):
        return struct.pack(packed, (value - place.offset) / place.scale)
    # in fractions, so that 21.3 in steps of 0.1 is 213 and not a little less
    steps = round((Fraction(str(value)) - Fraction(str(place.offset))) / Fraction(str(place.scale)))
    if place.na is not None and steps % (1 << (16 * count)) == place.na:
        raise ValueError("means that there is no value")
    if place.type.startswith("bcd"):
        steps = int(f"{steps:0{4 * count}d}", 16) if 0 <= steps < 10 ** (4 * count) else -1
    return struct.pack(packed, steps)


def _refused(address: str, why: Text) -> Refused:
    return Refused("{address} is left as it is: {why}", address=address, why=why)
