"""Real GEM equipment (secsgem's) in a process of its own, which a test writes to, breaks, kills and starts again."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bobae.connectors.secs import SecsSource as Host
from bobae.connectors.secs import connector
from bobae.testing.served import ServerProcess, free_port


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
        self.host, self.port = host, port or free_port()
        self._replaced = False
        self._server = ServerProcess("bobae.testing.secs_server", prefix=prefix)
        self.kill, self.freeze, self.thaw = self._server.kill, self._server.freeze, self._server.thaw

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
        return json.loads(self._server.tell(order))

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._server.pid

    def start(self) -> None:
        """Serve, at the same place each time; back when it does."""
        plan = {"host": self.host, "port": self.port, "replaced": self._replaced}
        self._server.start(json.dumps(plan))

    def _come_back(self, *, replaced: bool) -> None:
        self.kill()
        self._replaced = replaced
        self.start()
