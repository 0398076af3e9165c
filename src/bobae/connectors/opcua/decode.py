"""A publish response taken apart at once: the numbers of a whole notification go into columns.

asyncua makes several objects for each value. Here only what surrounds the values, and a value that is no plain number,
is read by asyncua; layouts are those of OPC UA Part 6, 5.2.2.16 (Variant) and 5.2.2.17 (DataValue).
"""

import functools
import operator
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary, variant_from_binary

from bobae.core import Ints, Readings, Texts

DATA_CHANGES = ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary
STATUS_CHANGE = ua.ObjectIds.StatusChangeNotification_Encoding_DefaultBinary
WRONG_TYPE = 0x8074_0000  # BadTypeMismatch: a value that is no number, flag or text
# 100 ns since 1601 -> ns since 1970; a time outside of what int64 can hold is no time
_EPOCH = 116_444_736_000_000_000
_LATEST = _EPOCH + (2**63 - 1) // 100
_HEAD = struct.Struct("<IB")  # client handle, which parts of the DataValue are there
_FORMATS = {0: "", 1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
_ABSENT = (float("nan"), 0)  # stands behind the fields that are there

Row = tuple[int, float, int, int]  # client handle, value, status, time as it came
Layout = tuple[struct.Struct, Callable[[tuple[Any, ...]], Row]]


@dataclass
class Changes:
    """Data changes in the order they came.

    Attributes:
        rows: client handle, value, status, time in 100 ns since 1601 (0: none).
        texts: the row -> its text.
    """

    rows: list[Row] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)

    def readings(self, now_ns: int) -> Readings:
        """As columns; a change that says no time happened now."""
        handles, values, statuses, ticks = zip(*self.rows, strict=True)
        return Readings(
            np.array(handles, dtype=np.int32),
            _unix_ns(np.array(ticks, dtype=np.int64), now_ns),
            np.array(values, dtype=np.float64),
            np.array(statuses, dtype=np.uint32),
            self._text_column(),
        )

    def _text_column(self) -> Texts | None:
        if not self.texts:
            return None
        column: Texts = np.full(len(self.rows), None, dtype=object)
        column[list(self.texts)] = list(self.texts.values())
        return column


@dataclass(frozen=True)
class Published:
    """One publish response: its place in the sequence, what changed, and the status if the subscription itself did."""

    subscription: int
    sequence: int
    changes: Changes
    status: int | None


def published(data: Buffer) -> Published:
    """Read one publish response.

    Raises:
        ua.UaError: the server refuses, or this is no publish response.
    """
    nodeid_from_binary(data)
    struct_from_binary(ua.ResponseHeader, data).ServiceResult.check()
    subscription, acknowledgeable = struct.unpack("<Ii", data.read(8))
    data.skip(4 * max(acknowledgeable, 0) + 1)  # their numbers, and whether more is waiting
    sequence, _, parts = struct.unpack("<Iqi", data.read(16))
    changes, status = Changes(), None
    for _ in range(parts):
        kind = nodeid_from_binary(data)
        _, size = struct.unpack("<Bi", data.read(5))
        body = data.read(size)
        if kind.Identifier == DATA_CHANGES:
            read_changes(body, changes)
        elif kind.Identifier == STATUS_CHANGE:
            (status,) = struct.unpack_from("<I", body)
    return Published(subscription, sequence if parts > 0 else 0, changes, status)


def read_changes(body: bytes, changes: Changes) -> None:
    """Add the data changes in the body of one notification."""
    at, append = 4, changes.rows.append
    for _ in range(struct.unpack_from("<i", body)[0]):
        handle, mask = _HEAD.unpack_from(body, at)
        kind = body[at + 5] if mask & 1 else 0
        if kind not in _FORMATS:
            at = _read_other(body, at, handle, changes)
            continue
        fields, chosen = _layout(mask, kind)
        append(chosen(fields.unpack_from(body, at) + _ABSENT))
        at += fields.size


@functools.cache
def _layout(mask: int, kind: int) -> Layout:
    """How to read a change whose value is a plain number or missing."""
    parts = ["I", "xx" if mask & 1 else "x", _FORMATS[kind]]
    names = ["handle", *(["value"] if mask & 1 and kind else [])]
    for bit, part, name in ((2, "I", "status"), (4, "q", "source"), (16, "2x", ""), (8, "q", "server"), (32, "2x", "")):
        if mask & bit:
            parts.append(part)
            names += [name] if name else []
    names += ["no value", "nothing"]
    places = (
        0,
        names.index("value" if "value" in names else "no value"),
        names.index("status" if mask & 2 else "nothing"),
        names.index("source" if mask & 4 else "server" if mask & 8 else "nothing"),
    )
    return struct.Struct("<" + "".join(parts)), operator.itemgetter(*places)


def _read_other(body: bytes, at: int, handle: int, changes: Changes) -> int:
    """Add a change whose value is a text, or nothing that can be kept; returns where the next one begins."""
    data = Buffer(body, at + 5)
    value = variant_from_binary(data).Value
    fields, chosen = _layout(body[at + 4] & ~1, 0)
    start: int = data.cur_pos - 5  # what follows the value is laid out as if there were none
    _, number, status, ticks = chosen(fields.unpack_from(body, start) + _ABSENT)
    written = value.Text if isinstance(value, ua.LocalizedText) else value
    if isinstance(written, str):
        changes.texts[len(changes.rows)] = written
    elif written is not None and status >> 30 != 2:
        status = WRONG_TYPE
    changes.rows.append((handle, number, status, ticks))
    return start + fields.size


def _unix_ns(ticks: Ints, now_ns: int) -> Ints:
    known = (ticks > _EPOCH) & (ticks <= _LATEST)
    return np.where(known, (np.where(known, ticks, _EPOCH) - _EPOCH) * 100, now_ns)
