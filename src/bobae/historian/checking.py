"""Whether a historian is whole: its database, its log, every file that is listed, and room for more."""

import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bobae.core import BobaeError, Text, text
from bobae.historian import rollups, segments
from bobae.historian.database import FILE, connect, said
from bobae.historian.disk import checksum
from bobae.historian.log import ROW_BYTES

_GB = 1 << 30
_LEAST_GB, _LITTLE_GB = 0.2, 2.0
_LISTS = {
    "segments": "select file, rows, bytes, crc, min_ns, max_ns from segments where replaced_ns is null order by file",
    "rollups": "select file, rows, bytes, crc, min_ns, max_ns from rollups order by file",
}


@dataclass(frozen=True)
class Condition:
    """One thing that was looked at: how it is, and in words what was seen and what to do."""

    name: str
    level: Literal["good", "warning", "bad"]
    said: Text


def examined(root: Path) -> list[Condition]:
    """Look at everything in the historian of the folder `root`; nothing is changed, and others may work on.

    Every byte of every file is read, so it takes as long as reading the folder does.
    """
    try:
        with closing(connect(root, write=False)) as base:
            found = [*_database(base), *_log(base)]
            for name in _LISTS:
                found += _files(base, root, name)
            return [*found, *_strays(base, root), _room(root)]
    except sqlite3.Error as error:
        return [Condition("historian", "bad", said(error, root).text), _room(root)]
    except BobaeError as error:
        return [Condition("historian", "bad", error.text), _room(root)]


def _database(base: sqlite3.Connection) -> Iterator[Condition]:
    troubles = [row[0] for row in base.execute("pragma integrity_check(3)") if row[0] != "ok"]
    if troubles:
        told = text(
            "the database {file} is damaged ({why}): stop bobae and bring the folder back from a backup; do not append",
            file=FILE,
            why="; ".join(troubles),
        )
        yield Condition("historian.database", "bad", told)
        return
    tags = base.execute("select count(*) from tags").fetchone()[0]
    yield Condition("historian.database", "good", text("the historian's database is whole; {tags} tags", tags=tags))


def _log(base: sqlite3.Connection) -> Iterator[Condition]:
    sealed = base.execute("select coalesce(max(through), 0) from segments").fetchone()[0]
    commits, rows, twice = 0, 0, 0
    for number, count, crc, data in base.execute("select seq, rows, crc, data from log order by seq"):
        commits, rows, twice = commits + 1, rows + count, twice + (number <= sealed)
        if len(data) != count * ROW_BYTES or zlib.crc32(data) != crc:
            told = text(
                "commit {number} of the log is damaged: its {rows} samples are lost, and the historian does not open; "
                "bring the folder back from a backup",
                number=number,
                rows=count,
            )
            yield Condition("historian.log", "bad", told)
    if twice:
        told = text(
            "{commits} commits of the log are in a segment too: reading is right all the same, but it should not be; "
            "report it, with this line",
            commits=twice,
        )
        yield Condition("historian.log", "warning", told)
    told = text("the log holds {rows} samples in {commits} commits that are not sealed yet", rows=rows, commits=commits)
    yield Condition("historian.log", "good", told)


def _files(base: sqlite3.Connection, root: Path, name: str) -> Iterator[Condition]:
    files, rows, size = 0, 0, 0
    for file, count, length, crc, min_ns, max_ns in base.execute(_LISTS[name]).fetchall():
        why = _trouble(root / file, count, length, crc)
        if why is None:
            files, rows, size = files + 1, rows + count, size + length
        elif base.execute(f"select 1 from ({_LISTS[name]}) where file = ?", (file,)).fetchone():
            told = text(
                "{file}, with samples from {begin} to {end}: {why}; bring the file back from a backup, or load the "
                "files of that time again",
                file=file,
                begin=f"{np.datetime64(min_ns // 10**9, 's')}Z",
                end=f"{np.datetime64(max_ns // 10**9, 's')}Z",
                why=why,
            )
            yield Condition(f"historian.{name}", "bad", told)
    told = text("{files} files, {rows} rows, {size} MB: whole", files=files, rows=rows, size=f"{size / 1e6:.1f}")
    yield Condition(f"historian.{name}", "good", told)


def _trouble(path: Path, rows: int, size: int, crc: int) -> Text | None:
    """What is wrong with a listed file."""
    try:
        if path.stat().st_size != size:
            return text("it has {size} bytes instead of {wanted}", size=path.stat().st_size, wanted=size)
        if checksum(path) != crc:
            return text("its checksum is wrong")
        counted = pq.read_metadata(path).num_rows
    except FileNotFoundError:
        return text("it is gone")
    except (OSError, pa.ArrowException) as error:
        return text("it cannot be read ({why})", why=error)
    return None if counted == rows else text("it has {rows} rows instead of {wanted}", rows=counted, wanted=rows)


def _strays(base: sqlite3.Connection, root: Path) -> Iterator[Condition]:
    there = [path for folder in (segments.FOLDER, rollups.FOLDER) for path in (root / folder).rglob("*.parquet")]
    listed = {root / row[0] for row in base.execute("select file from segments union all select file from rollups")}
    strays = [path for path in there if path not in listed]
    if strays:
        told = text(
            "{files} files that no list names, such as {file}: being written, or left by a crash; whoever collects "
            "removes them after a day",
            files=len(strays),
            file=strays[0].relative_to(root),
        )
        yield Condition("historian.strays", "warning", told)


def _room(root: Path) -> Condition:
    free = shutil.disk_usage(root).free / _GB
    told = text("{free} GB free on the disk of the historian", free=f"{free:.1f}")
    if free >= _LITTLE_GB:
        return Condition("historian.room", "good", told)
    told = text("only {free} GB free on the disk of the historian; make room, or keep less", free=f"{free:.1f}")
    return Condition("historian.room", "warning" if free >= _LEAST_GB else "bad", told)
