"""What an edge node has said in its births: which metrics it has, how they are numbered, and what it says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.connectors.mqtt.sparkplug.payload import DataType, kind_of, properties_of
from bobae.connectors.mqtt.sparkplug.wire import ALIAS, FLAGS, HAS_ALIAS, NAME_AT, NAME_END, Scanned
from bobae.core import Ints, Offered, ucum_code
from bobae.core.connector import Positions

Key = tuple[str, str]  # device ('' for the edge node itself), metric name
UNWANTED, UNKNOWN = -1, -2
_BITS: dict[int, int] = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}


@dataclass(frozen=True)
class Metric:
    """One metric of a birth.

    Attributes:
        device: '' for one of the edge node itself.
        name: within its device.
        datatype: its `DataType`.
        unit: UCUM code if the birth says one.
        range: (low, high) if it says one.
    """

    device: str
    name: str
    datatype: int
    unit: str | None = None
    range: tuple[float, float] | None = None

    @classmethod
    def born(cls, device: str, metric: Any) -> "Metric":
        """As a birth says it."""
        said = properties_of(metric)
        unit, low, high = said.get("engUnit"), said.get("engLow"), said.get("engHigh")
        span = (float(low), float(high)) if isinstance(low, (int, float)) and isinstance(high, (int, float)) else None
        return cls(device, metric.name, metric.datatype, ucum_code(unit) if isinstance(unit, str) else None, span)

    def offered(self, node: str) -> Offered:
        """As it can be asked for."""
        place = f"{node}/{self.device}" if self.device else node
        return Offered(f"{place}:{self.name}", f"{place}/{self.name}", kind_of(self.datatype), self.unit, self.range)


@dataclass(frozen=True)
class Layout:
    """What the metrics of a data message are.

    Attributes:
        position: which wish each is for (metrics,); UNWANTED, or UNKNOWN to the births.
        bits: the width of those that are signed (metrics,), else 0.
        unknown: aliases, or names where they are not numbered, that no birth has told of.
    """

    position: Positions
    bits: Ints
    unknown: frozenset[int | str]


class Births:
    """The metrics of one edge node and its devices.

    Args:
        wishes: which of them are wanted, and the position of each wish.
    """

    def __init__(self, wishes: Mapping[Key, int]) -> None:
        self.metrics: dict[Key, Metric] = {}
        self.devices: set[str] = set()  # that have been born
        self._wishes = wishes
        self._numbered: dict[int, Metric] = {}
        self._layouts: dict[Any, Layout] = {}

    def forget(self) -> None:
        """A new birth of the edge node: nothing said before holds."""
        self.metrics, self.devices, self._numbered, self._layouts = {}, set(), {}, {}

    def add(self, device: str, payload: Any) -> None:
        """The metrics of a birth."""
        self._layouts = {}
        self.devices.add(device)
        for one in payload.metrics:
            metric = Metric.born(device, one)
            self.metrics[device, metric.name] = metric
            if one.HasField("alias"):
                self._numbered[one.alias] = metric

    def positions(self, device: str | None = None) -> list[int]:
        """Of what is wished of a device, or of all; but for what births say that there is not, or that is no value."""
        wished = [(key, at) for key, at in self._wishes.items() if device is None or key[0] == device]
        return [at for key, at in wished if key[0] not in self.devices or self._position(self.metrics.get(key)) >= 0]

    def layout(self, device: str, payload: bytes, scanned: Scanned) -> Layout:
        """What the metrics of a message are; worked out once for each set of them."""
        metrics = scanned.metrics
        numbered = bool((metrics[:, FLAGS] & HAS_ALIAS).all())
        if numbered:
            key: Any = metrics[:, ALIAS].tobytes()
        else:
            names = [payload[a:b].decode() for a, b in metrics[:, [NAME_AT, NAME_END]].tolist()]
            key = (device, *names)
        found = self._layouts.get(key)
        if found is None:
            if numbered:
                aliases = metrics[:, ALIAS].astype(np.uint64).tolist()
                told = {alias: self._numbered.get(alias) for alias in aliases}
                found = self._made(aliases, told)
            else:
                found = self._made(names, {name: self.metrics.get((device, name)) for name in names})
            self._layouts[key] = found
        return found

    def _made(self, metrics: Sequence[int | str], told: Mapping[Any, Metric | None]) -> Layout:
        position = [self._position(told[one]) for one in metrics]
        bits = [0 if (metric := told[one]) is None else _BITS.get(metric.datatype, 0) for one in metrics]
        unknown = frozenset(one for one, metric in told.items() if metric is None)
        return Layout(np.array(position, dtype=np.int32), np.array(bits, dtype=np.int64), unknown)

    def _position(self, metric: Metric | None) -> int:
        if metric is None:
            return UNKNOWN
        if kind_of(metric.datatype) is None:
            return UNWANTED
        return self._wishes.get((metric.device, metric.name), UNWANTED)
