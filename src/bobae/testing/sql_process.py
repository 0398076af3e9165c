"""A real PostgreSQL server of the test's own, which a test writes to, kills, freezes and starts again."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import psycopg

from bobae.connectors.sql import SqlSource as Source
from bobae.connectors.sql import connector
from bobae.testing.served import ServerProcess, free_port

_START_S = 20.0
_TABLE = """
create table press (
    id bigserial primary key, at timestamptz not null, number double precision, flag boolean, text text
);
create role reader login;
grant select on press to reader;
alter role reader set log_statement = 'all';
"""
_OPTIONS = {
    "fsync": "off",
    "unix_socket_directories": "''",
    "log_connections": "on",
    "log_line_prefix": "'%u '",
    "shared_buffers": "16MB",
    "max_connections": "20",
}


def binaries() -> Path | None:
    """Where the server's programs are; None: they are not installed (Debian package postgresql)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class SqlSource:
    """A PostgreSQL server on this machine only, with a table of a press; it is no one else's.

    Args:
        host: where it listens.
        port: where it listens; None: at a free port, the same after each start.
        prefix: put before the server's command.
    """

    number, flag, text = "number", "flag", "text"
    unknown = "numbr"
    says = frozenset({"time", "text"})

    def __init__(self, *, host: str = "127.0.0.1", port: int | None = None, prefix: Sequence[str] = ()) -> None:
        self._host, self._port, self._prefix = host, port or free_port(), list(prefix)
        self._root = Path(tempfile.mkdtemp(prefix="bobae-sql-"))
        self._made = False
        self._server: subprocess.Popen[bytes] | None = None
        self._machine: ServerProcess | None = None
        self._base: psycopg.Connection | None = None
        self._row: dict[str, Any] = {"number": 0.0, "flag": False, "text": "A"}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._machine is not None:
            self._machine.kill()
        self.kill()
        shutil.rmtree(self._root)

    @property
    def url(self) -> str:
        """As plant.yaml would name it."""
        return f"postgresql://reader@{self._host}:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The process that serves."""
        return cast("subprocess.Popen[bytes]", self._server).pid

    def connector(self, folder: Path | None = None, **settings: Any) -> Source:
        """A fresh connector to it that asks often and finds silence out soon."""
        hasty = {"url": self.url, "table": "press", "time": "at", "order": "id", "poll_s": 0.02, "timeout_s": 1.0}
        return connector({**hasty, "requests_per_s": 200.0, "look_back_s": 1.0, **settings}, folder)

    def write(self, address: str, value: Any, *, time_ns: int, status: int = 0) -> None:  # noqa: ARG002
        """A row more, in which this signal has that value and the others the one they had."""
        self._row[address] = value
        columns = ", ".join(self._row)
        self.execute(
            f"insert into press (at, {columns}) values (to_timestamp(%s::numeric / 1000000), %s, %s, %s)",
            (time_ns // 1000, *self._row.values()),
        )

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """A statement of the plant's own."""
        if self._base is None:
            self._base = psycopg.connect(self._owner, autocommit=True)
        self._base.execute(statement.encode(), values or None)

    def ramp(self, every_ms: int) -> None:
        """Count up on the number from now on; 0: no more."""
        if self._machine is None:
            self._machine = ServerProcess("bobae.testing.sql_server")
            self._machine.start(self._owner)
        self._machine.tell(every_ms)

    def counts(self) -> tuple[int, int]:
        """How often the connector has connected, and how many statements it has sent."""
        mine = [row for row in self._log.read_text().splitlines() if row.startswith("reader ")]
        connected = sum("connection authorized" in row for row in mine)
        return connected, sum("statement: " in row or "execute " in row for row in mine)

    def replace(self) -> None:
        """From now on the column of the number has another name."""
        self.execute("alter table press rename number to other")

    def restore(self) -> None:
        """Undo `replace`."""
        self.execute("alter table press rename other to number")

    def start(self) -> None:
        """Serve, at the same port each time; back when it does."""
        if not (self._root / "data").exists():
            self._make()
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *self._prefix,
                    *_as_postgres(),
                    str(cast(Path, binaries()) / "postgres"),
                    "-D",
                    str(self._root / "data"),
                ],
                stdout=log,
                stderr=log,
                cwd=self._root,
                start_new_session=True,
            )
        self._wait()
        if self._base is None and not self._made:
            self.execute(_TABLE)
            self._made = True
            self.write(self.number, 0.0, time_ns=1_772_625_599_000_000_000)

    def kill(self) -> None:
        """End it and all its children at once, as a power cut would."""
        if self._base is not None:
            self._base.close()
            self._base = None
        if self._server is not None:
            self._signal(signal.SIGKILL)
            self._server.wait()
            self._server = None

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """To the server and the processes that it has for each connection, which lead sessions of their own."""
        server = str(self.pid)
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in (server, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), number)

    @property
    def _log(self) -> Path:
        return self._root / "log"

    @property
    def _owner(self) -> str:
        return f"postgresql://postgres@{self._host}:{self._port}/postgres"

    def _make(self) -> None:
        self._made = False
        if _as_postgres():
            shutil.chown(self._root, "postgres")
        command = [*_as_postgres(), str(cast(Path, binaries()) / "initdb"), "-D", str(self._root / "data")]
        subprocess.run(
            [*command, "-U", "postgres", "-A", "trust", "-N"], check=True, capture_output=True, cwd=self._root
        )
        options = _OPTIONS | {"port": str(self._port), "listen_addresses": f"'{self._host}'"}
        with (self._root / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in options.items())
        with (self._root / "data" / "pg_hba.conf").open("a") as file:
            file.write("host all all samenet trust\nhost all all 198.18.0.0/15 trust\n")  # behind a router too

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self._owner, connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until or cast("subprocess.Popen[bytes]", self._server).poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return


def _as_postgres() -> list[str]:
    """The server does not run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
