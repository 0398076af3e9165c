"""Files into the historian: rows become samples, sealed at once; what is there already is not kept again.

Nothing of a load counts before all of it does: its segments and its row in `loads` are listed in one transaction.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.core import BadInput, Bools, Floats, Ints, Progress, Samples, Statuses, TagRow, silent, text
from bobae.historian.database import changing, connect, said
from bobae.historian.file_rows import FileRows, InOrder, as_words, in_order, kind_of, readings
from bobae.historian.hot import TagMajor
from bobae.historian.loads import LoadRow, load_of, note_load
from bobae.historian.segment import MS, Sorted
from bobae.historian.segments import Draft
from bobae.historian.store import Store, open_store
from bobae.historian.tags import TagTable, TextTable


@dataclass(frozen=True)
class Loaded:
    """What came of a load.

    Attributes:
        load: its row; of the earlier load where these very files were loaded before.
        before: whether they were, and nothing was done.
        samples: how many were new.
        tags: those that the files have, as they are kept.
        first_ns, last_ns: of the rows, ns UTC; None without any.
    """

    load: LoadRow
    before: bool = False
    samples: int = 0
    tags: tuple[TagRow, ...] = ()
    first_ns: int | None = None
    last_ns: int | None = None


def load(
    root: Path,
    rows: FileRows,
    *,
    name: str,
    sha256: str,
    clock: Callable[[], int] = time.time_ns,
    progress: Progress = silent,
) -> Loaded:
    """Keep rows of files in the historian in `root`; another process may collect into it meanwhile.

    Args:
        root: made if need be.
        rows: the rows.
        name: of the files.
        sha256: of their contents and of all that decides what becomes of them.
        clock: ns UTC.
        progress: told how many columns are kept.

    Raises:
        BadInput: a tag is kept in another unit, or holds numbers where the files hold words.
        Refused: the disk is full or cannot be written to; nothing was loaded.
    """
    base = connect(root, write=True)
    try:
        if earlier := load_of(base, sha256):
            return Loaded(earlier, before=True)
        with open_store(root) as store:
            ordered = in_order(rows)
            columns = _columns(base, rows, ordered, store)
            loading = _Loading(root, ordered, columns, TextTable(base), store, -(-clock() // MS) * MS)
            drafts = list(loading.drafts(progress))
        layout = replace(rows.layout, findings=(*rows.layout.findings, *ordered.findings))
        row = LoadRow(name, sha256, len(ordered.time_ns), loading.receipt_ns, layout)
        return _listed(base, drafts, row, loading)
    except sqlite3.Error as error:
        raise said(error, root) from error
    finally:
        base.close()


@dataclass(frozen=True)
class _Column:
    """One column of one asset, the tag that keeps it, and whether that has samples already."""

    asset: int
    name: str
    tag: TagRow
    known: bool


def _columns(base: sqlite3.Connection, rows: FileRows, ordered: InOrder, store: Store) -> list[_Column]:
    """Every column of every asset with its tag, by the tags' numbers; new tags and texts are noted."""
    wanted = {
        (asset, column.name): TagRow(0, f"{path}.{column.name}", kind_of(column), column.unit)
        for asset, path in enumerate(rows.layout.assets)
        for column in rows.measured
    }
    table = TagTable(base)
    had = {row.path: row for row in table.rows}
    for tag in wanted.values():
        _check(tag, had.get(tag.path, tag))
    ids = table.given(list(wanted.values()))
    kept = {row.path: row for row in table.rows}
    with_samples = set(store.last(list(had)).tag.tolist())
    columns = []
    for ((asset, name), tag), number in zip(wanted.items(), ids.tolist(), strict=True):
        kind = "number" if {tag.kind, kept[tag.path].kind} == {"flag", "number"} else kept[tag.path].kind
        columns.append(_Column(asset, name, replace(kept[tag.path], kind=kind), number in with_samples))
    with changing(base):
        numbers = [(c.tag.id,) for c in columns if c.tag.kind == "number"]
        base.executemany("update tags set kind = 'number' where id = ? and kind = 'flag'", numbers)
        texts = TextTable(base)
        for name in dict.fromkeys(c.name for c in columns if c.tag.kind == "text"):
            texts.add(pc.unique(as_words(ordered.table.column(name))).drop_null().to_pylist())
    return sorted(columns, key=lambda column: column.tag.id)


