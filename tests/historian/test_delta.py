"""Other tools read the segments where they lie, and find what the store finds."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from bobae.core import Refused, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.historian.compacting import GRACE_NS
from bobae.historian.delta import export_delta
from bobae.historian.segments import DAY_NS

MS = 1_000_000
START_NS = 20_000 * DAY_NS
TAGS = ("a.p", "a.q", "a.recipe")


class Clock:
    now_ns = START_NS

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """Three sealed segments over two days, with corrections, bad samples and texts."""
    with open_store(tmp_path / "kept", write=True, clock=clock, commit_s=0.001) as opened:
        opened.writer.tag_ids([TagRow(0, "a.p"), TagRow(0, "a.q"), TagRow(0, "a.recipe", "text")])
        for seed in range(3):
            seal(opened, clock, seed)
        yield opened


def seal(store: Store, clock: Clock, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 300
    clock.now_ns += DAY_NS // 2
    tag = rng.integers(0, 3, n)
    time = clock.now_ns - rng.permutation(n) * 1_000_000_007 * 60  # no sample twice in one seal
    time[: n // 3] = START_NS + DAY_NS // 2 - np.arange(n // 3)  # but in each seal again
    text = np.where(tag == 2, rng.choice(["강판 A", "B"], n), None)
    value = np.where(tag == 2, np.nan, rng.normal(size=n))
    store.writer.append(Samples.of(tag, time, value, status=rng.choice([0, 1 << 31], n), text=text)).durable.result()
    store.writer.seal()


def latest(rows: pa.Table) -> list[tuple[object, ...]]:
    """Tag, time, value, status, text, receipt of the last received version of each sample."""
    found = duckdb.sql(
        "select tag, time_ns, if(text is null, value, null) as value, status, text, time_ns // 1000000 + lag_ms "
        "from rows "
        "qualify row_number() over (partition by tag, time_ns order by lag_ms desc) = 1 order by tag, time_ns"
    )
    return found.fetchall()


def of_the_store(store: Store) -> list[tuple[object, ...]]:
    got = store.raw(TAGS, 0, 1 << 62)
    assert got.receipt_ns is not None
    assert got.text is not None
    values = [None if np.isnan(value) else value for value in got.value.tolist()]
    receipts = (got.receipt_ns // MS).tolist()
    columns = (got.tag.tolist(), got.time_ns.tolist(), values, got.status.tolist(), got.text.tolist(), receipts)
    return list(zip(*columns, strict=True))


def test_delta_rs_polars_and_duckdb_read_the_very_files_and_find_what_the_store_finds(store: Store) -> None:
    table = export_delta(store)
    segments = sorted((store.root / "segments").rglob("*.parquet"))
    files = sorted(Path(uri.removeprefix("file://")) for uri in DeltaTable(table).file_uris())
    assert [file.stat().st_ino for file in files] == [segment.stat().st_ino for segment in segments]
    names = [str(file) for file in files]
    readers = {
        "delta-rs": pa.table(DeltaTable(table).to_pyarrow_table()),
        "polars": pl.scan_delta(str(table)).collect().to_arrow(),
        "duckdb": duckdb.read_parquet(names, hive_partitioning=False).to_arrow_table(),
    }
    wanted = of_the_store(store)
    assert len(wanted) > 600
    for reader, rows in readers.items():
        assert len(rows) == 900, reader
        assert latest(rows) == wanted, reader


def test_a_filter_on_time_skips_files_and_finds_the_same(store: Store) -> None:
    table = export_delta(store)
    after = START_NS + DAY_NS
    found = pl.scan_delta(str(table)).filter(pl.col("time_ns") > after).collect()
    everything = pl.scan_delta(str(table)).collect()
    assert found.sort("tag", "time_ns").equals(everything.filter(pl.col("time_ns") > after).sort("tag", "time_ns"))
    assert 0 < len(found) < len(everything)


def test_the_next_export_adds_what_is_new_and_removes_what_was_merged(store: Store, clock: Clock) -> None:
    table = export_delta(store)
    assert export_delta(store) == table
    assert DeltaTable(table).version() == 0
    seal(store, clock, 7)
    export_delta(store)
    assert len(DeltaTable(table).file_uris()) == 4
    store.writer.keeper.keep(fan_in=2)
    export_delta(store)
    assert len(DeltaTable(table).file_uris()) < 4
    rows = pa.table(DeltaTable(table).to_pyarrow_table())
    assert len(rows) == 1200
    assert latest(rows) == of_the_store(store)
    assert len(list(table.glob("day=*/*.parquet"))) > len(DeltaTable(table).file_uris())  # somebody may be reading
    clock.now_ns += 2 * GRACE_NS
    store.writer.keeper.keep()
    export_delta(store)
    assert len(list(table.glob("day=*/*.parquet"))) == len(DeltaTable(table).file_uris())


def test_a_table_that_was_tidied_up_or_deleted_takes_nothing_from_the_historian(store: Store) -> None:
    wanted = of_the_store(store)
    table = export_delta(store)
    DeltaTable(table).delete()
    DeltaTable(table).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    assert of_the_store(store) == wanted
    shutil.rmtree(table)
    assert latest(pa.table(DeltaTable(export_delta(store)).to_pyarrow_table())) == wanted


def test_the_log_asks_of_a_reader_only_what_every_reader_has(store: Store) -> None:
    table = export_delta(store)
    written = (table / "_delta_log" / f"{0:020}.json").read_text("utf-8").splitlines()
    actions = [json.loads(line) for line in written]
    (protocol,) = (action["protocol"] for action in actions if "protocol" in action)
    assert protocol == {"minReaderVersion": 1, "minWriterVersion": 2}
    (about,) = (action["metaData"] for action in actions if "metaData" in action)
    assert about["partitionColumns"] == []
    types = {field["name"]: field["type"] for field in json.loads(about["schemaString"])["fields"]}
    assert types == {
        "tag": "integer",
        "time_ns": "long",
        "value": "double",
        "text": "string",
        "status": "long",
        "lag_ms": "long",
    }
    adds = [action["add"] for action in actions if "add" in action]
    for add in adds:
        assert not add["path"].startswith("/")
        assert " " not in add["path"]
        assert (table / add["path"]).stat().st_size == add["size"]
        assert add["partitionValues"] == {}
        stats = json.loads(add["stats"])
        assert stats["minValues"]["time_ns"] <= stats["maxValues"]["time_ns"]
    assert sum(json.loads(add["stats"])["numRecords"] for add in adds) == 900


def test_nothing_sealed_is_said(tmp_path: Path) -> None:
    with open_store(tmp_path, write=True) as store, pytest.raises(Refused, match="sealed yet"):
        export_delta(store)
