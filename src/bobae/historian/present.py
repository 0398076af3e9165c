"""What holds now: the segments that are listed, and what is in memory beside them."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bobae.core import Samples
from bobae.historian import log
from bobae.historian.hot import NEVER, Hot
from bobae.historian.rollups import RawGone
from bobae.historian.segment import Segment
from bobae.historian.segments import SegmentList
from bobae.historian.writer import KEEP_NS, Writer

_EVER = np.iinfo(np.int64).max


class Present:
    """Hot and the list of segments, kept in step; whoever uses them holds `lock`.

    Where this process writes, the writer fills `hot`. Elsewhere `catch_up` reads what the writer's log has new.
    """

    def __init__(self, base: sqlite3.Connection, root: Path) -> None:
        self.hot, self.lock = Hot(), threading.RLock()
        self._base = base
        self._list = SegmentList(base, root)
        self._writer: Writer | None = None
        self._read: deque[tuple[int, int]] = deque()  # sequence number and rows of what was read of another's log
        self._read_through = 0
        self._take(self._list.segments)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What is listed, later ones' rows holding over earlier ones'."""
        return self._list.segments

    def follow(self, writer: Writer) -> None:
        """From now on `writer` of this process fills `hot`."""
        self._writer = writer
        writer.sealed_here.update(segment.number for segment in self.segments)

    def catch_up(self, t0_ns: int = _EVER) -> None:
        """See what others have committed, listed and sealed since.

        Raises:
            RawGone: samples after `t0_ns` are wanted, and some of them are kept as one-minute rows only.
        """
        self._base.execute("begin")  # log and list as of one moment
        try:
            if self._writer is None:
                self._read_log()
            new = self._list.refresh()
        finally:
            self._base.execute("commit")
        if self._writer is None:
            self._forget_sealed(new)
        own = set() if self._writer is None else self._writer.sealed_here
        self._take([segment for segment in new if segment.number not in own])
        if t0_ns < self._list.raw_from_ns:
            raise RawGone(until_ns=self._list.raw_from_ns)

    def close(self) -> None:
        """Let go of every file."""
        for segment in self._list.segments:
            segment.close()

    def _take(self, new: Sequence[Segment]) -> None:
        if new:
            theirs, all_of = newest(new), newest(self.segments)
            self.hot.take_sealed(all_of.rows(np.isin(all_of.tag, theirs.tag)), theirs.time_ns)

    def _read_log(self) -> None:
        found = self._base.execute(
            "select seq, rows, crc, data from log where seq > ? order by seq", (self._read_through,)
        ).fetchall()
        for sequence, rows, crc, data in found:
            self.hot.append(log.unpacked(data, rows, crc))
            self._read.append((sequence, rows))
            self._read_through = sequence

    def _forget_sealed(self, new: Sequence[Segment]) -> None:
        through = max((segment.through for segment in new), default=0)
        self._read_through = max(self._read_through, through)
        rows = 0
        while self._read and self._read[0][0] <= through:
            rows += self._read.popleft()[1]
        if rows:
            self.hot.seal(rows, time.time_ns() - KEEP_NS)


def newest(segments: Sequence[Segment]) -> Samples:
    """The newest sample of each tag in some segments; one that was loaded counts as received when it was measured."""
    tags = max((int(segment.index.tags[-1]) + 1 for segment in segments), default=0)
    time_ns, receipt_ns = np.full(tags, NEVER), np.zeros(tags, np.int64)
    value, status = np.empty(tags), np.zeros(tags, np.uint32)
    for segment in segments:
        index = segment.index
        later = index.max_ns >= time_ns[index.tags]
        at = index.tags[later]
        time_ns[at], value[at], status[at] = index.max_ns[later], index.value[later], index.status[later]
        receipt_ns[at] = (index.max_ns if segment.loaded else index.receipt_ns)[later]
    seen = np.flatnonzero(time_ns > NEVER)
    return Samples(seen.astype(np.int32), time_ns[seen], value[seen], status[seen], receipt_ns[seen])
