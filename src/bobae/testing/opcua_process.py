"""A real OPC UA server in a process of its own, which a test writes to, kills, freezes and starts again."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from bobae.connectors import opcua

_NUMBER, _FLAG, _TEXT = "press.pressure", "press.running", "press.product"
_TYPES = {_NUMBER: "Double", _FLAG: "Boolean", _TEXT: "String"}
_ANOTHER = "press.force"  # what the server has in place of the number after `replace`


@dataclass(frozen=True)
class Write:
    """What a node is to show.

    Attributes:
        name: of the node; the part before the last dot names its folders.
        value: a number, flag or text, or a list of them.
        type: name of the OPC UA type.
        status: OPC UA status code.
        time_ns: source time, ns UTC, whole microseconds; None: none is given.
    """

    name: str
    value: Any
    type: str = "Double"
    status: int = 0
    time_ns: int | None = None


@dataclass(frozen=True)
class Node(Write):
    """A variable that the server has from the start.

    Attributes:
        unit, range: where it says them.
        historized: whether the server records its changes.
        writable: whether a client may change it.
    """

    unit: str | None = None
    range: tuple[float, float] | None = None
    historized: bool = False
    writable: bool = False

    @property
    def address(self) -> str:
        """Its node id."""
        return f"ns=2;s={self.name}"


@dataclass(frozen=True)
class Security:
    """What end points a server has.

    Attributes:
        certificate, key: its own, files.
        policies: such as 'NoSecurity' and 'Basic256Sha256_SignAndEncrypt'.
        trusted: a folder of the clients' certificates; None: every client is trusted.
    """

    certificate: str
    key: str
    policies: tuple[str, ...] = ("Basic256Sha256_SignAndEncrypt",)
    trusted: str | None = None


class OpcUaProcess:
    """An OPC UA server on this machine only, in a process of its own.

    Args:
        nodes: what it has.
        login: user and password, if it wants them.
        security: None: every client may come as it is.
        namespaces: names; the nodes are in the last one.
        history_page: values of one node in one answer about the past, at most.
        host: where it listens.
        port: None: a free one; kept when it is started again.
        prefix: put before its command, such as `ip netns exec NAME`.

    Example:
        >>> OpcUaProcess([Node("press.pressure", 200.0)]).url.startswith("opc.tcp://127.0.0.1:")
        True
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        *,
        login: tuple[str, str] | None = None,
        security: Security | None = None,
        namespaces: Sequence[str] = ("urn:bobae:testing",),
        history_page: int = 10_000,
        host: str = "127.0.0.1",
        port: int | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        self.nodes = tuple(nodes)
        self.security = security
        self.namespaces = tuple(namespaces)
        self.url = f"opc.tcp://{host}:{_free_port() if port is None else port}"
        self._login = login
        self._history_page = history_page
        self._prefix = tuple(prefix)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._running().pid

    def start(self) -> None:
        """Serve, at the same address each time; back when it does."""
        plan = {
            "url": self.url,
            "nodes": [asdict(node) for node in self.nodes],
            "login": self._login,
            "security": None if self.security is None else asdict(self.security),
            "namespaces": self.namespaces,
            "index": 1 + len(self.namespaces),
            "history_page": self._history_page,
        }
        self._process = subprocess.Popen(
            [*self._prefix, sys.executable, "-m", "bobae.testing.opcua_server", json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answered("serving")

    def write(self, *writes: Write) -> None:
        """Have nodes show something; back when they do."""
        self._order([asdict(write) for write in writes])
        self._answered("written")

    def ramp(self, name: str, every_ms: int) -> None:
        """Have a number count 1, 2, 3... up by itself from now on, one each `every_ms`; 0: no more."""
        self._order({"ramp": every_ms, "name": name})
        self._answered("written")

    def lose(self, messages: int, *, for_good: bool = False) -> None:
        """Have the next messages to a client not sent; for good: nor when they are asked for again."""
        self._order({"lose": messages, "for_good": for_good})
        self._answered("written")

    def counted(self) -> tuple[int, int, int, int]:
        """Sessions and requests since it started, the sessions that are open, and how many were at most."""
        self._order({"counts": True})
        sessions, requests, still_open, most = json.loads(self._answer())
        return sessions, requests, still_open, most

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            cast(IO[str], pipe).close()
        self._process = None

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("the server is not running: start it first")
        return self._process

    def _order(self, order: Any) -> None:
        stdin = cast(IO[str], self._running().stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()

    def _answer(self) -> str:
        return cast(IO[str], self._running().stdout).readline().strip()

    def _answered(self, wanted: str) -> None:
        if (answer := self._answer()) != wanted:
            raise RuntimeError(f"the server ended instead of answering {wanted!r}; it said {answer!r}")


class OpcUaSource:
    """A press that speaks OPC UA; a `LiveSource`.

    Args:
        host: where it listens.
        port: None: a free one, kept over restarts.
        prefix: put before the server's command, such as `ip netns exec NAME`.

    Example:
        >>> OpcUaSource().number
        'ns=2;s=press.pressure'
    """

    number, flag, text, unknown = (f"ns=2;s={name}" for name in (_NUMBER, _FLAG, _TEXT, "press.presure"))
    says = frozenset({"time", "status", "text"})

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, prefix: Sequence[str] = ()) -> None:
        nodes = [
            Node(_NUMBER, 0.0, historized=True),
            Node(_FLAG, False, "Boolean"),
            Node(_TEXT, "", "String"),
        ]
        self.server = OpcUaProcess(nodes, host=host, port=port, prefix=prefix)
        self.start, self.kill = self.server.start, self.server.kill
        self.freeze, self.thaw = self.server.freeze, self.server.thaw

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self.server.pid

    def connector(self, folder: Path | None = None, **settings: Any) -> opcua.OpcUaSource:
        """A fresh connector to it, which finds a silent server out in half a second."""
        return opcua.connector({"url": self.server.url, "publishing_ms": 20, "timeout_s": 2} | settings, folder)

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int, status: int = 0) -> None:
        """Have it show a value from then on."""
        name = address.removeprefix("ns=2;s=")
        self.server.write(Write(name, value, _TYPES[name], status, time_ns))

    def ramp(self, every_ms: int) -> None:
        """Have the number count 1, 2, 3... up, one each `every_ms`; 0: no more."""
        self.server.ramp(_NUMBER, every_ms)

    def counts(self) -> tuple[int, int]:
        """Sessions accepted and requests served since it started."""
        return self.server.counted()[:2]

    def replace(self) -> None:
        """End it, and start one that does not know the number any more."""
        self._restart(_NUMBER, _ANOTHER)

    def restore(self) -> None:
        """End it, and start the one that knows the number."""
        self._restart(_ANOTHER, _NUMBER)

    def _restart(self, old: str, new: str) -> None:
        self.kill()
        self.server.nodes = tuple(replace(node, name=new) if node.name == old else node for node in self.server.nodes)
        self.start()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
