"""A real mosquitto in a process of its own, at the same port each time it is started."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from bobae.testing.served import free_port

_STARTED_S = 10.0


@dataclass(frozen=True)
class Tls:
    """Certificate files of a broker; with `clients` each client has to show one of that authority."""

    ca: Path
    certificate: Path
    key: Path
    clients: bool = False


def mosquitto() -> str | None:
    """Where mosquitto is installed; None: it is not."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Broker:
    """A mosquitto that keeps sessions and retained messages over a restart as far as its last second.

    Args:
        host: where it listens.
        port: None: a free one.
        prefix: what stands before its command, such as ip netns exec NAME.
        tls: its certificates; None: nothing is encrypted.
        login: user and password; None: everybody may come.
        settings: further rows of its configuration.
        log: what it logs; without 'all' it cannot count.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        prefix: Sequence[str] = (),
        tls: Tls | None = None,
        login: tuple[str, str] | None = None,
        settings: Sequence[str] = (),
        log: str = "all",
    ) -> None:
        self._settings, self._log = tuple(settings), log
        self.host, self.port = host, port or free_port()
        self._prefix, self._login = tuple(prefix), login
        self.tls = tls
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    @property
    def pid(self) -> int:
        """The process that serves."""
        if self._process is None:
            raise RuntimeError("the broker is not running: start it first")
        return self._process.pid

    @property
    def folder(self) -> Path:
        """Where its files are."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="bobae-mosquitto-")
        return Path(self._folder.name)

    def start(self) -> None:
        """Serve; back when it does."""
        program = mosquitto()
        if program is None:
            raise RuntimeError("mosquitto is not installed")
        config = self.folder / "mosquitto.conf"
        config.write_text(self._config(), "utf-8")
        log = self.folder / "log"
        log.write_bytes(b"")
        self._process = subprocess.Popen([*self._prefix, program, "-c", str(config)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _STARTED_S
        while b" running" not in log.read_bytes():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text("utf-8", "replace")
                self.kill()
                raise RuntimeError(f"mosquitto did not start: {said}")
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it, and forget all that it kept."""
        self.kill()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def counts(self, *, but: str) -> tuple[int, int]:
        """Connections accepted and packets received since it was started, but for one client's."""
        said = (self.folder / "log").read_text("utf-8", "replace")
        came = [one for one in re.findall(r"New client connected from \S+ as (\S+)", said) if one != but]
        asked = [one for one in re.findall(r"Received (?:\w+) from (\S+)", said) if one != but]
        return len(came), len(asked)

    def _config(self) -> str:
        rows = [
            f"listener {self.port} {self.host}",
            f"log_dest file {self.folder / 'log'}",
            f"log_type {self._log}",
            *self._settings,
            "persistence true",
            f"persistence_location {self.folder}/",
            "autosave_interval 1",
            "set_tcp_nodelay true",
            f"user {'root' if os.getuid() == 0 else ''}".rstrip() if os.getuid() == 0 else "",
            f"allow_anonymous {'true' if self._login is None else 'false'}",
        ]
        if self._login is not None:
            passwords = self.folder / "passwords"
            tool = [shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-b", "-c"]
            subprocess.run([*tool, str(passwords), *self._login], check=True, capture_output=True)
            rows.append(f"password_file {passwords}")
        if self.tls is not None:
            rows += [f"certfile {self.tls.certificate}", f"keyfile {self.tls.key}", f"cafile {self.tls.ca}"]
            rows.append(f"require_certificate {'true' if self.tls.clients else 'false'}")
        return "\n".join(row for row in rows if row) + "\n"
