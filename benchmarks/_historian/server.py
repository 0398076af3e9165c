"""A database server from the system's packages, started for a benchmark in a folder of its own and stopped after it."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from _historian.measure import Timed, bytes_on_disk

UNPACKED = Path(__file__).resolve().parents[2] / ".venv-peers" / "debian" / "usr" / "bin"
START_S, SETTLE_S = 60.0, 180.0
LOOKS, LOOK_S = 4, 3.0  # of the same size: then the files are in their final form
TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


class Server:
    """One server process on a free loopback port; use it in a `with`.

    Args:
        command: what starts it.
        port: that it answers HTTP on.
        folder: where it keeps its data and its log.
        ready: a path that it answers with a status below 300 once it can work.
    """

    def __init__(self, command: Sequence[str], port: int, folder: Path, ready: str) -> None:
        self.port, self.folder = port, folder
        self._command, self._ready = command, ready

    def __enter__(self) -> Self:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._stop()

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """One HTTP request on the connection that is kept open.

        Raises:
            RuntimeError: the server says no; with its reason.
        """
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{self._command[0]} answered {answer.status} to {path[:200]}: {said[:500]!r}")
        return said

    def cpu_s(self) -> float:
        """CPU seconds of the server so far, user and system, all threads; in ticks of 10 ms."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) * TICK_S  # utime, stime: proc(5)

    def cpu(self, work: Callable[[], object]) -> Timed:
        """The same work, telling how many CPU seconds this process and the server took together."""

        def timed() -> float:
            began = time.process_time() + self.cpu_s()
            work()
            return time.process_time() + self.cpu_s() - began

        return timed

    def settled_bytes(self, data: Path) -> int:
        """The bytes of a folder once they no longer change.

        Raises:
            RuntimeError: they still do after three minutes.
        """
        sizes, patience = [bytes_on_disk(data)], time.monotonic() + SETTLE_S
        while len(set(sizes[-LOOKS:])) > 1 or len(sizes) < LOOKS:
            if time.monotonic() > patience:
                raise RuntimeError(
                    f"{self._command[0]} still rewrites its files after {SETTLE_S:g} s: {sizes[-LOOKS:]}"
                )
            time.sleep(LOOK_S)
            sizes.append(bytes_on_disk(data))
        return sizes[-1]

    def _wait(self) -> None:
        patience = time.monotonic() + START_S
        while True:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
            try:
                self.ask("GET", self._ready)
                return
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                self._connection.close()
                if self._process.poll() is not None or time.monotonic() > patience:
                    said = (self.folder / "log").read_text(errors="replace")[-1000:]
                    raise RuntimeError(f"{self._command[0]} does not answer on port {self.port}: {said}") from error
                time.sleep(0.1)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def found(program: str) -> str | None:
    """Where a server's program is: among what `make bench-peers` unpacked, or on the path; None: nowhere."""
    return shutil.which(program, path=os.pathsep.join((str(UNPACKED), os.environ.get("PATH", os.defpath))))


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
