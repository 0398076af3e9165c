"""The metrics of one payload as rows: numbers by the column, texts and qualities one by one."""

import functools
from typing import Any

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
from bobae.core import Floats, Statuses

BAD, LAST_USABLE = 0x8000_0000, 0x4090_0000  # Bad; UncertainLastUsableValue, which is what Sparkplug calls stale
_QUALITIES = {192: 0, 500: LAST_USABLE}  # Sparkplug 3.0, 6.4.15.2; all else is bad
_LATEST_MS = (2**63 - 1) // 1_000_000


def add_rows(payload: bytes, scanned: Scanned, layout: Layout, now_ns: int, live: Columns, past: Columns) -> None:
    """Add the metrics that are wanted; those that the edge node had kept go to `past`."""
    wanted = layout.position >= 0
    if not wanted.any():
        return
    metrics, values, position = scanned.metrics, scanned.values, layout.position
    bits = layout.bits
    if not wanted.all():
        metrics, values, position, bits = metrics[wanted], values[wanted], position[wanted], bits[wanted]
    times = np.where(metrics[:, FLAGS] & HAS_TIME, metrics[:, TIME], scanned.time_ms)
    times = np.where((times > 0) & (times <= _LATEST_MS), times * 1_000_000, now_ns)
    status = _status(payload, metrics)
    good = (metrics[:, FLAGS] & NULL) == 0
    numbers = np.where(good, _signed(metrics, values, bits) if bits.any() else values, np.nan)
    is_text = good & (metrics[:, KIND] == STRING)
    if is_text.any():
        texts: Any = [payload[a:b] for a, b in metrics[:, [TEXT_AT, TEXT_END]].tolist()]
    else:
        status[np.isnan(numbers) & good] = BAD_DECODING
        texts = None
    old = (metrics[:, FLAGS] & HISTORICAL) != 0
    for rows, chosen in ((past, old), (live, ~old)):
        if texts is not None:
            for i in np.flatnonzero(chosen).tolist():
                code, written = int(status[i]), texts[i].decode(errors="replace") if is_text[i] else None
                if written is None and good[i] and np.isnan(numbers[i]):
                    code = BAD_DECODING
                rows.add_one(int(position[i]), int(times[i]), written if is_text[i] else float(numbers[i]), code)
        elif chosen.all():
            rows.add(position, times, numbers, status)
        elif chosen.any():
            rows.add(position[chosen], times[chosen], numbers[chosen], status[chosen])


def _signed(metrics: Any, values: Floats, bits: Any) -> Floats:
    """Integers that are signed have come as unsigned ones of their width, or of 32 bits."""
    width = np.minimum(bits, 63)
    low = metrics[:, RAW] & ((np.int64(1) << width) - 1)
    signed = np.where(low >= np.int64(1) << np.maximum(width - 1, 0), low - (np.int64(1) << width), low)
    whole = np.where(bits == 64, metrics[:, RAW], signed)
    integer = (metrics[:, KIND] == INT) | (metrics[:, KIND] == LONG)
    return np.where((bits > 0) & integer, whole.astype(np.float64), values)


def _status(payload: bytes, metrics: Any) -> Statuses:
    status = np.where(metrics[:, FLAGS] & NULL, np.uint32(BAD), np.uint32(0))
    for i in np.flatnonzero(metrics[:, PROPERTIES_END]).tolist():
        quality = _quality(payload[metrics[i, PROPERTIES_AT] : metrics[i, PROPERTIES_END]])
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
