"""The one SQLite file of a historian: its log, its tags and the list of its segments.

Log and list are in one file because sealing must be atomic: a segment is listed and its log rows are gone in the same
transaction. One process at a time appends; any number read, and may seal files of their own beside it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bobae.core import BadInput, Refused

FILE = "historian.db"
VERSION = 1
_BUSY_S = 30.0
_SCHEMA = """
create table tags (id integer primary key, path text not null unique, kind text not null, unit text);
create table texts (id integer primary key, text text not null unique);
create table log (
    seq integer primary key autoincrement, rows integer not null, crc integer not null, data blob not null
);
create table segments (
    id integer primary key autoincrement, rank integer not null, file text not null unique, level integer not null,
    loaded integer not null, rows integer not null, bytes integer not null, crc integer not null,
    footer_crc integer not null, min_ns integer not null, max_ns integer not null, max_receipt_ns integer not null,
    max_lag_ns integer not null, through integer not null, tags blob not null, replaced_ns integer
);
create table rollups (
    id integer primary key autoincrement, file text not null unique, rows integer not null, bytes integer not null,
    crc integer not null, min_ns integer not null, max_ns integer not null, until_ns integer not null,
    tags blob not null
);
create table loads (
    id integer primary key autoincrement, name text not null, sha256 text not null unique, rows integer not null,
    loaded_ns integer not null, layout text not null
);
"""


def connect(root: Path, *, write: bool) -> sqlite3.Connection:
    """Open the database of the historian in `root`, made if need be when writing.

    Raises:
        BadInput: there is none, or it was written by a newer bobae.
        Refused: it is damaged, or the folder cannot be written to.
    """
    path = root / FILE
    if not write and not path.is_file():
        raise BadInput("there is no historian in {folder}; load files into it first, or collect", folder=root)
    try:
        if write:
            root.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        return _prepared(base, path, write=write)
    except (sqlite3.Error, OSError) as error:
        raise said(error, root) from error


def _prepared(base: sqlite3.Connection, path: Path, *, write: bool) -> sqlite3.Connection:
    version = base.execute("pragma user_version").fetchone()[0]
    if version > VERSION:
        base.close()
        raise BadInput(
            "{path} was written by a newer bobae (its version is {version}); update", path=path, version=version
        )
    if write:
        if version == 0:
            base.execute("pragma page_size = 16384")
        base.execute("pragma journal_mode = wal")
        base.execute("pragma secure_delete = off")  # sealed rows of the log need no overwriting
        base.execute("pragma synchronous = full")  # a commit is on the disk before it returns
        if version == 0:
            with changing(base):
                if base.execute("pragma user_version").fetchone()[0] == 0:  # another process was quicker
                    for statement in _SCHEMA.split(";\n"):
                        base.execute(statement)
                    base.execute(f"pragma user_version = {VERSION}")
    return base


@contextmanager
def changing(base: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it or, after any error, nothing."""
    base.execute("begin immediate")
    try:
        yield base
        base.execute("commit")
    except BaseException:
        if base.in_transaction:
            base.execute("rollback")
        raise


def said(error: Exception, root: Path) -> Refused:
    """What went wrong on the disk, in words."""
    if "full" in str(error) or getattr(error, "errno", None) == 28:
        return Refused(
            "the disk of {folder} is full: nothing new can be kept, nothing that was kept is lost; make room",
            folder=root,
        )
    return Refused("the historian in {folder} cannot be read or written: {why}", folder=root, why=error)


class WriterLock:
    """That no second process appends to the same historian; gone with the process, however it ends."""

    def __init__(self, root: Path) -> None:
        self._file = (root / "writer.lock").open("a+b")
        try:
            _lock(self._file.fileno())
        except OSError as error:
            self._file.close()
            raise Refused(
                "another bobae already collects into {folder}; stop it first, or choose another folder", folder=root
            ) from error

    def release(self) -> None:
        """Let another process append."""
        self._file.close()


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
