"""A load is all there or not at all, whatever happens meanwhile."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Gap, Kind, Refused, Role, Samples, TagRow
from bobae.historian import Store, loading, open_store
from bobae.historian.database import FILE
from bobae.historian.file_rows import FileRows
from bobae.historian.loading import load
from bobae.historian.loads import Layout, loads_in
from bobae.historian.rhythm import rhythm_of

DAY_NS, NS = 86_400 * 10**9, 10**9


def rows_of(time_ns: list[int | None], asset: list[int] | None = None, **columns: list[float | str | None]) -> FileRows:
    """Rows with a time column and others, of one machine or several called press1, press2, ..."""
    kinds = {
        name: Kind.CATEGORY if any(isinstance(v, str) for v in values) else Kind.NUMBER
        for name, values in columns.items()
    }
    described = (Column("time", Kind.TIME, Role.TIME), *(Column(name, kind) for name, kind in kinds.items()))
    arrays = [pa.array(time_ns, pa.timestamp("ns", "UTC"))]
    arrays += [pa.array(v, pa.string() if kinds[n] is Kind.CATEGORY else pa.float64()) for n, v in columns.items()]
    codes = np.array(asset or [0] * len(time_ns))
    assets = {f"press{n + 1}": "" for n in range(max(codes) + 1)}
    table = pa.table(arrays, names=[column.name for column in described])
    return FileRows(Dataset(table, described), codes, Layout(described, "time", None, assets))


def raw(root: Path, tag: str) -> Samples:
    with open_store(root) as store:
        return store.raw([tag], -1, 10**19 // 2)


def test_every_cell_is_a_sample_and_an_empty_one_says_so(tmp_path: Path) -> None:
    done = load(
        tmp_path,
        rows_of([3 * NS, 1 * NS, 2 * NS], oil=[3.0, 1.0, None], state=["run", None, "stop"]),
        name="a",
        sha256="a",
    )
    oil, state = raw(tmp_path, "press1.oil"), raw(tmp_path, "press1.state")
    assert (done.samples, done.first_ns, done.last_ns) == (6, NS, 3 * NS)
    assert oil.value.tolist()[::2] == [1.0, 3.0]
    assert oil.status.tolist() == [0, Gap.EMPTY_CELL, 0]
    assert state.text is not None
    assert state.text.tolist() == [None, "stop", "run"]
    assert state.status.tolist() == [Gap.EMPTY_CELL, 0, 0]


def test_an_empty_cell_ends_what_is_carried_on(tmp_path: Path) -> None:
    load(tmp_path, rows_of([NS, 2 * NS, 3 * NS], oil=[1.0, None, 3.0]), name="a", sha256="a")
    with open_store(tmp_path) as store:
        frame = store.frame(["press1.oil"], 0, 3 * NS, NS)
    np.testing.assert_equal(frame.values[0, 0], [1.0, np.nan, 3.0])


def test_rows_that_cannot_be_kept_are_counted(tmp_path: Path) -> None:
    rows = rows_of(
        [NS, None, -5, 2 * NS, 2 * NS, 3 * NS], asset=[0, 0, 0, 0, 0, -1], oil=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    )
    done = load(tmp_path, rows, name="a", sha256="a")
    assert {f.code: f.rows for f in done.load.layout.findings} == {
        "rows_without_time": 1,
        "rows_before_1970": 1,
        "rows_without_asset": 1,
        "rows_of_equal_time": 1,
    }
    assert raw(tmp_path, "press1.oil").value.tolist() == [1.0, 5.0]
    assert loads_in(tmp_path) == (done.load,)


def test_long_files_become_segments_of_whole_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bobae.historian.file_rows.MOST_SAMPLES", 25)
    times = [day * DAY_NS + hour * 3600 * NS for hour in range(12) for day in range(4)]
    load(tmp_path, rows_of(list(times), oil=[float(i) for i in range(48)]), name="a", sha256="a")
    folders = sorted(path.parent.name for path in (tmp_path / "segments").rglob("*.parquet"))
    assert folders == ["day=1970-01-01", "day=1970-01-03"]
    found = raw(tmp_path, "press1.oil")
    assert found.time_ns.tolist() == sorted(times)
    assert found.value.tolist() == [float(i) for i in np.argsort(times)]


def test_files_are_loaded_while_another_process_collects(tmp_path: Path) -> None:
    with open_store(tmp_path, write=True) as live:
        (tag,) = live.writer.tag_ids([TagRow(0, "press1.oil")])
        live.writer.append(Samples.of([tag, tag], [5 * NS, 6 * NS], [50.0, 60.0])).durable.result()
        load(tmp_path, rows_of([NS, 5 * NS], oil=[1.0, 50.0], state=["run", "stop"]), name="a", sha256="a")
        live.writer.append(Samples.of([tag], [7 * NS], [70.0])).durable.result()
        assert live.raw(["press1.oil"], 0, 9 * NS).value.tolist() == [1.0, 50.0, 60.0, 70.0]
        assert live.raw(["press1.state"], 0, 9 * NS).text.tolist() == ["run", "stop"]  # type: ignore[union-attr]
        assert live.last(["press1.oil"]).value.tolist() == [70.0]


KILLED = """
import os, signal, sys
from pathlib import Path
import bobae.historian.loading as loading
from test_loading import rows_of, NS
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
loading.note_load = die
loading.load(Path(sys.argv[1]), rows_of([NS, 2 * NS], oil=[1.0, 2.0]), name="a", sha256="a")
"""


def test_a_load_that_is_killed_leaves_nothing_and_can_be_done_again(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parent, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list((tmp_path / "segments").rglob("*.parquet"))) == 1  # written, but never listed
    assert len(raw(tmp_path, "press1.oil")) == 0
    assert loads_in(tmp_path) == ()
    assert load(tmp_path, rows_of([NS, 2 * NS], oil=[1.0, 2.0]), name="a", sha256="a").samples == 2


class InterruptedAfterCommit(sqlite3.Connection):
    """Ctrl-C comes just when the load has been committed."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        done = super().execute(sql, *values)
        if sql == "commit" and super().execute("select count(*) from loads").fetchone()[0]:
            raise KeyboardInterrupt
        return done