def _check(tag: TagRow, had: TagRow) -> None:
    """That a tag of the files can be kept with what is there."""
    if "text" in (tag.kind, had.kind) and (tag.kind, had.kind) not in (("text", "text"), ("number", "text")):
        raise BadInput(
            "{tag} is kept as {had}, but the files have {new} there; rename the column, or load under another --asset",
            tag=tag.path,
            had=_WORDS[had.kind],
            new=_WORDS[tag.kind],
        )
    if tag.unit and had.unit and tag.unit != had.unit:
        raise BadInput(
            "{tag} is kept in {had}, but the files have it in {new}; convert or rename the column",
            tag=tag.path,
            had=had.unit,
            new=tag.unit,
        )


_WORDS = {"number": text("numbers"), "flag": text("a yes/no mark"), "text": text("words")}


@dataclass
class _Loading:
    """One load: its rows, where each column goes, what is known already; counts the samples that are new."""

    root: Path
    ordered: InOrder
    columns: Sequence[_Column]
    texts: TextTable
    store: Store
    receipt_ns: int
    samples: int = 0

    def drafts(self, progress: Progress) -> Iterator[Draft]:
        """A segment for each stretch of days, written and not listed; after an error none is left."""
        made: list[Draft] = []
        stretches = list(self.ordered.stretches(max(1, len(self.ordered.table.column_names))))
        try:
            for at, stretch in enumerate(stretches):
                progress(text("keeping the samples"), at, len(stretches))
                parts = self._parts(*stretch)
                if (first := next(parts, None)) is not None:
                    made.append(Draft(self.root, chain([first], parts), loaded=True))
        except BaseException:
            for draft in made:
                draft.discard()
            raise
        yield from made

    def _parts(self, t0_ns: int, t1_ns: int) -> Iterator[Sorted]:
        for column in self.columns:
            rows = self.ordered.rows_between(column.asset, t0_ns, t1_ns)
            if rows.start == rows.stop:
                continue
            time_ns = self.ordered.time_ns[rows]
            cells = self.ordered.table.column(column.name).slice(rows.start, rows.stop - rows.start)
            value, status, words = readings(cells, column.tag.kind, self.texts)
            if column.known:
                there = self.store.raw([column.tag.path], int(time_ns[0]) - 1, int(time_ns[-1]))
                new = _new(time_ns, value, status, words, there)
                time_ns, value, status = time_ns[new], value[new], status[new]
                words = None if words is None else words.filter(pa.array(new))
            if len(time_ns):
                self.samples += len(time_ns)
                receipt = np.full(len(time_ns), self.receipt_ns)
                start = np.array([0, len(time_ns)], dtype=np.int64)
                tags = np.array([column.tag.id], dtype=np.int32)
                yield Sorted(tags, TagMajor(start, time_ns, value, status, receipt), words)


def _new(time_ns: Ints, value: Floats, status: Statuses, words: pa.Array | None, there: Samples) -> Bools:
    """Which samples are not there with the same value and status already."""
    if not len(there):
        return np.ones(len(time_ns), dtype=np.bool_)
    at = np.minimum(np.searchsorted(there.time_ns, time_ns), len(there) - 1)
    same = (there.time_ns[at] == time_ns) & (there.status[at] == status)
    if words is None:
        same &= (there.value[at] == value) | (np.isnan(there.value[at]) & np.isnan(value))
    elif there.text is not None:
        same &= there.text[at] == words.to_numpy(zero_copy_only=False)
    return np.asarray(~same)


def _listed(base: sqlite3.Connection, drafts: Sequence[Draft], row: LoadRow, loading: _Loading) -> Loaded:
    """The load, all of it, from one moment on; or nothing, where another process has loaded the same meanwhile."""
    try:
        with changing(base):
            earlier = load_of(base, row.sha256)
            if earlier is None:
                for draft in drafts:
                    draft.list_it(base)
                note_load(base, row)
    finally:
        for draft in drafts:  # an error may come after the commit: what is listed stays
            draft.discard_unlisted(base)
    if earlier is not None:
        return Loaded(earlier, before=True)
    time_ns = loading.ordered.time_ns
    first, last = (int(time_ns.min()), int(time_ns.max())) if len(time_ns) else (None, None)
    return Loaded(row, False, loading.samples, tuple(column.tag for column in loading.columns), first, last)
