"""What an edge node has said in its births: which metrics it has, how they are numbered, and what it says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.connectors.mqtt.sparkplug.payload import DataType, kind_of, properties_of
from bobae.connectors.mqtt.sparkplug.wire import ALIAS, FLAGS, HAS_ALIAS, NAME_AT, NAME_END, Scanned
from bobae.core import Ints, Offered, ucum_code
from bobae.core.connector import Positions

Key = tuple[str, str]  # device ('' for the edge node itself), metric name
UNWANTED, UNKNOWN = -1, -2
_BITS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}


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
        unknown: whether there is one that no birth has told of.
    """

    position: Positions
    bits: Ints
    unknown: bool


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
                told = [self._numbered.get(alias) for alias in metrics[:, ALIAS].astype(np.uint64).tolist()]
            else:
                told = [self.metrics.get((device, name)) for name in names]
            found = self._layouts[key] = self._made(told)
        return found

    def _made(self, told: list[Metric | None]) -> Layout:
        position = [self._position(metric) for metric in told]
        bits = [0 if metric is None else _BITS.get(DataType(metric.datatype), 0) for metric in told]
        return Layout(np.array(position, dtype=np.int32), np.array(bits, dtype=np.int64), UNKNOWN in position)

    def _position(self, metric: Metric | None) -> int:
        if metric is None:
            return UNKNOWN
        if kind_of(metric.datatype) is None:
            return UNWANTED
        return self._wishes.get((metric.device, metric.name), UNWANTED)
