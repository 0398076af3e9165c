"""A server program in a process of its own, which a test starts, tells what to do, kills and freezes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any, cast


class ServerProcess:
    """A program that reads orders on its standard input, a row of JSON each, and answers each row when it is done.

    It also says a row when it is ready.

    Args:
        module: what is run, as `python -m` takes it.
        prefix: put before the command, such as `ip netns exec NAME`.

    Example:
        >>> ServerProcess("bobae.testing.modbus_server").pid
        Traceback (most recent call last):
        RuntimeError: bobae.testing.modbus_server is not running: start it first
    """

    def __init__(self, module: str, *, prefix: Sequence[str] = ()) -> None:
        self._module, self._prefix = module, tuple(prefix)
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._running().pid

    def start(self, plan: str) -> None:
        """Run it with this argument; back when it is ready."""
        command = [*self._prefix, sys.executable, "-m", self._module, plan]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def tell(self, order: Any) -> str:
        """Have it do something; back with what it answers, when it is done.

        Raises:
            RuntimeError: it does not run, or ended instead.
        """
        stdin = cast(IO[str], self._running().stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        return self._answer()

    def kill(self) -> None:
        """End it at once, as a power cut would; nothing happens where it does not run."""
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
            raise RuntimeError(f"{self._module} is not running: start it first")
        return self._process

    def _answer(self) -> str:
        answer = cast(IO[str], self._running().stdout).readline().strip()
        if not answer:
            raise RuntimeError(f"{self._module} ended instead of answering")
        return answer


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
