"""A look at the folder: which files lie there, and a print of how far one was read that tells it from others."""

import fnmatch
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# half-written copies, locks of Office, hidden files, and what lies beside data
_LEFT_ALONE = re.compile(
    r"^(\.|~)|\.(tmp|temp|part|partial|filepart|crdownload|download|lock|lck|swp|bak|dbc|md|html?)$|~$"
    r"|^(readme|licen[cs]e)(\.|$)",
    re.IGNORECASE,
)
_PRINTED = 1024  # bytes at either end of what was read


@dataclass(frozen=True)
class Seen:
    """A file as one look saw it."""

    name: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class Print:
    """The first bytes of a file and the last ones before `position`, as digests: two files hardly share them."""

    position: int
    head: str
    tail: str


def files(folder: Path, pattern: str, *, subfolders: bool) -> list[Seen]:
    """The files in a folder that count, the oldest first.

    Raises:
        OSError: the folder is not there or does not answer.
    """
    found = [
        Seen(name, known.st_size, known.st_mtime_ns, known.st_ino)
        for name, known in _entries(folder, "", subfolders=subfolders)
        if fnmatch.fnmatch(name.rsplit("/", 1)[-1], pattern)
    ]
    return sorted(found, key=lambda seen: (seen.mtime_ns, seen.name))


def print_of(path: Path, position: int) -> Print:
    """The print of a file that was read up to `position`."""
    with path.open("rb") as file:
        head = file.read(min(_PRINTED, position))
        file.seek(max(0, position - _PRINTED))
        return Print(position, _digest(head), _digest(file.read(min(_PRINTED, position))))


def may_be(head: bytes, printed: Print) -> bool:
    """Whether a file that begins with `head` can be the one of the print; `head_of` gives the head."""
    return _digest(head[: printed.position]) == printed.head


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none where it is gone."""
    try:
        with path.open("rb") as file:
            return file.read(_PRINTED)
    except OSError:
        return b""


def is_same(path: Path, size: int, printed: Print) -> bool:
    """Whether the file begins with all that was read when the print was taken, as far as its ends tell."""
    try:
        return size >= printed.position and print_of(path, printed.position) == printed
    except OSError:  # moved meanwhile: the next look sees where to
        return False


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _entries(folder: Path, below: str, *, subfolders: bool) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder / below) as entries:
        for entry in entries:
            if _LEFT_ALONE.search(entry.name):
                continue
            name = f"{below}{entry.name}"
            try:
                known = entry.stat()
            except FileNotFoundError:  # gone since the folder was listed
                continue
            if stat.S_ISREG(known.st_mode):
                yield name, known
            elif subfolders and entry.is_dir(follow_symlinks=False):
                yield from _entries(folder, f"{name}/", subfolders=True)
