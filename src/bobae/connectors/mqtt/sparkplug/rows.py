"""The metrics of messages as rows: numbers by the column, texts and qualities one by one."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError

from bobae.connectors.mqtt.columns import BAD_DECODING, Columns
from bobae.connectors.mqtt.sparkplug.births import Layout
from bobae.connectors.mqtt.sparkplug.payload import read_properties
from bobae.connectors.mqtt.sparkplug.wire import (
    FLAGS,
    HAS_TIME,
    HISTORICAL,
    INT,
    KIND,
    LONG,
    NULL,
    PROPERTIES_AT,
    PROPERTIES_END,
    RAW,
    STRING,
    TEXT_AT,
    TEXT_END,
    TIME,
    Scanned,
)
from bobae.core import Bools, Floats, Gap, Ints, Statuses, Texts

BAD, LAST_USABLE = 0x8000_0000, 0x4090_0000  # Bad; UncertainLastUsableValue, which is what Sparkplug calls stale
_QUALITIES = {192: 0, 500: LAST_USABLE}  # Sparkplug 3.0, 6.4.15.2; all else is bad
_LATEST_MS = (2**63 - 1) // 1_000_000


class Told(NamedTuple):
    """The metrics of one message, and what they are."""

    payload: bytes
    scanned: Scanned
    layout: Layout
    now_ns: int


class Rows:
    """What messages have told, as rows of now and of long ago; the metrics of many messages become rows together.

    Attributes:
        live: rows of now.
        past: rows of long ago, which the edge node had kept.
    """

    def __init__(self) -> None:
        self.live, self.past = Columns(), Columns()
        self._told: list[Told] = []

    def tell(self, told: Told) -> None:
        """Add the metrics of a message."""
        self._told.append(told)

    def gap(self, positions: Sequence[int], at_ns: int) -> None:
        """Say that there is nothing from then on."""
        self.settle()
        nothing = np.full(len(positions), np.nan)
        self.live.add(np.array(positions, dtype=np.int32), at_ns, nothing, int(Gap.NO_COMMUNICATION))

    def settle(self) -> None:
        """Make rows of all that has been told."""
        told, self._told = self._told, []
        if told:
            self._add(told)

    def _add(self, told: Sequence[Told]) -> None:
        payload = b"".join(one.payload for one in told)
        metrics, values, bits, begin, time_ms, now_ns, position = _joined(told)
        if len(position) == 0:
            return
        flags = metrics[:, FLAGS]
        times = np.where(flags & HAS_TIME, metrics[:, TIME], time_ms)
        times = np.where((times > 0) & (times <= _LATEST_MS), times * 1_000_000, now_ns)
        good = (flags & NULL) == 0
        numbers = np.where(good, _signed(metrics, values, bits) if bits.any() else values, np.nan)
        status = _status(payload, metrics, begin)
        texts = good & (metrics[:, KIND] == STRING)
        status[np.isnan(numbers) & good & ~texts] = BAD_DECODING
        written = _texts(payload, metrics, begin, texts) if texts.any() else None
        old = (flags & HISTORICAL) != 0
        for rows, chosen in ((self.past, old), (self.live, ~old)):
            if chosen.all():
                rows.add(position, times, numbers, status, written)
            elif chosen.any():
                told_of = None if written is None else written[chosen]
                rows.add(position[chosen], times[chosen], numbers[chosen], status[chosen], told_of)


def _joined(told: Sequence[Told]) -> tuple[Any, ...]:
    """The metrics that are wanted, of all messages (metrics, ...).

    Returns:
        What was read of each, its value, its width if it is signed, where its payload begins, the time of its message,
        when that came, and which wish it is for.
    """
    counts = [len(one.scanned.values) for one in told]
    begins = np.cumsum([0, *(len(one.payload) for one in told[:-1])])
    position = np.concatenate([one.layout.position for one in told])
    columns = (
        np.concatenate([one.scanned.metrics for one in told]),
        np.concatenate([one.scanned.values for one in told]),
        np.concatenate([one.layout.bits for one in told]),
        np.repeat(begins, counts),
        np.repeat(np.array([one.scanned.time_ms for one in told]), counts),
        np.repeat(np.array([one.now_ns for one in told]), counts),
        position,
    )
    wanted = position >= 0
    return columns if wanted.all() else tuple(column[wanted] for column in columns)


def _texts(payload: bytes, metrics: Any, begin: Ints, which: Bools) -> Texts:
    """The texts of some of the metrics, None for the others."""
    written: Texts = np.full(len(metrics), None, dtype=object)
    for i in np.flatnonzero(which).tolist():
        at, end = begin[i] + metrics[i, TEXT_AT], begin[i] + metrics[i, TEXT_END]
        written[i] = payload[at:end].decode(errors="replace")
    return written


def _signed(metrics: Any, values: Floats, bits: Any) -> Floats:
    """Integers that are signed have come as unsigned ones of their width, or of 32 bits."""
    width = np.minimum(bits, 63)
    low = metrics[:, RAW] & ((np.int64(1) << width) - 1)
    signed = np.where(low >= np.int64(1) << np.maximum(width - 1, 0), low - (np.int64(1) << width), low)
    whole = np.where(bits == 64, metrics[:, RAW], signed)
    integer = (metrics[:, KIND] == INT) | (metrics[:, KIND] == LONG)
    return np.where((bits > 0) & integer, whole.astype(np.float64), values)


def _status(payload: bytes, metrics: Any, begin: Ints) -> Statuses:
    status = np.where(metrics[:, FLAGS] & NULL, np.uint32(BAD), np.uint32(0))
    for i in np.flatnonzero(metrics[:, PROPERTIES_END]).tolist():
        quality = _quality(payload[begin[i] + metrics[i, PROPERTIES_AT] : begin[i] + metrics[i, PROPERTIES_END]])
        if quality is not None and (quality or not status[i]):
            status[i] = quality
    return status


@functools.lru_cache(1_000)  # the same few come again and again
def _quality(encoded: bytes) -> int | None:
    """The status that a property set says; None: none."""
    try:
        said = read_properties(encoded).get("Quality")
    except DecodeError:
        return BAD_DECODING
    return None if said is None else _QUALITIES.get(said, BAD)
