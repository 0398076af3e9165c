"""The list of segments: what is sealed, in the order in which later rows hold over earlier ones."""

import secrets
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from bobae.historian import segment
from bobae.historian.database import said
from bobae.historian.disk import checksum, land
from bobae.historian.hot import NEVER
from bobae.historian.pages import footer_checksum
from bobae.historian.rollups import raw_from
from bobae.historian.segment import Segment, Sorted, TagIndex

FOLDER = "segments"
DAY_NS = 86_400 * 1_000_000_000


class Draft:
    """A segment file that is written and on the disk, but not listed: `list_it` inside a transaction does that."""

    def __init__(self, root: Path, parts: Iterable[Sorted], *, loaded: bool, level: int = 0) -> None:
        """Write it.

        Raises:
            Refused: the disk is full or cannot be written to; nothing is left there.
        """
        self._root = root
        self._loaded, self._level = loaded, level
        self._max_receipt_ns, self._max_lag_ns, self._rows = 0, 0, 0
        folder = root / FOLDER
        # the time alone is no name: another process may be writing at the same moment
        draft = folder / f".{time.time_ns()}-{secrets.token_hex(4)}.parquet"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.index = segment.write(draft, self._counted(parts), small=loaded or level > 0)
            day = time.strftime("%Y-%m-%d", time.gmtime(int(self.index.min_ns.min()) // 10**9))
            self._path = folder / f"day={day}" / f"{draft.stem[1:]}.parquet"
            land(draft, self._path, root)
            self._crc, self._footer_crc = checksum(self._path), footer_checksum(self._path)
        except OSError as error:
            raise said(error, root) from error
        finally:
            draft.unlink(missing_ok=True)

    def list_it(self, base: sqlite3.Connection, *, through: int = 0, rank: int | None = None) -> int:
        """Have it count from this transaction's end on; returns its number.

        Args:
            base: inside a transaction.
            through: the log's sequence number up to which it holds all rows.
            rank: among the segments, later ones' rows hold over earlier ones'; None: the newest of all.
        """
        row = (
            str(self._path.relative_to(self._root)),
            self._level,
            self._loaded,
            self._rows,
            self._path.stat().st_size,
            self._crc,
            self._footer_crc,
            int(self.index.min_ns.min()),
            int(self.index.max_ns.max()),
            self._max_receipt_ns,
            self._max_lag_ns,
            through,
            self.index.packed(),
        )
        newest = "(select coalesce(max(rank), 0) + 1 from segments)"
        columns = (
            "rank, file, level, loaded, rows, bytes, crc, footer_crc, min_ns, max_ns, max_receipt_ns, max_lag_ns, "
            "through, tags"
        )
        values = f"{newest if rank is None else int(rank)}{', ?' * len(row)}"
        done = base.execute(f"insert into segments ({columns}) values ({values})", row)
        return int(done.lastrowid or 0)

    def discard(self) -> None:
        """Remove the file: it was never listed."""
        self._path.unlink(missing_ok=True)

    def discard_unlisted(self, base: sqlite3.Connection) -> None:
        """Remove the file if its listing did not come about; an error may well have come after it did."""
        name = str(self._path.relative_to(self._root))
        if base.execute("select 1 from segments where file = ?", (name,)).fetchone() is None:
            self.discard()

    def _counted(self, parts: Iterable[Sorted]) -> Iterable[Sorted]:
        for part in parts:
            s = part.samples
            self._rows += len(s.time)
            self._max_receipt_ns = max(self._max_receipt_ns, int(s.receipt.max(initial=0)))
            self._max_lag_ns = max(self._max_lag_ns, int((s.receipt - s.time).max(initial=0)))
            yield part


def opened(base: sqlite3.Connection, root: Path, number: int) -> Segment:
    """A segment that is or was listed; its file opens when it is read."""
    file, footer_crc, loaded, max_receipt_ns, max_lag_ns, through, tags = base.execute(
        "select file, footer_crc, loaded, max_receipt_ns, max_lag_ns, through, tags from segments where id = ?",
        (number,),
    ).fetchone()
    return Segment(
        root / file,
        TagIndex.unpacked(tags),
        number=number,
        loaded=bool(loaded),
        max_receipt_ns=max_receipt_ns,
        max_lag_ns=max_lag_ns,
        through=through,
        footer_crc=footer_crc,
    )


class SegmentList:
    """What is listed, as of the last `refresh`; oldest rank first."""

    def __init__(self, base: sqlite3.Connection, root: Path) -> None:
        self._base, self._root = base, root
        self._version = -1  # of the database as other connections changed it
        self._open: dict[int, Segment] = {}
        self.segments: tuple[Segment, ...] = ()
        self.raw_from_ns = NEVER  # what is older is kept as one-minute rows only
        self.refresh()

    def refresh(self) -> tuple[Segment, ...]:
        """See what has been listed or replaced since; returns what is new."""
        version = self._base.execute("pragma data_version").fetchone()[0]
        if version == self._version:
            return ()
        found = self._base.execute("select id from segments where replaced_ns is null order by rank, id").fetchall()
        self._version = version
        self.raw_from_ns = raw_from(self._base)
        new = []
        for (number,) in found:
            if number in self._open:
                continue
            self._open[number] = opened(self._base, self._root, number)
            new.append(self._open[number])
        listed = [row[0] for row in found]
        for number in set(self._open) - set(listed):
            self._open.pop(number).close()
        self.segments = tuple(self._open[number] for number in listed)
        return tuple(new)
