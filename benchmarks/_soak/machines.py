"""The machines of the soak: each a server of counting values in a process of its own, behind a network of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any, cast

from bobae.testing import network
from bobae.testing.mqtt_broker import Broker
from bobae.testing.network import Network
from bobae.testing.served import free_port

_HERE = Path(__file__).resolve().parents[1]


class Process:
    """A module of this folder as a server, started anew as often as need be."""

    def __init__(self, module: str, arguments: Sequence[object], prefix: Sequence[str]) -> None:
        self._command = [*prefix, sys.executable, "-m", module, *map(str, arguments)]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Back when it serves."""
        self._process = subprocess.Popen(
            self._command, cwd=_HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if cast(IO[str], self._process.stdout).readline().strip() != "ready":
            raise RuntimeError(f"{' '.join(self._command)} did not start")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                cast(IO[str], pipe).close()
            self._process = None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        os.kill(self._process.pid, number)


class Machine:
    """One source of the plant.

    Attributes:
        name: of its connector.
        addresses: of its tags.
        settings: of its connector.
        network: what packets can vanish in; None: this machine's own, where they cannot.
    """

    name = ""

    def __init__(self, values_per_s: float) -> None:
        self.network = Network() if network.unavailable() is None else None
        self.host = "127.0.0.1" if self.network is None else self.network.host
        self.prefix = () if self.network is None else self.network.prefix
        self.port = free_port()
        self.addresses: list[str] = []
        self.settings: dict[str, Any] = {}
        self._process = self._made(values_per_s)

    def _made(self, values_per_s: float) -> Process:
        raise NotImplementedError

    def start(self) -> None:
        """Serve, counting from 1 on."""
        self._process.start()

    def kill(self) -> None:
        """End at once."""
        self._process.kill()

    def freeze(self) -> None:
        """Answer nothing."""
        self._process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._process.signal(signal.SIGCONT)


class OpcUa(Machine):
    """Two changes a second of each node: asyncua's server keeps ten, and does not say when it had to drop some."""

    name = "opcua"

    def _made(self, values_per_s: float) -> Process:
        tags = round(values_per_s / 2)
        self.addresses = [f"ns=2;s=t{tag:04d}" for tag in range(tags)]
        self.settings = {"url": f"opc.tcp://{self.host}:{self.port}"}
        return Process("_soak.opcua_server", [self.host, self.port, tags, 500], self.prefix)


class Mqtt(Machine):
    """Five messages a second on each of ten topics."""

    name = "mqtt"

    def _made(self, values_per_s: float) -> Process:
        topics, fields = 10, round(values_per_s / 50)
        self.addresses = [f"soak/g{g:02d}#v{i:02d}" for g in range(topics) for i in range(fields)]
        self.settings = {"url": f"mqtt://{self.host}:{self.port}", "time": "t", "time_unit": "ns"}
        self._broker = Broker(host=self.host, port=self.port, prefix=self.prefix)
        return Process("_soak.mqtt_machine", [self.host, self.port, topics, fields, 200], self.prefix)

    def start(self) -> None:
        """The broker first."""
        self._broker.start()
        super().start()

    def kill(self) -> None:
        """Both."""
        super().kill()
        self._broker.kill()

    def freeze(self) -> None:
        """The broker alone: it is what bobae speaks to."""
        self._broker.freeze()

    def thaw(self) -> None:
        """The broker."""
        self._broker.thaw()


class Modbus(Machine):
    """Looked at four times a second; it changes once a second, so that a look that comes late misses no change."""

    name = "modbus"

    def _made(self, values_per_s: float) -> Process:
        tags = round(values_per_s)
        self.addresses = [f"1/holding/{2 * tag}?type=uint32" for tag in range(tags)]
        self.settings = {"url": f"tcp://{self.host}:{self.port}", "poll_s": 0.25, "requests_per_s": 100.0}
        return Process("_soak.modbus_server", [self.host, self.port, tags, 1000], self.prefix)


_SHARES: dict[type[Machine], float] = {OpcUa: 0.4, Mqtt: 0.4, Modbus: 0.2}  # of all values


def machines(values_per_s: float) -> list[Machine]:
    """Those whose connectors are installed, which share the values."""
    installed = {one.name for one in entry_points(group="bobae.connectors")}
    shares = {made: share for made, share in _SHARES.items() if made.name in installed}
    return [made(values_per_s * share / sum(shares.values())) for made, share in shares.items()]
