"""Takes samples: one group commit every 100 ms, forced to the disk before it is acknowledged, sealed in time."""

import concurrent.futures
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bobae.core import BadInput, Gap, Ints, Refused, Samples, TagRow, Tags, Texts
from bobae.frames.runs import counted, put_in_order, scattered
from bobae.historian import log
from bobae.historian.database import WriterLock, changing, connect, said
from bobae.historian.hot import Hot, TagMajor
from bobae.historian.keeping import Keeper
from bobae.historian.segment import MS, Sorted
from bobae.historian.segments import Draft
from bobae.historian.tags import TagTable, TextTable, text_column

COMMIT_S = 0.1
SEAL_ROWS = 2_000_000
SEAL_S = 900.0
KEEP_NS = 120 * 1_000_000_000  # sealed samples stay in memory so long, for windows that reach back


@dataclass(frozen=True)
class Promise:
    """The acknowledgement of one group commit."""

    durable: concurrent.futures.Future[int]


class Writer:
    """The one writer of a historian. `hot` is what it has committed and not sealed; `lock` guards it.

    Args:
        root: the historian's folder.
        hot: filled with what the log still holds, and from then on with every commit.
        lock: held while `hot` changes, or log and list change together.
        clock: ns UTC.
        commit_s: between group commits.
        seal_rows: committed rows that are sealed at once.
        seal_s: seconds after which what is committed is sealed.
        keep_raw_ns: older samples become one-minute rows; None: all are kept as they came.
    """

    def __init__(
        self,
        root: Path,
        hot: Hot,
        lock: threading.RLock,
        *,
        clock: Callable[[], int] = time.time_ns,
        commit_s: float = COMMIT_S,
        seal_rows: int = SEAL_ROWS,
        seal_s: float = SEAL_S,
        keep_raw_ns: int | None = None,
    ) -> None:
        self._root, self._hot, self._lock, self._clock = root, hot, lock, clock
        self._commit_s, self._seal_rows, self._seal_s = commit_s, seal_rows, seal_s
        self._base = connect(root, write=True)
        try:
            self._alone = WriterLock(root)
        except Refused:
            self._base.close()
            raise
        self.tags, self._texts = TagTable(self._base), TextTable(self._base)
        self._pending: list[Samples] = []
        self._promise = Promise(concurrent.futures.Future())
        self._news = threading.Condition()
        self._closing = False
        self._sequence = 0  # of the last commit that is in hot
        self._committed_ns = 0
        self._sealed_at = time.monotonic()
        self._sealing = threading.Lock()
        self.sealed_here: set[int] = set()  # segments whose rows went out of this writer's memory
        self.keeper = Keeper(root, lock, self.sealed_here, clock=clock, keep_raw_ns=keep_raw_ns)
        self._replay()
        self._thread = threading.Thread(target=self._run, name="historian", daemon=True)
        self._thread.start()

    @property
    def committed_ns(self) -> int:
        """Every sample received up to this time is on the disk and can be read, ns UTC."""
        return self._committed_ns

    def tag_ids(self, tags: Sequence[TagRow]) -> Tags:
        """The number of each tag, given at its first mention.

        Raises:
            Refused: the disk is full.
        """
        try:
            with self._lock:
                return self.tags.given(tags)
        except sqlite3.Error as error:
            raise said(error, self._root) from error

    def append(self, samples: Samples) -> Promise:
        """Take samples; they are durable when the answer says so, at the next group commit.

        Raises:
            BadInput: an unknown tag number, or a time before 1970.
            Refused: the store is closed.
        """
        if len(samples) and not 0 <= int(samples.tag.min()) <= int(samples.tag.max()) < len(self.tags.rows):
            raise BadInput(
                "no tag has the number {tag}; ask for it by its path first",
                tag=int(samples.tag.max()) if int(samples.tag.min()) >= 0 else int(samples.tag.min()),
            )
        if len(samples) and int(samples.time_ns.min()) < 0:
            raise BadInput("a sample of before 1970 ({time} ns) cannot be kept", time=int(samples.time_ns.min()))
        with self._news:
            if self._closing:
                raise Refused("the historian in {folder} is closed", folder=self._root)
            if samples.receipt_ns is None:
                # rounded up: a sample never counts as known before it was
                now = -(-self._clock() // MS) * MS
                samples = replace(samples, receipt_ns=np.full(len(samples), now))
            self._pending.append(samples)
            self._news.notify()
            return self._promise

    def seal(self) -> None:
        """Put all that is committed into a segment, sorted; nothing happens without any.

        Raises:
            Refused: the disk is full; all is still in the log.
        """
        with self._sealing:
            with self._lock:
                rows, sequence = self._hot.unsealed(), self._sequence
            if not len(rows):
                return
            draft = Draft(self._root, [self._sorted(rows)], loaded=False)
            try:
                with self._lock:
                    with changing(self._base):
                        self.sealed_here.add(draft.list_it(self._base, through=sequence))
                        self._base.execute("delete from log where seq <= ?", (sequence,))
                    self._hot.seal(len(rows), self._clock() - KEEP_NS)
            except sqlite3.Error as error:
                raise said(error, self._root) from error
            finally:
                with self._lock:  # a statement of this thread must not stand in the way of a commit
                    draft.discard_unlisted(self._base)
            self._sealed_at = time.monotonic()

    def close(self) -> None:
        """Commit what is pending, and let go. What is not sealed stays in the log."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()
        self.keeper.close()
        self._base.close()
        self._alone.release()

    def _replay(self) -> None:
        for sequence, rows, crc, data in self._base.execute("select seq, rows, crc, data from log order by seq"):
            self._hot.append(log.unpacked(data, rows, crc))
            self._sequence = sequence

    def _run(self) -> None:
        sealer: threading.Thread | None = None
        while True:
            with self._news:
                self._news.wait_for(lambda: self._pending or self._closing, timeout=self._commit_s)
                closing, waiting = self._closing, bool(self._pending)
            if waiting and not closing:
                time.sleep(self._commit_s)  # what comes meanwhile shares the commit
            self._commit()
            if closing:
                break
            if self._seal_is_due() and (sealer is None or not sealer.is_alive()):
                sealer = threading.Thread(target=self._seal_in_background, name="sealer", daemon=True)
                sealer.start()
        if sealer is not None:
            sealer.join()

    def _commit(self) -> None:
        with self._news:
            taken, promise = self._pending, self._promise
            taken_ns = self._clock()
            self._pending, self._promise = [], Promise(concurrent.futures.Future())
        if not taken:
            self._committed_ns = taken_ns // MS * MS
            return
        try:
            with self._lock:
                self._write(Samples.joined(taken))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait for the promise must hear of it
            with self._lock:
                self.tags.forget_uncommitted()
                self._texts.forget_uncommitted()
            promise.durable.set_exception(error if isinstance(error, Refused) else said(error, self._root))
            return
        self._committed_ns = taken_ns // MS * MS
        promise.durable.set_result(self._sequence)

    def _write(self, samples: Samples) -> None:
        with changing(self._base):
            if samples.text is not None:
                samples = self._in_numbers(samples, samples.text)
            data, crc = log.packed(samples)
            done = self._base.execute("insert into log (rows, crc, data) values (?, ?, ?)", (len(samples), crc, data))
        self._sequence = int(done.lastrowid or 0)
        self._hot.append(samples)

    def _in_numbers(self, samples: Samples, texts: Texts) -> Samples:
        """Texts as their numbers; one that comes to a tag of numbers is kept as a sample without a value."""
        worded = np.array([word is not None for word in texts])
        newest = self._hot.newest(np.unique(samples.tag[worded]))
        holds_numbers = [tag for tag in newest.tag[np.isfinite(newest.value)] if self.tags.rows[tag].kind != "text"]
        wrong = worded & np.isin(samples.tag, holds_numbers)
        said = worded & ~wrong
        self._texts.add(texts[said])
        self.tags.become_texts(samples.tag[said])
        status = np.where(wrong, np.uint32(Gap.WRONG_KIND), samples.status)
        value = np.where(wrong, np.nan, samples.value)
        value[said] = self._texts.numbers(texts[said])
        return replace(samples, value=value, status=status, text=None)

    def _seal_is_due(self) -> bool:
        waiting = len(self._hot) - self._hot.sealed
        return waiting >= self._seal_rows or (waiting > 0 and time.monotonic() - self._sealed_at >= self._seal_s)

    def _seal_in_background(self) -> None:
        try:
            self.seal()
        except Refused:
            self._sealed_at = time.monotonic()  # all is still in the log: the next seal tries again
        self.keeper.wake()

    def _sorted(self, rows: Samples) -> Sorted:
        assert rows.receipt_ns is not None
        start = counted(rows.tag, int(rows.tag.max()))
        columns = scattered(rows.tag, start, rows.time_ns, rows.value, rows.status, rows.receipt_ns)
        put_in_order(start, *columns)
        tags = np.flatnonzero(np.diff(start)).astype(np.int32)
        at: Ints = np.append(start[tags], start[-1])
        text = text_column(self.tags, self._texts, tags, at, columns[1])
        return Sorted(tags, TagMajor(at, *columns), text)
