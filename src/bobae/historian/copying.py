"""A historian copied while it is written to: its database as of one moment, and the files that it names then."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bobae.historian.database import FILE


@dataclass(frozen=True)
class Listed:
    """One file that the database names; once written it never changes.

    Attributes:
        file: below the historian's folder.
        bytes: how many it has.
        crc: CRC-32 of all of them.
    """

    file: str
    bytes: int
    crc: int


def copy_database(source: Path, to: Path) -> None:
    """Copy a SQLite database as of one moment, whoever writes to it meanwhile; the copy is one file, without free room.

    Raises:
        sqlite3.Error: it cannot be read, or the copy cannot be written.
    """
    with closing(sqlite3.connect(source, timeout=30.0)) as base:
        base.execute("vacuum into ?", (str(to),))


def copy_list(root: Path, to: Path) -> list[Listed]:
    """Copy the database of the historian in `root` to the folder `to`; what else belongs to it now.

    A file of it may be replaced by another at any time and is gone a quarter of an hour later: then all is to be
    copied anew.

    Raises:
        sqlite3.Error: it cannot be read, or the copy cannot be written.
    """
    copy_database(root / FILE, to / FILE)
    with closing(sqlite3.connect(to / FILE)) as copy:
        found = copy.execute(
            "select file, bytes, crc from segments where replaced_ns is null union all "
            "select file, bytes, crc from rollups order by file"
        ).fetchall()
    return [Listed(*row) for row in found]
