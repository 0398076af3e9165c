"""Merging changes nothing that anybody reads, and nothing is deleted that somebody may need."""

import os
import threading
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bobae.core import Samples, TagRow
from bobae.historian import open_store
from bobae.historian.compacting import GRACE_NS, STRAY_NS, compact, sweep
from bobae.historian.database import connect
from bobae.historian.hot import TagMajor
from bobae.historian.replacing import Shelf, Stopped, listed
from bobae.historian.segment import Sorted
from bobae.historian.segments import DAY_NS, Draft

HOUR_NS = 3_600 * 10**9
START_NS = 20_000 * DAY_NS


@pytest.fixture
def clock() -> list[int]:
    return [START_NS]


def sealed_hours(root: Path, clock: list[int], hours: int) -> None:
    """Two tags, a sample a minute, sealed every hour; each hour corrects one sample of the hour before."""
    with open_store(root, write=True, clock=lambda: clock[0], commit_s=0.001) as store:
        tags = store.writer.tag_ids([TagRow(0, "a.p"), TagRow(0, "a.q")])
        for hour in range(hours):
            time = clock[0] + np.arange(1, 61) * HOUR_NS // 60
            time[0] -= HOUR_NS // 2
            clock[0] += HOUR_NS
            samples = Samples.of(np.repeat(tags, 60), np.tile(time, 2), np.arange(120.0) + hour)
            store.writer.append(samples).durable.result()
            store.writer.seal()


def shelf_of(root: Path, clock: list[int], **more: int) -> Shelf:
    return Shelf(root, connect(root, write=True), lambda: clock[0], threading.RLock(), **more)


def everything(root: Path, known_at_ns: int | None = None) -> list[tuple[float, ...]]:
    with open_store(root) as store:
        got = store.raw(["a.p", "a.q"], 0, 1 << 62, known_at_ns=known_at_ns)
    assert got.receipt_ns is not None
    columns = (got.tag, got.time_ns, got.value, got.status, got.receipt_ns)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_merged_segments_hold_the_same_a_file_a_day(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 30)
    known = START_NS + 10 * HOUR_NS
    before, known_before = everything(tmp_path), everything(tmp_path, known)
    shelf = shelf_of(tmp_path, clock)
    assert compact(shelf) == 30
    assert everything(tmp_path) == before
    assert everything(tmp_path, known) == known_before
    assert len(known_before) < len(before)
    days = [one.segment.path.parent.name for one in listed(shelf)]
    # the correction of the first hour lies before midnight
    assert days == ["day=2024-10-03", "day=2024-10-04", "day=2024-10-05"]
    rows = [pq.read_metadata(one.segment.path).num_rows for one in listed(shelf)]
    assert sum(rows) == 30 * 120
    assert rows[0] == 2
    shelf.base.close()


def test_small_memory_gives_the_same(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 30)
    before = everything(tmp_path)
    shelf = shelf_of(tmp_path, clock, block_rows=100)
    compact(shelf)
    assert everything(tmp_path) == before
    assert len(listed(shelf)) == 3
    shelf.base.close()


def test_few_segments_and_large_ones_are_left_as_they_are(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 7)
    shelf = shelf_of(tmp_path, clock)
    assert compact(shelf) == 0
    sealed_hours(tmp_path, clock, 8)
    assert compact(shelf) == 15
    assert compact(shelf) == 0
    shelf.base.close()


def test_what_was_loaded_is_not_mixed_with_what_came_live(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 9)
    late = START_NS + 9 * HOUR_NS
    shelf = shelf_of(tmp_path, clock)
    rows = TagMajor(*map(np.array, ([0, 1], [late - 1], [-5.0], [0], [clock[0]])))
    with shelf.base as base:
        Draft(tmp_path, [Sorted(np.array([0], np.int32), rows)], loaded=True).list_it(base)
    sealed_hours(tmp_path, clock, 9)
    before = everything(tmp_path)
    assert compact(shelf) == 18
    assert [one.segment.loaded for one in listed(shelf)] == [False, False, True, False]
    assert everything(tmp_path) == before
    shelf.base.close()


def test_a_reader_that_holds_the_old_list_reads_on(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 9)
    before = everything(tmp_path)
    with open_store(tmp_path) as reader:
        old = reader.last(["a.p"])  # has seen the list
        shelf = shelf_of(tmp_path, clock)
        compact(shelf)
        clock[0] += 2 * GRACE_NS
        assert len(sweep(shelf)) == 9
        got = reader.raw(["a.p", "a.q"], 0, 1 << 62)
        assert list(zip(got.time_ns.tolist(), got.value.tolist(), strict=True)) == [row[1:3] for row in before]
        assert reader.last(["a.p"]).time_ns == old.time_ns
        shelf.base.close()


def test_replaced_files_go_after_a_while_and_strays_after_a_day(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 9)
    shelf = shelf_of(tmp_path, clock)
    compact(shelf)
    folder = tmp_path / "segments"
    stray, draft = folder / "day=2024-10-04" / "77.parquet", folder / ".78.parquet"
    for path, age in ((stray, 2 * STRAY_NS), (draft, STRAY_NS // 2)):
        path.write_bytes(b"a crash left this, or somebody is writing it")
        os.utime(path, ns=(clock[0] - age, clock[0] - age))
    assert sweep(shelf) == [stray]
    clock[0] += GRACE_NS + 1
    assert len(sweep(shelf)) == 9
    assert draft.exists()
    assert sweep(shelf) == []
    assert [one.segment.path for one in listed(shelf)] == sorted(folder.rglob("[!.]*.parquet"))
    shelf.base.close()


def test_a_merge_that_is_stopped_leaves_all_as_it_was(tmp_path: Path, clock: list[int]) -> None:
    sealed_hours(tmp_path, clock, 9)
    before = everything(tmp_path)
    files = sorted(tmp_path.rglob("*.parquet"))
    shelf = shelf_of(tmp_path, clock)
    shelf.stop.set()
    with pytest.raises(Stopped):
        compact(shelf)
    assert sorted(tmp_path.rglob("*.parquet")) == files
    assert everything(tmp_path) == before
    shelf.base.close()


def test_the_writer_merges_by_itself(tmp_path: Path, clock: list[int]) -> None:
    with open_store(tmp_path, write=True, clock=lambda: clock[0], commit_s=0.001, seal_rows=10) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "a.p")])
        base = connect(tmp_path, write=False)
        levels: set[int] = set()
        while 1 not in levels:
            clock[0] += 10**9
            store.writer.append(Samples.of([tag] * 10, clock[0] + np.arange(10), np.arange(10.0))).durable.result()
            levels = {level for (level,) in base.execute("select level from segments where replaced_ns is null")}
        base.close()
        written = (clock[0] - START_NS) // 10**9 * 10
        assert len(store.raw(["a.p"], 0, 1 << 62)) == written
    with open_store(tmp_path) as reader:
        assert len(reader.raw(["a.p"], 0, 1 << 62)) == written
