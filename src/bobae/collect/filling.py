"""An outage filled afterwards, where the source has kept what it showed meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bobae.collect.newest import Newest
from bobae.collect.outbox import Outbox
from bobae.core import HistoryReader, Ints, Readings, Samples, Unreachable, Wish

LOOK_BACK_NS = 60_000_000_000  # before the gap: what was on its way when the connection was lost


async def filled(
    connector: HistoryReader,
    wishes: Sequence[Wish],
    missing: tuple[Ints, Ints],
    *,
    until_ns: int,
    newest: Newest,
    outbox: Outbox,
) -> None:
    """Store what the source has kept since the tags were missing, and close the gaps of those that it knows wholly.

    Args:
        connector: subscribed.
        wishes: all that are collected.
        missing: positions of the tags that were, and since when.
        until_ns: up to when, by the source's clock.
        newest: what each tag showed last.
        outbox: takes the rows.
    """
    where, gap_ns = missing
    if not len(where):
        return
    since = np.maximum(gap_ns - LOOK_BACK_NS, np.minimum(newest.sampled_ns[where], gap_ns))
    asked = [replace(wishes[i], since_ns=int(ns)) for i, ns in zip(where, since, strict=True)]
    found = _Before(gap_ns)

    def take(readings: Readings, kept: Callable[[], None] | None = None) -> None:
        found.note(readings)
        outbox.add(newest.past(replace(readings, position=where[readings.position].astype(np.int32))), kept)

    try:
        whole = np.array(await connector.history(asked, until_ns, take), dtype=np.int64)
    except Unreachable:
        return  # the gaps stay; whoever watches the connection finds out
    outbox.add(newest.held(where[whole], gap_ns[whole], found.rows(where, whole)))


class _Before:
    """The last reading of each position at or before its gap."""

    def __init__(self, gap_ns: Ints) -> None:
        self._gap_ns = gap_ns
        self._last: dict[int, tuple[Any, ...]] = {}

    def note(self, readings: Readings) -> None:
        before = readings.time_ns <= self._gap_ns[readings.position]
        texts = np.full(len(before), None, dtype=object) if readings.text is None else readings.text
        columns = (readings.position, readings.time_ns, readings.value, readings.status, texts)
        for position, *row in zip(*(column[before].tolist() for column in columns), strict=True):
            if position not in self._last or self._last[position][0] <= row[0]:
                self._last[position] = tuple(row)

    def rows(self, where: Ints, whole: Ints) -> Samples | None:
        """Those of the positions `whole`, under the place that each has among all wishes."""
        known = [int(i) for i in whole if int(i) in self._last]
        if not known:
            return None
        time_ns, value, status, text = zip(*(self._last[i] for i in known), strict=True)
        return Samples.of(where[known].astype(np.int32), time_ns, value, status=status, text=text)
