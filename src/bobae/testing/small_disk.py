"""A small disk that a test can fill up: a real file system of a few megabytes in memory. Needs root on Linux."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_MB = 24


def unavailable() -> str | None:
    """Why no such disk can be had here; None if it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux may mount a small disk"
    return None


class SmallDisk:
    """Mounted at `folder`, which is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_MB}m", "tmpfs", str(self.folder)], check=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def fill(self) -> None:
        """Leave not a byte."""
        with self._filler.open("wb", buffering=0) as file:
            block = b"\0" * 65_536
            while block:
                try:
                    file.write(block)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    block = block[: len(block) // 2]

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink()
