"""A real OPC UA server in a process of its own, which a test writes to, kills, freezes and starts again."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import IO, Any, Self, cast


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
    """A variable that the server has from the start, with its unit and range if it says them."""

    unit: str | None = None
    range: tuple[float, float] | None = None

    @property
    def address(self) -> str:
        """Its node id."""
        return f"ns=2;s={self.name}"


class OpcUaProcess:
    """An OPC UA server on this machine only, in a process of its own.

    Example:
        >>> OpcUaProcess([Node("press.pressure", 200.0)]).url.startswith("opc.tcp://127.0.0.1:")
        True
    """

    def __init__(self, nodes: Sequence[Node], *, login: tuple[str, str] | None = None) -> None:
        self.nodes = tuple(nodes)
        self.url = f"opc.tcp://127.0.0.1:{_free_port()}"
        self._login = login
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
        plan = {"url": self.url, "nodes": [asdict(node) for node in self.nodes], "login": self._login}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bobae.testing.opcua_server", json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answered("serving")

    def write(self, *writes: Write) -> None:
        """Have nodes show something; back when they do."""
        stdin = cast(IO[str], self._running().stdin)
        stdin.write(json.dumps([asdict(write) for write in writes]) + "\n")
        stdin.flush()
        self._answered("written")

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

    def _answered(self, wanted: str) -> None:
        answer = cast(IO[str], self._running().stdout).readline().strip()
        if answer != wanted:
            raise RuntimeError(f"the server ended instead of answering {wanted!r}; it said {answer!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
