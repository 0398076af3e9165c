"""A machine that publishes JSON through a broker of its own, in two processes that a test kills and freezes."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from bobae.connectors.mqtt import connector
from bobae.core import LiveConnector
from bobae.testing.mqtt_broker import Broker, Tls

_CLIENT = "machine"
_BEGIN_NS = 1_772_600_000_000_000_000  # 2026-03-04, before anything that a test writes


class Orders:
    """A program that is told what to do on its standard input, and answers each row when it is done."""

    def __init__(self, module: str, *, prefix: Sequence[str] = ()) -> None:
        self._command = [*prefix, sys.executable, "-m", module]
        self._process: subprocess.Popen[str] | None = None

    def start(self, plan: Mapping[str, Any]) -> None:
        """Run it; back when it is ready."""
        self._process = subprocess.Popen(
            [*self._command, json.dumps(plan)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def tell(self, order: Any) -> None:
        """Have it do something; back when it has."""
        if self._process is None:
            raise RuntimeError("the machine is not running: start it first")
        stdin = cast(IO[str], self._process.stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        self._answer()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                cast(IO[str], pipe).close()
            self._process = None

    def _answer(self) -> None:
        process = cast("subprocess.Popen[str]", self._process)
        if not cast(IO[str], process.stdout).readline():
            raise RuntimeError("the machine ended instead of answering")


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
        self.machine = Orders("bobae.testing.mqtt_server", prefix=prefix)
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
        self.machine.start(self._plan | {"number": self._topic})
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
