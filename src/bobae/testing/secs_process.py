"""Real GEM equipment (secsgem's) in a process of its own, which a test writes to, breaks, kills and starts again."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from bobae.connectors.secs import SecsSource as Host
from bobae.connectors.secs import connector


class SecsSource:
    """Equipment on this machine, in a process of its own.

    Args:
        host: where it listens.
        port: None: a free one, kept over restarts.
        prefix: what stands before its command.

    Example:
        >>> SecsSource().connector().endpoint.startswith("hsms://127.0.0.1:")
        True
    """

    number, flag, text = "sv/101@ce/300", "sv/102@ce/301", "sv/103@ce/302"
    unknown = "sv/999@ce/300"
    says = frozenset({"time", "text"})

    def __init__(self, host: str = "127.0.0.1", port: int | None = None, prefix: Sequence[str] = ()) -> None:
        self.host, self.port = host, port or _free_port()
        self._prefix = prefix
        self._replaced = False
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def connector(self, folder: Path | None = None, **settings: Any) -> Host:
        """A fresh host, which finds silence out within two seconds."""
        hasty = {"t3_s": 3, "t5_s": 0.02, "t6_s": 1, "t7_s": 2, "linktest_s": 0.3, "poll_s": 0.05, "state_s": 0.2}
        return connector({"host": self.host, "port": self.port} | hasty | settings, folder)

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int | None, status: int = 0) -> None:  # noqa: ARG002
        """Have a variable show a value, told by its event; None: it has none. SECS-II says no status."""
        variable = int(address.partition("@")[0].partition("/")[2])
        self.order("write", variable, value, time_ns)

    def ramp(self, every_ms: int) -> None:
        """Count 1, 2, 3, ... up on `number` from now on, one each `every_ms`; 0: no more."""
        self.order("ramp", every_ms)

    def counts(self) -> tuple[int, int]:
        """Connections accepted and requests served since it was started."""
        connections, requests = self.order("counts")
        return connections, requests

    def replace(self) -> None:
        """Come back as another, which has no `number` any more."""
        self._come_back(replaced=True)

    def restore(self) -> None:
        """Come back as it was."""
        self._come_back(replaced=False)

    def order(self, *order: Any) -> Any:
        """Have the equipment do something (a method of `secs_server.SmallTool`); back with what it answers."""
        stdin = cast(IO[str], self._running().stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        return self._answer()

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._running().pid

    def start(self) -> None:
        """Serve, at the same place each time; back when it does."""
        plan = {"host": self.host, "port": self.port, "replaced": self._replaced}
        self._process = subprocess.Popen(
            [*self._prefix, sys.executable, "-m", "bobae.testing.secs_server", json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

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

    def _come_back(self, *, replaced: bool) -> None:
        self.kill()
        self._replaced = replaced
        self.start()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("the equipment is not running: start it first")
        return self._process

    def _answer(self) -> Any:
        row = cast(IO[str], self._running().stdout).readline()
        if not row:
            raise RuntimeError("the equipment ended instead of answering")
        return json.loads(row)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
