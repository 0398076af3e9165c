"""A real OPC UA server in a process of its own, which a test writes to, kills, freezes and starts again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bobae.connectors import opcua
from bobae.testing.served import ServerProcess, free_port

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
        self.url = f"opc.tcp://{host}:{free_port() if port is None else port}"
        self._login = login
        self._history_page = history_page
        self._process = ServerProcess("bobae.testing.opcua_server", prefix=prefix)
        self.kill, self.freeze, self.thaw = self._process.kill, self._process.freeze, self._process.thaw

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
        return self._process.pid

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
        self._process.start(json.dumps(plan))

    def write(self, *writes: Write) -> None:
        """Have nodes show something; back when they do."""
        self._process.tell([asdict(write) for write in writes])

    def ramp(self, name: str, every_ms: int) -> None:
        """Have a number count 1, 2, 3... up by itself from now on, one each `every_ms`; 0: no more."""
        self._process.tell({"ramp": every_ms, "name": name})

    def lose(self, messages: int, *, for_good: bool = False) -> None:
        """Have the next messages to a client not sent; for good: nor when they are asked for again."""
        self._process.tell({"lose": messages, "for_good": for_good})

    def counted(self) -> tuple[int, int, int, int]:
        """Sessions and requests since it started, the sessions that are open, and how many were at most."""
        sessions, requests, still_open, most = json.loads(self._process.tell({"counts": True}))
        return sessions, requests, still_open, most


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
