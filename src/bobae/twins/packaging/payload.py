"""Sparkplug B payloads as an edge node writes them, by the wire format of Protocol Buffers itself.

Field numbers and types are those of the specification (3.0, chapter 6.4).
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

INT64, DOUBLE, BOOLEAN, STRING = 4, 10, 11, 12
_LENGTH, _FIXED64 = 2, 1  # wire types; 0 is a varint


@dataclass(frozen=True)
class Metric:
    """One metric of a message.

    Attributes:
        alias: its number; 0: none.
        value: a whole number, a number, a flag or a text.
        name: in births alone.
        properties: in births alone.
    """

    alias: int
    value: float | bool | str
    name: str = ""
    properties: Mapping[str, float | str] = field(default_factory=dict)


def payload(time_ms: int, metrics: Sequence[Metric], seq: int | None = None) -> bytes:
    """One message.

    Example:
        >>> payload(1, [Metric(2, True)], seq=3).hex()
        '080112061002180170011803'
    """
    written = _whole(1, time_ms) + b"".join(_bytes(2, _metric(metric, time_ms)) for metric in metrics)
    return written if seq is None else written + _whole(3, seq)


def _metric(metric: Metric, time_ms: int) -> bytes:
    kind, value = _value(metric.value, first=10)
    written = _bytes(1, metric.name.encode()) if metric.name else b""
    written += _whole(2, metric.alias) if metric.alias else b""
    written += _whole(3, time_ms)
    written += _whole(4, kind) if metric.name else b""
    if metric.properties:
        keys = b"".join(_bytes(1, key.encode()) for key in metric.properties)
        said = [_value(value, first=3) for value in metric.properties.values()]
        written += _bytes(9, keys + b"".join(_bytes(2, _whole(1, kind) + value) for kind, value in said))
    return written + value


def _value(value: float | bool | str, *, first: int) -> tuple[int, bytes]:
    """The type of a value, and the value as one of the fields that begin with `first`."""
    if isinstance(value, bool):
        return BOOLEAN, _whole(first + 4, int(value))
    if isinstance(value, str):
        return STRING, _bytes(first + 5, value.encode())
    if isinstance(value, int):
        return INT64, _whole(first + 1, value % 2**64)
    return DOUBLE, _varint((first + 3) << 3 | _FIXED64) + struct.pack("<d", value)


def _whole(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
