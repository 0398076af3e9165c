"""A machine that publishes JSON through a broker of its own, in two processes that a test kills and freezes."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bobae.connectors.mqtt import connector
from bobae.core import LiveConnector
from bobae.testing.mqtt_broker import Broker, Tls
from bobae.testing.served import ServerProcess

_CLIENT = "machine"
_BEGIN_NS = 1_772_600_000_000_000_000  # 2026-03-04, before anything that a test writes


class MqttSource:
    """Three tags of a line, published as JSON with their time and OPC UA status, retained, at QoS 1.

    Example:
        >>> MqttSource().number
        'line1/number#v'
    """

    number, flag, text = ("line1/number#v", "line1/flag#v", "line1/text#v")
    unknown = "line1/+/number#v"
    says = frozenset({"time", "status", "text"})

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        prefix: Sequence[str] = (),
        tls: Tls | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.broker = Broker(host=host, port=port, prefix=prefix, tls=tls, login=login)
        self.machine = ServerProcess("bobae.testing.mqtt_server", prefix=prefix)
        self.freeze, self.thaw = self.broker.freeze, self.broker.thaw
        self._plan = {
            "host": host,
            "port": self.broker.port,
            "tls": tls is not None,
            "login": login,
            "client_id": _CLIENT,
        }
        self._topic = "line1/number"
        self._shown = {"line1/flag": _payload(_BEGIN_NS, False, 0), "line1/text": _payload(_BEGIN_NS, "", 0)}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.machine.kill()
        self.broker.remove()

    @property
    def pid(self) -> int:
        """The broker's process."""
        return self.broker.pid

    def start(self) -> None:
        """Start broker and machine; the machine shows what it showed last."""
        self.broker.start()
        self.machine.start(json.dumps(self._plan | {"number": self._topic}))
        self._shown.setdefault(self._topic, _payload(_BEGIN_NS, 0.0, 0))
        self.machine.tell([[topic, payload, True] for topic, payload in self._shown.items()])

    def kill(self) -> None:
        """End both at once, as a power cut would."""
        self.machine.kill()
        self.broker.kill()

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int, status: int = 0) -> None:
        """Have it show a value from then on."""
        topic = address.partition("#")[0]
        self._shown[topic] = _payload(time_ns, value, status)
        self.publish(topic, self._shown[topic], retained=True)

    def publish(self, topic: str, payload: str, *, retained: bool = False) -> None:
        """Have it publish anything; back when the broker has it."""
        self.machine.tell([[topic, payload, retained]])

    def connector(self, folder: Path | None = None, **settings: Any) -> LiveConnector:
        """A fresh connector to it that finds silence out within two seconds."""
        usual = {"url": f"mqtt://{self.broker.host}:{self.broker.port}", "keepalive_s": 1.5, "timeout_s": 2}
        mapping = {
            "time": "t",
            "time_unit": "ns",
            "quality": "q",
            "good": "opcua",
            "browse": "line1/#",
            "browse_s": 0.3,
        }
        return connector(usual | mapping | settings, folder)

    def ramp(self, every_ms: int) -> None:
        """Count 1, 2, 3, ... up on `number` by itself from now on; 0: no more."""
        self.machine.tell({"ramp": every_ms})

    def counts(self) -> tuple[int, int]:
        """Connections accepted and packets received by the broker since it started, but for the machine's."""
        return self.broker.counts(but=_CLIENT)

    def replace(self) -> None:
        """Come back as another machine: nobody speaks of `number` any more."""
        self._come_back_as("line1/other")

    def restore(self) -> None:
        """Come back as it was."""
        self._come_back_as("line1/number")

    def _come_back_as(self, topic: str) -> None:
        self.kill()
        self.broker.remove()
        self._shown.pop(self._topic, None)
        self._topic = topic
        self.start()


def _payload(time_ns: int, value: float | bool | str | None, status: int) -> str:
    return json.dumps({"t": time_ns, "v": value, "q": status})
