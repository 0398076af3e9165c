"""The write-ahead log's rows: one group commit as one blob of columns."""

import zlib

import numpy as np

from bobae.core import Refused, Samples

_COLUMNS = (("tag", "<i4"), ("time_ns", "<i8"), ("value", "<f8"), ("status", "<u4"), ("receipt_ns", "<i8"))
ROW_BYTES = sum(np.dtype(kind).itemsize for _, kind in _COLUMNS)


def packed(samples: Samples) -> tuple[bytes, int]:
    """The samples as bytes, with their checksum. Texts are numbers already; every sample has a receipt time."""
    data = b"".join(np.ascontiguousarray(getattr(samples, name), dtype=kind).tobytes() for name, kind in _COLUMNS)
    return data, zlib.crc32(data)


def unpacked(data: bytes, rows: int, crc: int) -> Samples:
    """The samples again.

    Raises:
        Refused: the bytes are not what was written.
    """
    if len(data) != rows * ROW_BYTES or zlib.crc32(data) != crc:
        raise Refused("a row of the historian's log is damaged ({bytes} bytes); run bobae doctor", bytes=len(data))
    columns, at = {}, 0
    for name, kind in _COLUMNS:
        columns[name] = np.frombuffer(data, dtype=kind, count=rows, offset=at)
        at += rows * np.dtype(kind).itemsize
    return Samples(**columns)
