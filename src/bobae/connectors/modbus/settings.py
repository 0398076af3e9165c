"""What plant.yaml may say about a Modbus source."""

import re
from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlsplit

from bobae.core import BadInput, Given
from bobae.core.connector import Settings

PORT = 502  # registered for Modbus
MOST_REGISTERS = 125  # of one answer: Modbus Application Protocol V1.1b3, 6.3


@dataclass(frozen=True)
class Where:
    """Which line the devices are on.

    Attributes:
        url: as a person would write it, with the port, without what only says how the line is set.
        host: name or address; of a serial line the device file.
        port: of TCP.
        rtu: whether messages are framed as on a serial line; no answer then says which question it is for.
        serial: whether it is a serial line.
        baud, parity, stop, bits: how a serial line is set.
    """

    url: str
    host: str
    port: int = PORT
    rtu: bool = False
    serial: bool = False
    baud: int = 19200
    parity: str = "E"
    stop: int = 1
    bits: int = 8


@dataclass(frozen=True)
class ModbusSettings:
    """Where the devices are and how they are asked.

    Attributes:
        where: the line.
        poll_s: how often every value is read.
        timeout_s: how long one answer may take.
        requests_per_s: no more than so many go out on this connection.
        gap_registers: so many registers that nobody asked for may be read along, to save a request.
        max_registers: of one request.
        units: those that `browse` looks for.
    """

    where: Where
    poll_s: float = 1.0
    timeout_s: float = 1.5
    requests_per_s: float = 20.0
    gap_registers: int = 8
    max_registers: int = MOST_REGISTERS
    units: tuple[int, ...] = (1,)


_KNOWN = {f.name for f in fields(ModbusSettings)} - {"where"} | {"url"}


def checked(settings: Settings) -> ModbusSettings:
    """The settings of one source, each looked at.

    Raises:
        UnknownName: no such setting; the nearest is told.
        BadInput: a setting is missing or cannot be.

    Example:
        >>> checked({"url": "tcp://10.0.0.9", "poll_s": 5}).where.url
        'tcp://10.0.0.9:502'
    """
    given = Given(settings, "modbus", _KNOWN)
    return ModbusSettings(
        where=_where(given.needed("url", "tcp://10.0.0.9:502")),
        poll_s=given.number("poll_s", 1.0),
        timeout_s=given.number("timeout_s", 1.5),
        requests_per_s=given.number("requests_per_s", 20.0),
        gap_registers=given.whole("gap_registers", 8, high=MOST_REGISTERS),
        max_registers=given.whole("max_registers", MOST_REGISTERS, low=1, high=MOST_REGISTERS),
        units=_units(given.word("units", "1") or "1"),
    )


def _where(url: str) -> Where:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port or PORT
    except ValueError:  # a port that is no number
        host, port = None, PORT
    if parts.scheme in ("tcp", "rtu+tcp") and host and not parts.query:
        written = f"[{host}]" if ":" in host else host
        return Where(f"{parts.scheme}://{written}:{port}", host, port, rtu=parts.scheme == "rtu+tcp")
    if parts.scheme == "serial" and not host and len(parts.path) > 1:
        return _serial(url, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))
    raise BadInput(
        "the address {url!r} of a Modbus line is wrong; write url: tcp://host:502, rtu+tcp://host:502 or "
        "serial:///dev/ttyUSB0?baud=9600&parity=E&stop=1",
        url=url,
    )


_LINE = {
    "baud": re.compile(r"[1-9]\d{2,6}"),
    "parity": re.compile(r"[NEO]"),
    "stop": re.compile(r"[12]"),
    "bits": re.compile(r"[78]"),
}


def _serial(url: str, path: str, said: dict[str, str]) -> Where:
    for name, value in said.items():
        if name not in _LINE or not _LINE[name].fullmatch(value):
            raise BadInput(
                "{url!r}: a serial line is not set by {name}={value}; there are baud=9600, parity=N, E or O, "
                "stop=1 or 2, bits=7 or 8",
                url=url,
                name=name,
                value=value,
            )
    device = path[1:] if re.fullmatch(r"/COM\d+", path, re.IGNORECASE) else path
    numbers = {name: int(value) for name, value in said.items() if name != "parity"}
    return Where(f"serial://{path}", device, rtu=True, serial=True, parity=said.get("parity", "E"), **numbers)


def _units(written: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in written.split(","):
        if (match := re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", part)) is None:
            raise BadInput("units of a Modbus source is {written!r}; write units: 1,2,10-12", written=written)
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    if not found or max(found) > 255:
        raise BadInput("units of a Modbus source is {written!r}; write units: 1,2,10-12", written=written)
    return tuple(dict.fromkeys(found))
