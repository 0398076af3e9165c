"""The meter's readings as its Modbus registers hold them."""

import struct
from collections.abc import Iterator

from bobae.core import Floats
from bobae.twins.meter.tags import TAGS

FUNCTIONS = {"holding": 3, "input": 4}  # function codes that read them
SIZES = {"holding": 122, "input": 16}


def registers(row: Floats) -> Iterator[tuple[str, int, list[int]]]:
    """Area, first register and the two registers of each reading of one row (tags,).

    Example:
        >>> import numpy as np
        >>> next(registers(np.full(15, 50.0)))
        ('input', 0, [0, 16968])
    """
    for tag, value in zip(TAGS, row.tolist(), strict=True):
        if tag.type == "float32":
            high, low = struct.unpack(">2H", struct.pack(">f", value))
            yield tag.area, tag.number, [low, high]
        else:
            held = struct.pack(">i" if tag.type == "int32" else ">I", round(value / tag.scale))
            yield tag.area, tag.number, list(struct.unpack(">2H", held))
