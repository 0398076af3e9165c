"""A folder that a machine in a process of its own writes into; a test takes it away as an unmounted share would be."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from bobae.connectors.folder import FolderSource as Source
from bobae.connectors.folder import connector
from bobae.testing.live_connector import NOON_NS
from bobae.testing.served import ServerProcess


class FolderSource:
    """A folder with a file for each of a number, a flag and a text.

    `kill` moves the folder away, as unmounting its share does; the machine goes on writing there meanwhile. `freeze`
    does the same: a share that hangs cannot be had without a network.

    Args:
        folder: an empty one, made if need be; None: a temporary one.
        host: of no meaning here.
        port: of no meaning here.
        prefix: put before the command of the machine.
    """

    number, flag, text = ("number.csv:number", "flag.csv:flag", "text.csv:text")
    unknown = "number.csv:numbr"
    says = frozenset({"time", "text"})

    def __init__(
        self,
        folder: Path | None = None,
        *,
        host: str = "127.0.0.1",  # noqa: ARG002 - every test source takes it
        port: int | None = None,  # noqa: ARG002
        prefix: Sequence[str] = (),
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory() if folder is None else None
        self.folder = Path(self._temporary.name) / "export" if self._temporary else cast(Path, folder)
        self._away = self.folder.with_name(self.folder.name + ".away")
        self._machine = ServerProcess("bobae.testing.folder_server", prefix=prefix)
        self._writes = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._machine.kill()
        self._writes = False
        if self._temporary is not None:
            self._temporary.cleanup()

    @property
    def pid(self) -> int:
        """The process that writes."""
        return self._machine.pid

    def connector(self, folder: Path | None = None, **settings: Any) -> Source:
        """A fresh connector to it that looks often."""
        hasty = {"path": str(self.folder), "poll_s": 0.02, "quiet_s": 0.2, "timeout_s": 1.0}
        return connector(hasty | settings, folder)

    def write(self, address: str, value: Any, *, time_ns: int, status: int = 0) -> None:  # noqa: ARG002
        """Have a row appended."""
        self._machine.tell({"do": "write", "name": address.partition(":")[2], "time_ns": time_ns, "value": value})

    def ramp(self, every_ms: int) -> None:
        """Count up on the number from now on; 0: no more."""
        self._machine.tell({"do": "ramp", "every_ms": every_ms})

    def rotate(self, name: str = "number") -> None:
        """Begin the file of a signal anew, the old one under another name."""
        self._machine.tell({"do": "rotate", "name": name})

    def counts(self) -> tuple[int, int]:
        """None of either: files do not know who reads them."""
        return 0, 0

    def replace(self) -> None:
        """From now on the column of the number has another name."""
        self._machine.tell({"do": "rename", "name": "number", "to": "other"})

    def restore(self) -> None:
        """Undo `replace`."""
        self._machine.tell({"do": "rename", "name": "other", "to": "number"})

    def start(self) -> None:
        """Have the folder there again, and a machine that writes into it."""
        if self._away.exists():
            self._away.rename(self.folder)
        if not self._writes:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._machine.start(str(self.folder))
            self._writes = True
            for address, value in ((self.number, 0.0), (self.flag, False), (self.text, "A")):
                self.write(address, value, time_ns=NOON_NS - 1_000_000_000)

    def kill(self) -> None:
        """Take the folder away."""
        self.folder.rename(self._away)

    def freeze(self) -> None:
        """Take the folder away too."""
        self.kill()

    def thaw(self) -> None:
        """Have it there again."""
        self.start()
