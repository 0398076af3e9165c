"""A Sparkplug payload read from its bytes into columns at once, without an object for each metric.

The layout is that of Protocol Buffers (wire types 0, 1, 2 and 5); the field numbers are those of `payload`.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from bobae.core import Floats, Ints

# columns of what is read of each metric
ALIAS, TIME, DATATYPE, FLAGS, KIND, RAW, NAME_AT, NAME_END, TEXT_AT, TEXT_END, PROPERTIES_AT, PROPERTIES_END = range(12)
HAS_ALIAS, HISTORICAL, NULL, HAS_TIME = 1, 2, 4, 8
INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING = 10, 11, 12, 13, 14, 15  # field numbers of the values

Bytes = npt.NDArray[np.uint8]


class Scanned(NamedTuple):
    """One payload.

    Attributes:
        time_ms: of the payload; -1: none.
        seq: its number in the sequence; -1: none.
        metrics: (metrics, 12), columns as named above; 64-bit integers as they are, signed or not.
        values: (metrics,), NaN where there is no number.
    """

    time_ms: int
    seq: int
    metrics: Ints
    values: Floats


def scan(payload: bytes) -> Scanned:
    """Read one payload.

    Raises:
        ValueError: it is none.
    """
    good, time_ms, seq, metrics, values = _scan(np.frombuffer(payload, dtype=np.uint8))
    if not good:
        raise ValueError(payload[:20])
    return Scanned(time_ms, seq, metrics, values)


@numba.njit(cache=True)
def _varint(data: Bytes, at: int, end: int) -> Any:
    """The number that begins there and where it ends; beyond `end` if it is cut off."""
    value, shift = np.uint64(0), np.uint64(0)
    while at < end and shift < np.uint64(70):
        byte = np.uint64(data[at])
        value |= (byte & np.uint64(0x7F)) << shift
        at += 1
        if byte < np.uint64(0x80):
            return value, at
        shift += np.uint64(7)
    return value, end + 1


@numba.njit(cache=True)
def _field(data: Bytes, at: int, end: int) -> Any:
    """Number of the field there, its integer, where its bytes begin and end; beyond `end` if it makes no sense."""
    key, at = _varint(data, at, end)
    number, wire = np.int64(key >> np.uint64(3)), key & np.uint64(7)
    value = np.uint64(0)
    stop: Any = end + 1
    if at > end:
        return number, value, at, stop
    if wire == np.uint64(0):
        value, stop = _varint(data, at, end)
    elif wire == np.uint64(1) or wire == np.uint64(5):
        size = 8 if wire == np.uint64(1) else 4
        stop = at + size
        if stop <= end:
            for k in range(size):
                value |= np.uint64(data[at + k]) << np.uint64(8 * k)
    elif wire == np.uint64(2):
        length, at = _varint(data, at, end)
        if at <= end and length <= np.uint64(end - at):
            stop = at + np.int64(length)
    return number, value, at, stop


@numba.njit(cache=True)
def _scan(data: Bytes) -> Any:
    end, count, at = len(data), 0, 0
    time_ms, seq = np.int64(-1), np.int64(-1)
    while at < end:
        number, value, _, at = _field(data, at, end)
        if number == 2:
            count += 1
        elif number == 1:
            time_ms = np.int64(value)
        elif number == 3:
            seq = np.int64(value)
        elif number == 0:
            at = end + 1  # no field has this number
    metrics, values = np.zeros((count, 12), dtype=np.int64), np.full(count, np.nan)
    if at != end:
        return False, time_ms, seq, metrics, values
    at = row = 0
    good = True
    bits = np.zeros(1, dtype=np.uint64)
    while at < end:
        number, _, start, at = _field(data, at, end)
        if number == 2:
            good = _metric(data, start, at, metrics, values, row, bits) and good
            row += 1
    return good, time_ms, seq, metrics, values


@numba.njit(cache=True)
def _metric(
    data: Bytes,
    at: int,
    end: int,
    metrics: Ints,
    values: Floats,
    row: int,
    bits: npt.NDArray[np.uint64],
) -> bool:
    while at < end:
        number, value, start, at = _field(data, at, end)
        if number == 1:
            metrics[row, NAME_AT], metrics[row, NAME_END] = start, at
        elif number == 2:
            metrics[row, ALIAS] = np.int64(value)
            metrics[row, FLAGS] |= HAS_ALIAS
        elif number == 3:
            metrics[row, TIME] = np.int64(value)
            metrics[row, FLAGS] |= HAS_TIME
        elif number == 4:
            metrics[row, DATATYPE] = np.int64(value)
        elif number == 5 and value != 0:
            metrics[row, FLAGS] |= HISTORICAL
        elif number == 7 and value != 0:
            metrics[row, FLAGS] |= NULL
        elif number == 9:
            metrics[row, PROPERTIES_AT], metrics[row, PROPERTIES_END] = start, at
        elif 10 <= number <= 19:
            metrics[row, KIND], metrics[row, RAW], bits[0] = number, np.int64(value), value
            if number == FLOAT:
                values[row] = bits.view(np.float32)[0]
            elif number == DOUBLE:
                values[row] = bits.view(np.float64)[0]
            elif number <= BOOLEAN:
                values[row] = np.float64(value)
            else:
                metrics[row, TEXT_AT], metrics[row, TEXT_END] = start, at
    return at == end
