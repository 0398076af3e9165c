"""Samples handed to the writer: in one process, and over the socket to the keeper."""

import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from _anomaly.rows import Row, row
from _live.bench import Child

from bobae.app.processes.remote import RemoteKeeper
from bobae.app.processes.wire import Address
from bobae.core import Samples, StoreWriter, TagRow
from bobae.historian import open_store

_TAGS, _BATCH = 1_000, 5_000
_START_S, _PATIENCE_S = 60.0, 120.0
_T0_NS = 1_700_000_000_000_000_000


def rows(folder: Path, *, batches: int) -> list[Row]:
    """Rows a second until the last is acknowledged, and how soon a few are."""
    with open_store(folder / "here", write=True) as store:
        here = _handed(store.writer, batches)
    place = str(folder / "k")
    child = Child("_group.keeper", [str(folder / "there"), place])
    try:
        child.heard(_START_S)
        keeper = RemoteKeeper(Address(path=place))
        try:
            there = _handed(keeper, batches)
        finally:
            keeper.close()
    finally:
        child.end()
    reference = f"{batches} batches of {_BATCH:,} rows of {_TAGS:,} tags"
    return [
        row("handed over in one process: rows a second", here[0], "rows/s", reference=reference),
        row("handed over to the keeper's process: rows a second", there[0], "rows/s", reference=reference),
        row(
            "ten rows until they are on the disk, in one process", here[1] * 1e3, "ms", reference="commits each 100 ms"
        ),
        row("ten rows until they are on the disk, over the keeper's process", there[1] * 1e3, "ms"),
    ]


def _handed(writer: StoreWriter, batches: int) -> tuple[float, float]:
    tags = writer.tag_ids([TagRow(0, f"line.t{number}") for number in range(_TAGS)])
    values, numbers = np.arange(_BATCH, dtype=np.float64), np.arange(_BATCH)
    made = [Samples.of(np.resize(tags, _BATCH), _T0_NS + numbers + n * _BATCH, values) for n in range(batches)]
    began = time.monotonic()
    acks = [writer.append(samples) for samples in made]
    acks[-1].durable.result(_PATIENCE_S)
    rate = batches * _BATCH / (time.monotonic() - began)
    return rate, median(_acknowledged_s(writer, tags[:10], n) for n in range(20))


def _acknowledged_s(writer: StoreWriter, tags: Any, number: int) -> float:
    samples = Samples.of(tags, np.full(len(tags), _T0_NS + 10**15 + number), np.zeros(len(tags)))
    began = time.monotonic()
    writer.append(samples).durable.result(_PATIENCE_S)
    return time.monotonic() - began
