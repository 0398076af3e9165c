"""The signals behind an alarm around its beginning: as numbers for a page, as one line of blocks for a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Floats, StoreReader, local_time
from bobae.core.gauge import number, unit
from bobae.registry.catalogue import Alarm

_HOUR_NS = 3600 * 1_000_000_000
BEFORE_NS, AFTER_NS = 2 * _HOUR_NS, _HOUR_NS
POINTS, WIDTH = 180, 60
_FEW = 3
_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, eq=False)
class Stretch:
    """One signal around the beginning of an alarm, in `POINTS` pieces of equal length.

    Attributes:
        tag: its name.
        unit: UCUM code, or None.
        from_ns, to_ns: the stretch, ns UTC.
        low, high: the lowest and the highest good value of each piece (pieces,), NaN where none came.
    """

    tag: str
    unit: str | None
    from_ns: int
    to_ns: int
    low: Floats
    high: Floats

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; null where nothing came."""
        times = {"from": local_time(self.from_ns).isoformat(), "to": local_time(self.to_ns).isoformat()}
        sides = {"low": _plain(self.low), "high": _plain(self.high)}
        return {"tag": self.tag, "unit": self.unit} | times | sides

    @property
    def line(self) -> str:
        """The same on one line: name, blocks with a space for each gap, the lowest and the highest value."""
        if not np.isfinite(self.high).any():
            return f"{self.tag}  –"
        least, most = float(np.nanmin(self.low)), float(np.nanmax(self.high))
        middles = (self.low + self.high).reshape(WIDTH, -1) / 2
        there = np.isfinite(middles)
        levels = np.where(there, middles, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        steps = (levels - least) / (most - least or 1.0) * (len(_BLOCKS) - 1)
        some = np.asarray(there.any(axis=1)).tolist()
        blocks = "".join(
            _BLOCKS[round(step)] if shown else " " for step, shown in zip(steps.tolist(), some, strict=True)
        )
        return f"{self.tag}  {blocks}  {number(least)} … {number(most)} {unit(self.unit)}".rstrip()


def stretches(store: StoreReader, alarm: Alarm, now_ns: int) -> Sequence[Stretch]:
    """The first signals behind an alarm, from two hours before it until an hour after, or now."""
    from_ns = alarm.row_ns - BEFORE_NS
    step = (max(alarm.row_ns, min(alarm.row_ns + AFTER_NS, now_ns)) - from_ns) // POINTS
    to_ns = from_ns + POINTS * step
    units = {row.path: row.unit for row in store.tags() if row.kind != "text"}
    found = []
    for tag, _ in alarm.top_tags[:_FEW]:
        path = f"{alarm.asset}.{tag}"
        if path in units:
            frame = store.frame([path], from_ns, to_ns, step, aggs=("min", "max"))
            found.append(Stretch(tag, units[path], from_ns, to_ns, frame.values[0, 0], frame.values[0, 1]))
    return found


def _plain(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
