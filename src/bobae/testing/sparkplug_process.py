"""A Sparkplug edge node behind a broker of its own: both in processes of their own, killed and frozen at will."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bobae.connectors.mqtt.sparkplug import connector
from bobae.core import LiveConnector
from bobae.testing.mqtt_broker import Broker
from bobae.testing.served import ServerProcess

_BEGIN_MS = 1_772_600_000_000  # 2026-03-04, before anything that a test writes
_NODE, _DEVICE = "plant/edge1", "press"
_QUALITIES = {0: 192, 1: 500, 2: 0}  # severity of an OPC UA status -> Sparkplug quality


class SparkplugSource:
    """Three metrics: a number and a flag of a device, a text of the edge node itself.

    Args:
        host: where the broker listens.
        port: None: a free one.
        prefix: what stands before the commands, such as ip netns exec NAME.
        other: further metrics: name -> (datatype, properties); with a '/' in front one of the device.
        aliases: whether data messages number their metrics, instead of naming them.

    Example:
        >>> SparkplugSource().number
        'plant/edge1/press:number'
    """

    number, flag, text = "plant/edge1/press:number", "plant/edge1/press:flag", "plant/edge1:text"
    unknown = "plant/edge1/press:numbr"
    says = frozenset({"time", "text"})

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        prefix: Sequence[str] = (),
        other: Mapping[str, tuple[int, Mapping[str, Any]]] | None = None,
        aliases: bool = True,
    ) -> None:
        self.broker = Broker(host=host, port=port, prefix=prefix)
        self.edge = ServerProcess("bobae.testing.sparkplug_server", prefix=prefix)
        self.freeze, self.thaw = self.broker.freeze, self.broker.thaw
        self._plan = {
            "host": host,
            "port": self.broker.port,
            "node": _NODE,
            "device": _DEVICE,
            "aliases": aliases,
            "other": other or {},
        }
        self._bdseq = 0
        self._number = "/number"
        self._shown: dict[str, list[Any]] = {"/flag": [False, _BEGIN_MS, 192], "text": ["", _BEGIN_MS, 192]}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.edge.kill()
        self.broker.remove()

    @property
    def pid(self) -> int:
        """The broker's process."""
        return self.broker.pid

    def start(self) -> None:
        """Start broker and edge node, which shows what it showed last."""
        self.broker.start()
        self.start_edge()

    def start_edge(self) -> None:
        """Start the edge node alone: another life of it."""
        self._bdseq = (self._bdseq + 1) % 256
        self._shown.setdefault(self._number, [0.0, _BEGIN_MS, 192])
        life = {"bdseq": self._bdseq, "shown": self._shown, "number": self._number}
        self.edge.start(json.dumps(self._plan | life))

    def kill(self) -> None:
        """End both at once, as a power cut would."""
        self.broker.kill()
        self.edge.kill()

    def kill_edge(self) -> None:
        """End the edge node alone: the broker tells its death."""
        self.edge.kill()

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int, status: int = 0) -> None:
        """Have it show a value from then on."""
        place, _, name = address.partition(":")
        metric = f"/{name}" if place.endswith(_DEVICE) else name
        self._shown[metric] = [value, time_ns // 1_000_000, _QUALITIES[status >> 30]]
        self.edge.tell({"write": {metric: self._shown[metric]}})

    def connector(self, folder: Path | None = None, **settings: Any) -> LiveConnector:
        """A fresh connector to it that finds silence out within two seconds."""
        url = f"mqtt://{self.broker.host}:{self.broker.port}"
        return connector(
            {"url": url, "keepalive_s": 1.5, "timeout_s": 2, "birth_s": 1, "browse_s": 0.5} | settings, folder
        )

    def ramp(self, every_ms: int) -> None:
        """Count 1, 2, 3, ... up on `number` by itself from now on; 0: no more."""
        self.edge.tell({"ramp": every_ms})

    def counts(self) -> tuple[int, int]:
        """Connections accepted and packets received by the broker since it started, but for the edge node's."""
        return self.broker.counts(but=f"edge{self._bdseq}")

    def replace(self) -> None:
        """Come back as another edge node: its device has no `number`."""
        self._come_back_as("/other")

    def restore(self) -> None:
        """Come back as it was."""
        self._come_back_as("/number")

    def _come_back_as(self, number: str) -> None:
        self.kill()
        self.broker.remove()
        self._shown.pop(self._number, None)
        self._number = number
        self.start()
