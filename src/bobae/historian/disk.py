"""Files that are whole and on the disk before anybody hears of them."""

import os
import sys
import zlib
from pathlib import Path

_BLOCK = 1 << 20


def force(path: Path) -> None:
    """Return when the file's content is on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def force_folder(folder: Path) -> None:
    """Return when the names in the folder are on the disk."""
    if sys.platform == "win32":  # a folder cannot be opened there; NTFS logs the rename itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def land(draft: Path, at: Path, root: Path) -> None:
    """Give a finished draft its name, so that file and name are on the disk; folders below `root` are made."""
    at.parent.mkdir(parents=True, exist_ok=True)
    force(draft)
    draft.rename(at)
    folder = at.parent
    force_folder(folder)
    while folder != root:
        folder = folder.parent
        force_folder(folder)


def checksum(path: Path) -> int:
    """CRC-32 of the whole file."""
    crc = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            crc = zlib.crc32(block, crc)
    return crc
