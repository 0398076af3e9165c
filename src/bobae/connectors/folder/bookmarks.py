"""Bookmarks: how far each file has been read and its samples are on the disk; they outlive whatever is killed."""

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from bobae.connectors.folder.looking import Print

_FORGOTTEN_AFTER_NS = 24 * 3600 * 10**9
_TABLES = """
create table if not exists meant (what text not null);
create table if not exists files (
    name text primary key, called text not null, inode integer not null, size integer not null,
    mtime_ns integer not null, position integer not null, head text not null, tail text not null,
    shape text not null, gone_ns integer not null
);
"""


@dataclass(frozen=True)
class Bookmark:
    """How far one file has been read.

    Attributes:
        name: where it lies now, below the folder.
        called: its first name: a log that is rotated away is still the log of its machine.
        inode, size, mtime_ns: as it was then.
        printed: what was read, as a print.
        shape: its columns as they were understood then.
        gone_ns: since when it is not there, ns UTC; 0 while it is.
    """

    name: str
    called: str
    inode: int
    size: int
    mtime_ns: int
    printed: Print
    shape: str
    gone_ns: int = 0


class Bookmarks:
    """A small database of the source's own, written after the samples; behind them, never ahead.

    Args:
        folder: the source's own; None: nothing outlives this object.
        meant: all that decides what becomes of a row (tags, zone): with another one all files are read anew.
    """

    def __init__(self, folder: Path | None, meant: str) -> None:
        self._base = _opened(folder)
        if self._base.execute("select what from meant").fetchall() != [(meant,)]:
            self._base.executescript("begin; delete from meant; delete from files; commit")
            self._base.execute("insert into meant values (?)", (meant,))

    def all(self) -> dict[str, Bookmark]:
        """Every bookmark by the file's name."""
        rows = self._base.execute("select * from files").fetchall()
        return {r[0]: Bookmark(r[0], r[1], r[2], r[3], r[4], Print(r[5], r[6], r[7]), r[8], r[9]) for r in rows}

    def clear(self) -> None:
        """Forget all."""
        self._base.execute("delete from files")

    def put(self, changed: Iterable[Bookmark], gone: Iterable[str], now_ns: int) -> None:
        """Note bookmarks, drop those of the names `gone`, and forget files that have long left the folder."""
        self._base.execute("begin")
        self._base.executemany("delete from files where name = ?", [(name,) for name in gone])
        rows = [(*astuple(one)[:5], *astuple(one.printed), one.shape, one.gone_ns) for one in changed]
        self._base.executemany(f"insert or replace into files values ({', '.join('?' * 10)})", rows)
        self._base.execute("delete from files where gone_ns between 1 and ?", (now_ns - _FORGOTTEN_AFTER_NS,))
        self._base.execute("commit")

    def close(self) -> None:
        """Let go of the database."""
        self._base.close()


def _opened(folder: Path | None) -> sqlite3.Connection:
    if folder is None:
        return _prepared(":memory:")
    try:
        return _prepared(str(folder / "bookmarks.db"))
    except sqlite3.DatabaseError:  # damaged: all files are read anew, and what is stored already stays the same
        for file in folder.glob("bookmarks.db*"):
            file.unlink()
        return _prepared(str(folder / "bookmarks.db"))


def _prepared(where: str) -> sqlite3.Connection:
    base = sqlite3.connect(where, isolation_level=None)
    base.execute("pragma journal_mode = wal")
    base.execute("pragma synchronous = normal")  # a power cut takes the last ones at most: read again
    base.executescript(_TABLES)
    return base
