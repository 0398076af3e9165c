"""The store: one folder of samples, read by any number of processes, appended to by one."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from bobae.core import (
    Aggregate,
    BadInput,
    Bools,
    Cut,
    Dataset,
    Floats,
    Frame,
    Ints,
    Quality,
    Refused,
    Samples,
    TagRow,
    Tags,
)
from bobae.frames.grid import NO_LIMIT, Grid, as_of
from bobae.frames.minutes import Minutes
from bobae.frames.runs import last_versions, put_in_order
from bobae.historian.cutting import dataset_of
from bobae.historian.database import connect, said
from bobae.historian.gathering import Reach, folded, gathered
from bobae.historian.hot import TagMajor
from bobae.historian.present import Present
from bobae.historian.rollups import RawGone, minutes, rolled_up, spanned
from bobae.historian.segment import Segment
from bobae.historian.tags import TagTable, TextTable
from bobae.historian.writer import COMMIT_S, SEAL_ROWS, SEAL_S, Writer

T = TypeVar("T")
_MOST_CELLS = 400_000_000
_TRIES = 3
_OF_TEXTS: frozenset[Aggregate] = frozenset({"last", "first", "count"})


def open_store(
    root: Path,
    *,
    write: bool = False,
    clock: Callable[[], int] = time.time_ns,
    commit_s: float = COMMIT_S,
    seal_rows: int = SEAL_ROWS,
    seal_s: float = SEAL_S,
    keep_raw_ns: int | None = None,
) -> "Store":
    """Open the historian in the folder `root`.

    Args:
        root: made if need be when writing.
        write: take samples too; one process at a time can.
        clock: ns UTC, for receipt times.
        commit_s: between group commits.
        seal_rows: committed samples that are sealed at once.
        seal_s: seconds after which what is committed is sealed.
        keep_raw_ns: samples of whole days older than that become one-minute rows; None: all are kept as they came.

    Raises:
        BadInput: there is nothing to read, or a newer bobae wrote it.
        Refused: it is damaged or cannot be written to, or another process appends to it.
    """
    if write:
        connect(root, write=True).close()
    base = connect(root, write=False)
    present = Present(base, root)
    if not write:
        return Store(root, base, present, None)
    try:
        writer = Writer(
            root,
            present.hot,
            present.lock,
            clock=clock,
            commit_s=commit_s,
            seal_rows=seal_rows,
            seal_s=seal_s,
            keep_raw_ns=keep_raw_ns,
        )
    except BaseException:
        base.close()
        raise
    present.follow(writer)
    return Store(root, base, present, writer)


class Store:
    """Samples of one plant, kept in one folder; see core.StoreReader and core.StoreWriter for what it promises.

    Opened by `open_store`. All methods may be called from any thread.

    Example:
        >>> import tempfile
        >>> from bobae.core import Samples, TagRow
        >>> with open_store(Path(tempfile.mkdtemp()), write=True) as store:
        ...     (tag,) = store.writer.tag_ids([TagRow(0, "press1.oil", unit="Cel")])
        ...     promise = store.writer.append(Samples.of([tag, tag], [1_000, 2_000], [40.0, 41.0]))
        ...     number = promise.durable.result()
        ...     store.raw(["press1.oil"], 0, 9_000).value.tolist()
        [40.0, 41.0]
    """

    def __init__(self, root: Path, base: sqlite3.Connection, present: Present, writer: Writer | None) -> None:
        self._root, self._base, self._present, self._writer = root, base, present, writer
        self._hot, self._lock = present.hot, present.lock
        self._tags = TagTable(base) if writer is None else writer.tags
        self._texts = TextTable(base)

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    @property
    def writer(self) -> Writer:
        """Takes samples.

        Raises:
            Refused: the store was opened for reading.
        """
        if self._writer is None:
            raise Refused("the historian in {folder} was opened for reading only", folder=self._root)
        return self._writer

    def tags(self) -> Sequence[TagRow]:
        """All tags, in the order of their numbers."""
        with self._lock:
            self._tags.refresh()
            return tuple(self._tags.rows)

    def last(self, tags: Sequence[str]) -> Samples:
        """The newest sample of each tag that has one, in the order asked for, whatever its status."""
        with self._lock:
            ids = self._tags.ids(tags)
            self._present.catch_up()
            newest = self._hot.newest(ids)
            return self._told(newest, self._of_texts(newest.tag))

    def raw(self, tags: Sequence[str], t0_ns: int, t1_ns: int, *, known_at_ns: int | None = None) -> Samples:
        """Every sample with t0 < time <= t1, tag by tag in time order, corrected ones in their last version."""
        ids = self._ids(tags)
        reach = Reach(t0_ns, t1_ns, carry=False, known_at_ns=known_at_ns, verbatim=True)
        found = self._gathered(ids, reach)
        rows, start = last_versions(found.start, found.time, t0_ns, t1_ns)
        tag = np.repeat(ids, np.diff(start))
        samples = Samples(tag, found.time[rows], found.value[rows], found.status[rows], found.receipt[rows])
        return self._told(samples, np.repeat(self._of_texts(ids), np.diff(start)))

    def frame(
        self,
        tags: Sequence[str],
        t0_ns: int,
        t1_ns: int,
        step_ns: int,
        *,
        aggs: Sequence[Aggregate] = ("last",),
        quality: Quality = Quality.GOOD,
        max_age_ns: int | None = None,
        known_at_ns: int | None = None,
        settle_ns: int | None = None,
    ) -> Frame:
        """The tags on the grid t0 + step, t0 + 2 step, ... up to t1; see core.Cut for the arguments.

        Raises:
            BadInput: no whole row, more cells than memory should hold, an aggregate that a text does not have, or
                what one-minute rows do not know.
        """
        ids = self._ids(tags)
        rows = (t1_ns - t0_ns) // step_ns if step_ns > 0 else 0
        self._check(ids, rows, aggs, (t0_ns, t1_ns, step_ns))
        grid = Grid(t0_ns, step_ns, rows, tuple(aggs), quality.worst, max_age_ns)
        try:
            values = self._on(grid, ids, known_at_ns, settle_ns)
        except RawGone as gone:
            if not spanned(grid, known_at_ns, settle_ns):
                raise
            values = self._across(grid, ids, gone.until_ns)
        time_ns = t0_ns + step_ns * np.arange(1, rows + 1)
        return Frame(tuple(tags), tuple(aggs), time_ns, values, self._every_text() if self._of_texts(ids).any() else ())

    def asof(self, tags: Sequence[str], times_ns: Ints, *, max_age_ns: int | None = None) -> Floats:
        """What each tag showed at each time (tags, times): its last good sample at or before, or NaN."""
        ids = self._ids(tags)
        if not len(times_ns):
            return np.empty((len(ids), 0))
        order = np.argsort(times_ns, kind="stable")
        times = np.asarray(times_ns, dtype=np.int64)[order]
        found = self._gathered(ids, Reach(int(times[0]), int(times[-1])))
        age = NO_LIMIT if max_age_ns is None else max_age_ns
        out = np.empty((len(ids), len(times)))
        out[:, order] = as_of(found.start, found.time, found.value, found.status, times, Quality.GOOD.worst, age)
        return out

    def window(self, tags: Sequence[str], rows: int, step_ns: int, t1_ns: int, *, settle_ns: int) -> Floats:
        """The last `rows` rows up to t1 as live scoring sees them: (rows, tags)."""
        found = self.frame(tags, t1_ns - rows * step_ns, t1_ns, step_ns, settle_ns=settle_ns)
        return np.ascontiguousarray(found.values[:, 0].T)

    def cut(self, query: Cut) -> Dataset:
        """A dataset with a time column and a column a tag; tags of several assets become rows of each asset."""
        self._ids(query.tags)
        return dataset_of(self, query)

    def close(self) -> None:
        """Commit what is pending, and let go of every file."""
        if self._writer is not None:
            self._writer.close()
        with self._lock:
            self._present.close()
            self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ids(self, tags: Sequence[str]) -> Tags:
        with self._lock:
            return self._tags.ids(tags)

    def _on(self, grid: Grid, ids: Tags, known_at_ns: int | None, settle_ns: int | None) -> Floats:
        """The tags on a grid; from memory alone where that holds all that is needed."""
        reach = Reach(grid.t0_ns, grid.t0_ns + grid.rows * grid.step_ns, True, known_at_ns, settle_ns)
        found = self._in_memory(ids, reach) if known_at_ns is None else None
        if found is None:
            if known_at_ns is None and settle_ns is None:
                return self._trying(lambda segments, fresh: folded(segments, fresh, ids, grid), ids, reach)
            found = self._gathered(ids, reach)
        columns = (found.start, found.time, found.value, found.status)
        return grid.folded(*columns) if settle_ns is None else grid.settled(*columns, found.receipt, settle_ns)

    def _across(self, grid: Grid, ids: Tags, until_ns: int) -> Floats:
        """The tags on a grid of whole minutes, from one-minute rows up to `until_ns` and samples after."""
        t1_ns = max(grid.t0_ns + grid.rows * grid.step_ns, until_ns)
        later = self._gathered(ids, Reach(until_ns, t1_ns, carry=False))
        with self._lock:
            files = rolled_up(self._base, self._root, until_ns)
        earlier = minutes(files, ids, grid.t0_ns, until_ns)
        rows, start = last_versions(later.start, later.time, until_ns, t1_ns)
        return Minutes.joined([earlier, Minutes.of(start, later.time[rows], later.value[rows], later.status[rows])]).on(
            grid
        )

    def _in_memory(self, ids: Tags, reach: Reach) -> TagMajor | None:
        """The samples from t0 on, where memory holds all of them."""
        with self._lock:
            self._present.catch_up(reach.t0_ns)
            found, complete = self._hot.since(ids, reach.t0_ns, reach.settle_ns)
        if not complete.all():
            return None
        put_in_order(found.start, found.time, found.value, found.status, found.receipt)
        return found

    def _gathered(self, ids: Tags, reach: Reach) -> TagMajor:
        """The samples within reach."""
        return self._trying(lambda segments, fresh: gathered(segments, fresh, ids, reach), ids, reach)

    def _trying(self, read: Callable[[Sequence[Segment], TagMajor], T], ids: Tags, reach: Reach) -> T:
        """Read from the segments and the memory of one moment; again where a segment was compacted away meanwhile."""
        for attempt in range(_TRIES):
            with self._lock:
                self._present.catch_up(reach.t0_ns)
                segments, fresh = self._present.segments, self._hot.fresh(ids, reach.t1_ns)
            try:
                return read(segments, fresh)
            except OSError as error:
                if attempt == _TRIES - 1:
                    raise said(error, self._root) from error
        raise AssertionError

    def _check(self, ids: Tags, rows: int, aggs: Sequence[Aggregate], asked: tuple[int, int, int]) -> None:
        if rows < 1:
            raise BadInput(
                "no row lies between {t0} and {t1} ns with a step of {step} ns; ask for at least one step",
                t0=asked[0],
                t1=asked[1],
                step=asked[2],
            )
        if len(ids) * len(aggs) * rows > _MOST_CELLS:
            raise BadInput(
                "{cells} cells are more than the {most} given at once; ask for fewer tags, less time or a longer step",
                cells=len(ids) * len(aggs) * rows,
                most=_MOST_CELLS,
            )
        if not set(aggs) <= _OF_TEXTS and self._of_texts(ids).any():
            raise BadInput(
                "{tag} is a text: it has {known} only",
                tag=self._tags.rows[int(ids[self._of_texts(ids)][0])].path,
                known=", ".join(sorted(_OF_TEXTS)),
            )

    def _every_text(self) -> tuple[str, ...]:
        with self._lock:
            self._texts.refresh()  # what was read may be newer than what is known here
            return tuple(self._texts.texts)

    def _of_texts(self, ids: Tags) -> Bools:
        return np.array([self._tags.rows[int(i)].kind == "text" for i in ids], dtype=np.bool_)

    def _told(self, samples: Samples, of_texts: Bools) -> Samples:
        """The same with texts as texts."""
        if not of_texts.any():
            return samples
        text = np.full(len(samples), None, dtype=object)
        text[of_texts] = self._texts.words(samples.value[of_texts])
        return replace(samples, value=np.where(of_texts, np.nan, samples.value), text=text)
