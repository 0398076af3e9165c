"""Where a Modbus device has a value, and in what shape: `unit/area/number?option=value&...`."""

import codecs
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bobae.core import BadInput, UnknownName

AREAS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}  # name -> function code that reads it
ORDERS = ("abcd", "cdab", "badc", "dcba")
# type -> registers and what they hold, as numpy writes it
NUMBERS = {
    "int16": (1, "i2"),
    "uint16": (1, "u2"),
    "int32": (2, "i4"),
    "uint32": (2, "u4"),
    "int64": (4, "i8"),
    "uint64": (4, "u8"),
    "float32": (2, "f4"),
    "float64": (4, "f8"),
    "bcd16": (1, "u2"),
    "bcd32": (2, "u4"),
}
LONGEST_TEXT = 240  # bytes
_CLASSIC = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
_OPTIONS = {
    "number": ("type", "order", "scale", "offset", "na"),
    "bit": ("type", "order", "bit"),
    "text": ("type", "order", "length", "encoding"),
    "flag": (),
}


@dataclass(frozen=True)
class Place:
    """One value in one device.

    Attributes:
        unit: number of the device on the line, 0 - 255.
        area: coil, discrete, holding or input.
        number: of its first register or bit, from 0, as it goes over the wire.
        type: one of `NUMBERS`, 'string' or 'flag'.
        order: abcd: the highest byte first; cdab: the lowest register first; badc: the two bytes of each register
            swapped; dcba: both.
        scale, offset: the value is what the registers hold times scale plus offset.
        bit: which bit of the register is meant, 0 the lowest.
        na: what the registers hold when there is no value, as a number without sign.
        length: bytes of a text.
        encoding: of a text, as Python names it.
    """

    unit: int
    area: str
    number: int
    type: str = "uint16"
    order: str = "abcd"
    scale: float = 1.0
    offset: float = 0.0
    bit: int | None = None
    na: int | None = None
    length: int = 0
    encoding: str = "ascii"

    @property
    def flags(self) -> bool:
        """Whether its area holds bits, not registers."""
        return self.area in ("coil", "discrete")

    @property
    def count(self) -> int:
        """How many registers (or bits) it takes."""
        if self.type == "string":
            return (self.length + 1) // 2
        return NUMBERS[self.type][0] if self.type in NUMBERS else 1

    @property
    def kind(self) -> str:
        """'number', 'flag' or 'text'."""
        return "text" if self.type == "string" else "flag" if self.flags or self.bit is not None else "number"


def parsed(address: str) -> Place:
    """What the address says.

    Raises:
        BadInput: it is none, or its options do not go together.

    Example:
        >>> parsed("1/input/30?type=float32&order=cdab&scale=0.1").count
        2
        >>> parsed("1/40101") == parsed("1/holding/100")
        True
    """
    head, _, query = address.partition("?")
    unit, area, number = _head(address, head)
    said = _options(address, query)
    kind = _kind(area, said)
    for name in said:
        if name not in _OPTIONS[kind]:
            raise UnknownName.among(
                "the Modbus address {address!r} cannot have the option {name!r}; nearest: {nearest}",
                name=name,
                known=_OPTIONS[kind],
                address=address,
            )
    place = Place(unit, area, number, **_shape(address, kind, said))
    if place.number + place.count > 65536:
        raise BadInput("the Modbus address {address!r} goes beyond the last number, 65535", address=address)
    return place


def written(place: Place) -> str:
    """The shortest address of a place.

    Example:
        >>> written(Place(1, "holding", 100, "int16", scale=0.1))
        '1/holding/100?type=int16&scale=0.1'
    """
    said = {
        "type": "" if place.type in ("uint16", "flag") else place.type,
        "order": "" if place.order == "abcd" else place.order,
        "scale": "" if place.scale == 1 else f"{place.scale:.12g}",
        "offset": "" if place.offset == 0 else f"{place.offset:.12g}",
        "bit": "" if place.bit is None else str(place.bit),
        "na": "" if place.na is None else f"{place.na:#x}",
        "length": str(place.length or ""),
        "encoding": "" if place.encoding == "ascii" else place.encoding,
    }
    options = "&".join(f"{name}={value}" for name, value in said.items() if value)
    return f"{place.unit}/{place.area}/{place.number}" + (f"?{options}" if options else "")


