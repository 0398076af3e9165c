"""A publish response taken apart at once: the numbers of a whole notification go into columns.

asyncua makes several objects for each value. Here only what surrounds the values, and a value that is no plain number,
is read by asyncua; layouts are those of OPC UA Part 6, 5.2.2.16 (Variant) and 5.2.2.17 (DataValue).
"""

import functools
import itertools
import operator
import struct
from collections.abc import Callable, Iterable, Sequence
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
EPOCH = 116_444_736_000_000_000
_LATEST = EPOCH + (2**63 - 1) // 100
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
        arrays: the row -> its array and the status that came with it; the row itself says that an array is no number.
    """

    rows: list[Row] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    arrays: dict[int, tuple[list[Any], int]] = field(default_factory=dict)

    def add(self, others: "Changes", chosen: Iterable[int]) -> None:
        """Add some rows of others."""
        for i in chosen:
            here = len(self.rows)
            if i in others.texts:
                self.texts[here] = others.texts[i]
            if i in others.arrays:
                self.arrays[here] = others.arrays[i]
            self.rows.append(others.rows[i])

    def readings(self, now_ns: int, *, past: bool = False) -> Readings:
        """As columns; a change that says no time happened now."""
        handles, values, statuses, ticks = zip(*self.rows, strict=True)
        return Readings(
            np.array(handles, dtype=np.int32),
            _unix_ns(np.array(ticks, dtype=np.int64), now_ns),
            np.array(values, dtype=np.float64),
            np.array(statuses, dtype=np.uint32),
            self._text_column(),
            past,
        )

    def _text_column(self) -> Texts | None:
        if not self.texts:
            return None
        column: Texts = np.full(len(self.rows), None, dtype=object)
        column[list(self.texts)] = list(self.texts.values())
        return column


@dataclass(frozen=True)
class Published:
    """One publish response: what changed, and the status if the subscription itself did.

    Attributes:
        sequence: its number; that of the next one that brings something, where this one does not.
        brings: whether it does: if not it is a keep-alive.
    """

    subscription: int
    sequence: int
    brings: bool
    changes: Changes
    status: int | None


@dataclass(frozen=True)
class History:
    """What one node showed: how far the server could say it, where it goes on if there is more, and the values."""

    status: int
    point: bytes | None
    changes: Changes


def after_header(data: Buffer) -> bytes:
    """The bytes of an answer from where what was asked for begins.

    Raises:
        ua.UaError: the server refuses, or this is no answer.
    """
    _skip_header(data)
    return bytes(data)


def _skip_header(data: Buffer) -> None:
    nodeid_from_binary(data)
    struct_from_binary(ua.ResponseHeader, data).ServiceResult.check()


def published(data: Buffer) -> Published:
    """Read one publish response.

    Raises:
        ua.UaError: the server refuses, or this is no publish response.
    """
    _skip_header(data)
    subscription, acknowledgeable = struct.unpack("<Ii", data.read(8))
    data.skip(4 * max(acknowledgeable, 0) + 1)  # their numbers, and whether more is waiting
    sequence, _, parts = struct.unpack("<Iqi", data.read(16))
    changes, status = Changes(), None
    for _ in range(parts):
        changed = _notification(data, changes)
        status = changed if changed is not None else status
    return Published(subscription, sequence, parts > 0, changes, status)


def republished(data: Buffer) -> Changes | None:
    """Read the answer to a republish request: what a message brought that did not come; None: the server has it not.

    Raises:
        ua.UaError: this is no such answer.
    """
    _skip_header(data)
    _, _, parts = struct.unpack("<Iqi", data.read(16))
    if parts <= 0:
        return None
    changes = Changes()
    for _ in range(parts):
        _notification(data, changes)
    return changes


def histories(data: Buffer, handles: Sequence[int]) -> list[History]:
    """Read the answer to a history read request, one part for each of `handles`.

    Raises:
        ua.UaError: the server refuses, or this is no such answer.
        ValueError: it has another number of parts.
    """
    _skip_header(data)
    (count,) = struct.unpack("<i", data.read(4))
    if count != len(handles):
        raise ValueError(f"{count} histories for {len(handles)} nodes")
    found = []
    for handle in handles:
        status, length = struct.unpack("<Ii", data.read(8))
        point = data.read(length) if length > 0 else None
        nodeid_from_binary(data)
        changes = Changes()
        if data.read(1) == b"\x01":
            body = data.read(*struct.unpack("<i", data.read(4)))
            (rows,) = struct.unpack_from("<i", body)
            read_values(body, 4, itertools.repeat(handle, max(rows, 0)), changes)
        found.append(History(status, point, changes))
    return found


def _notification(data: Buffer, changes: Changes) -> int | None:
    """Add what one notification says has changed; the status, if the subscription itself did."""
    kind = nodeid_from_binary(data)
    _, size = struct.unpack("<Bi", data.read(5))
    body = data.read(size)
    if kind.Identifier == DATA_CHANGES:
        read_changes(body, changes)
    elif kind.Identifier == STATUS_CHANGE:
        return int(struct.unpack_from("<I", body)[0])
    return None


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


def read_values(body: bytes, at: int, handles: Iterable[int], changes: Changes) -> int:
    """Add values that stand one behind the other without handles, one for each of `handles`; returns where they end."""
    append = changes.rows.append
    for handle in handles:
        mask = body[at]
        kind = body[at + 1] if mask & 1 else 0
        if kind not in _FORMATS:
            at = _read_other(body, at - 4, handle, changes)
            continue
        fields, chosen = _layout(mask, kind)
        append((handle, *chosen(fields.unpack_from(body, at - 4) + _ABSENT)[1:]))  # a length always stands before
        at += fields.size - 4
    return at


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
    if isinstance(value, list):
        changes.arrays[len(changes.rows)] = (value, status)
    _, written, status = cell(value, status)
    if written is not None:
        changes.texts[len(changes.rows)] = written
    changes.rows.append((handle, number, status, ticks))
    return start + fields.size


def cell(value: Any, status: int) -> tuple[float, str | None, int]:
    """A value as number, text and status; one that can be neither is no good value."""
    if isinstance(value, ua.LocalizedText):
        value = value.Text
    if isinstance(value, str):
        return float("nan"), value, status
    if isinstance(value, (bool, int, float)):
        return float(value), None, status
    return float("nan"), None, status if value is None or status >> 30 == 2 else WRONG_TYPE


def _unix_ns(ticks: Ints, now_ns: int) -> Ints:
    known = (ticks > EPOCH) & (ticks <= _LATEST)
    return np.where(known, (np.where(known, ticks, EPOCH) - EPOCH) * 100, now_ns)
