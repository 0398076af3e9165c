"""Compaction: many small segments become few large ones, a day each, so that reading stays quick and old days can go.

Only segments that follow one another in rank are merged, and the result takes the highest rank: later rows still hold
over earlier ones. What was loaded from files is not mixed with what was received live. All versions of a corrected
sample are kept. Files that were replaced stay for a while, for those who are reading them.
"""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from bobae.historian import rollups, segments
from bobae.historian.database import changing
from bobae.historian.replacing import Listed, Shelf, day_of, drafts, listed, replace

FAN_IN = 8  # so many segments of one level become one a day of the next
TOP_LEVEL = 3  # with a seal every 15 minutes: two hours, a day, then all that a day still has apart
KEPT_LEVEL = TOP_LEVEL + 1  # never merged: each tag's last sample before the border of retention
GRACE_NS = 900 * 1_000_000_000  # a replaced file stays so long: longer than any read
STRAY_NS = 86_400 * 1_000_000_000  # a file that no row lists stays so long: longer than anybody writes
_MOST = 64  # merged at once


def compact(shelf: Shelf, *, fan_in: int = FAN_IN) -> int:
    """Merge until nothing is left to merge; returns how many segments were replaced.

    Raises:
        Refused: the disk is full; nothing has changed.
        OSError: a segment is gone or damaged.
        Stopped: there was no more time.
    """
    replaced = 0
    while run := _run(listed(shelf), fan_in):
        try:
            new = drafts(shelf, [one.segment for one in run], level=run[0].level + 1)
            replace(shelf, run, ((draft, run[-1].rank) for draft in new))
        finally:
            for one in run:
                one.segment.close()
        replaced += len(run)
    return replaced


def _run(found: Sequence[Listed], fan_in: int) -> list[Listed]:
    """The first stretch of neighbours that is worth merging, the newest rows of all levels first; empty if none is."""
    for level in range(TOP_LEVEL):
        for (at, _), neighbours in groupby(found, key=lambda one: (one.level, one.segment.loaded)):
            run = list(neighbours)[:_MOST]
            days = len(np.unique(day_of(np.array([one.segment.min_ns for one in run]))))
            # above level 0 each is within one day already: merge where a day has several
            if at == level and len(run) >= fan_in and (level == 0 or len(run) >= 2 * days):
                return run
    return []


def sweep(shelf: Shelf, *, grace_ns: int = GRACE_NS, stray_ns: int = STRAY_NS) -> list[Path]:
    """Delete files that were replaced a while ago, and strays that a crash left; returns what was deleted."""
    now = shelf.clock()
    strays = [
        path for folder in (segments.FOLDER, rollups.FOLDER) for path in _older(shelf.root / folder, now - stray_ns)
    ]
    old = shelf.base.execute("select id, file from segments where replaced_ns < ?", (now - grace_ns,)).fetchall()
    known = listed_files(shelf)
    gone = [path for path in strays if path not in known] + [shelf.root / file for _, file in old]
    deleted = [path for path in gone if _deleted(path)]
    with changing(shelf.base) as base:
        base.executemany(
            "delete from segments where id = ?",
            [(number,) for number, file in old if not (shelf.root / file).exists()],
        )
    return deleted


def listed_files(shelf: Shelf) -> set[Path]:
    """Every file that a row knows of, replaced ones too."""
    found = shelf.base.execute("select file from segments union all select file from rollups").fetchall()
    return {shelf.root / file for (file,) in found}


def _older(folder: Path, than_ns: int) -> Iterator[Path]:
    for path in folder.rglob("*.parquet"):
        with contextlib.suppress(FileNotFoundError):  # a draft that has its name now
            if path.stat().st_mtime_ns < than_ns:
                yield path


def _deleted(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:  # Windows: somebody still reads it; the next sweep will do
        return False
    return True