def _head(address: str, head: str) -> tuple[int, str, int]:
    parts = head.split("/")
    if len(parts) == 3 and parts[1] in AREAS and re.fullmatch(r"\d{1,5}", parts[2]):
        unit, area, number = parts[0], parts[1], int(parts[2])
    elif len(parts) == 2 and re.fullmatch(r"[0134]\d{4,5}", parts[1]):
        unit, area, number = parts[0], _CLASSIC[parts[1][0]], int(parts[1][1:]) - 1  # these begin at 1
    else:
        unit, area, number = "", "", -1
    if not re.fullmatch(r"\d{1,3}", unit) or int(unit) > 255 or not 0 <= number <= 65535:
        raise BadInput(
            "{address!r} is no Modbus address; write unit/area/number like 1/holding/100, the area being coil, "
            "discrete, holding or input and the number counting from 0, or in the classic way 1/40101, counting from 1",
            address=address,
        )
    return int(unit), area, number


def _options(address: str, query: str) -> dict[str, str]:
    said = {}
    for item in query.split("&") if query else ():
        name, _, value = item.partition("=")
        if not value or name in said:
            raise _wrong(address, item)
        said[name] = value
    return said


def _kind(area: str, said: Mapping[str, str]) -> str:
    if area in ("coil", "discrete"):
        return "flag"
    return "text" if said.get("type") == "string" else "bit" if "bit" in said else "number"


def _shape(address: str, kind: str, said: Mapping[str, str]) -> dict[str, Any]:
    """The options as the fields of a place."""
    if kind == "flag":
        return {"type": "flag"}
    types = {"text": ("string",), "bit": ("uint16",), "number": tuple(NUMBERS)}[kind]
    shape: dict[str, Any] = {
        "type": _one_of(address, "type", said.get("type", types[0] if kind == "text" else "uint16"), types),
        "order": _one_of(address, "order", said.get("order", "abcd"), ("abcd", "badc") if kind == "text" else ORDERS),
    }
    if kind == "bit":
        shape["bit"] = _whole(address, "bit", said["bit"], 0, 15)
    elif kind == "text":
        shape["length"] = _whole(address, "length", said.get("length", ""), 1, LONGEST_TEXT)
        shape["encoding"] = _encoding(address, said.get("encoding", "ascii"))
    else:
        shape["scale"] = _number(address, "scale", said.get("scale", "1"))
        shape["offset"] = _number(address, "offset", said.get("offset", "0"))
        if shape["scale"] == 0:
            raise _wrong(address, "scale=0")
        if "na" in said:
            bits = 16 * NUMBERS[shape["type"]][0]
            shape["na"] = _whole(address, "na", said["na"], -(1 << (bits - 1)), (1 << bits) - 1) % (1 << bits)
    return shape


def _one_of(address: str, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise _wrong(address, f"{name}={value}", ", ".join(allowed))
    return value


def _whole(address: str, name: str, value: str, low: int, high: int) -> int:
    try:
        number = int(value, 0)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise _wrong(address, f"{name}={value}", f"{low} - {high}")
    return number


def _number(address: str, name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _wrong(address, f"{name}={value}")
    return number


def _encoding(address: str, value: str) -> str:
    try:
        codecs.lookup(value)
        "".encode(value)  # what only turns bytes into bytes is none
    except LookupError as error:
        raise _wrong(address, f"encoding={value}", "ascii, utf-8, cp949, ...") from error
    return value


def _wrong(address: str, item: str, allowed: str = "name=value&name=value") -> BadInput:
    return BadInput(
        "the Modbus address {address!r} cannot say {item!r}; it can be: {allowed}",
        address=address,
        item=item,
        allowed=allowed,
    )
