"""`examined` finds each kind of damage, says where it is, and finds nothing where there is none."""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bobae.core import Samples, TagRow
from bobae.historian import open_store
from bobae.historian.checking import Condition, examined
from bobae.historian.database import FILE, connect
from bobae.historian.disk import checksum
from bobae.historian.replacing import Shelf
from bobae.historian.retention import drop_raw
from bobae.historian.segments import DAY_NS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two days of samples in segments, one of them rolled up, and some in the log."""
    now = 20_000 * DAY_NS
    with open_store(tmp_path, write=True, clock=lambda: now, commit_s=0.001) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "a.p")])
        for day in range(2):
            time = now + day * DAY_NS + np.arange(1, 1001)
            store.writer.append(Samples.of([tag] * 1000, time, np.arange(1000.0))).durable.result()
            store.writer.seal()
        base = connect(tmp_path, write=True)
        drop_raw(Shelf(tmp_path, base, lambda: now + 2 * DAY_NS, threading.RLock()), DAY_NS)
        base.close()
        store.writer.append(Samples.of([tag], [now + 2 * DAY_NS], [1.0])).durable.result()
    return tmp_path


def worst(found: list[Condition]) -> list[tuple[str, str, str]]:
    return [(one.name, one.level, str(one.said)) for one in found if one.level != "good"]


def newest(root: Path) -> Path:
    return max((root / "segments").rglob("*.parquet"), key=lambda path: path.stat().st_size)


def test_a_whole_historian_is_found_whole(root: Path) -> None:
    found = examined(root)
    assert worst(found) == []
    told = {one.name: str(one.said) for one in found}
    assert told["historian.segments"].startswith("2 files, 1001 rows")
    assert told["historian.rollups"].startswith("1 files, 1 rows")
    assert told["historian.log"] == "the log holds 1 samples in 1 commits that are not sealed yet"


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "why"),
    [(cut_short, "bytes instead of"), (flipped, "its checksum is wrong"), (Path.unlink, "it is gone")],
)
@pytest.mark.parametrize("folder", ["segments", "rollup_1m"])
def test_a_damaged_file_is_named_with_its_time(
    damage: Callable[[Path], None], why: str, folder: str, root: Path
) -> None:
    path = newest(root) if folder == "segments" else next((root / folder).glob("*.parquet"))
    damage(path)
    ((name, level, said),) = worst(examined(root))
    assert (name, level) == (f"historian.{'segments' if folder == 'segments' else 'rollups'}", "bad")
    assert said.startswith(f"{path.relative_to(root)}, with samples from 2024-10-0")
    assert why in said
    assert "backup" in said


def test_a_file_with_other_rows_than_listed_is_found(root: Path) -> None:
    path = newest(root)
    pq.write_table(pa.table({"tag": [1]}), path)
    base = connect(root, write=True)
    values = (path.stat().st_size, checksum(path), str(path.relative_to(root)))
    base.execute("update segments set bytes = ?, crc = ? where file = ?", values)
    base.close()
    ((_, level, said),) = worst(examined(root))
    assert level == "bad"
    assert "it has 1 rows instead of 1000" in said


def changed(root: Path, statement: str) -> None:
    base = sqlite3.connect(root / FILE)
    base.execute(statement)
    base.commit()
    base.close()


def test_a_damaged_commit_of_the_log_is_found(root: Path) -> None:
    changed(root, "update log set data = zeroblob(length(data))")
    ((name, level, said),) = worst(examined(root))
    assert (name, level) == ("historian.log", "bad")
    assert "its 1 samples are lost" in said


def test_a_commit_that_is_sealed_and_still_in_the_log_is_found(root: Path) -> None:
    changed(root, "update log set seq = 1")
    ((name, level, said),) = worst(examined(root))
    assert (name, level) == ("historian.log", "warning")
    assert "in a segment too" in said


def test_a_damaged_database_is_found(root: Path) -> None:
    with (root / FILE).open("r+b") as file:
        file.seek(16384 * 2)
        file.write(b"\xff" * 16384)
    assert "bad" in [level for _, level, _ in worst(examined(root))]
    (root / FILE).write_bytes(b"this is no database, but it is long enough to be taken for one" * 100)
    ((_, level, said), *_) = worst(examined(root))
    assert level == "bad"
    assert "cannot be read or written" in said


def test_a_file_that_nobody_lists_is_told(root: Path) -> None:
    stray = root / "segments" / ".77.parquet"
    stray.write_bytes(b"")
    ((name, level, said),) = worst(examined(root))
    assert (name, level) == ("historian.strays", "warning")
    assert ".77.parquet" in said
    assert stray.exists()