def test_an_interrupt_after_the_commit_takes_no_file_that_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(tmp_path, write=True).close()

    def interrupted(root: Path, *, write: bool) -> sqlite3.Connection:
        return sqlite3.connect(root / FILE, isolation_level=None, factory=InterruptedAfterCommit)

    monkeypatch.setattr(loading, "connect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, rows_of([NS, 2 * NS], oil=[1.0, 2.0]), name="a", sha256="a")
    assert raw(tmp_path, "press1.oil").value.tolist() == [1.0, 2.0]


def test_where_nothing_can_be_written_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "day=1970-01-01").write_text("a file stands where the folder should be")
    with pytest.raises(Refused, match="cannot be read or written"):
        load(tmp_path, rows_of([2 * NS], oil=[1.0]), name="b", sha256="b")
    assert loads_in(tmp_path) == ()
    assert list((tmp_path / "segments").rglob("*.parquet")) == []


def written(root: Path, times: dict[str, list[int]]) -> Store:
    with open_store(root, write=True) as store:
        for path, ns in times.items():
            (tag,) = store.writer.tag_ids([TagRow(0, path)])
            store.writer.append(Samples.of([tag] * len(ns), ns, [1.0] * len(ns)))
    return open_store(root)


def test_tags_that_come_together_are_told_from_those_that_come_by_themselves(tmp_path: Path) -> None:
    together = [i * 10 * NS for i in range(100)]
    apart = [1 + i * 7 * NS for i in range(100)]
    with written(tmp_path, {"a.x": together, "a.y": together[40:], "b.x": apart, "b.y": together}) as store:
        assert rhythm_of(store, ["a.x", "a.y"]).step_ns is None
        assert rhythm_of(store, ["a.x", "b.x"]).step_ns is None
        found = rhythm_of(store, ["b.x", "b.y"])
        assert (found.first_ns, found.last_ns, found.step_ns) == (0, together[-1], 10 * NS)
