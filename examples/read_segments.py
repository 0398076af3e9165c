"""Sealed samples without bobae: a SQLite file lists the segments, and they are plain Parquet for duckdb and polars."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

from bobae.core import Samples, TagRow
from bobae.historian import open_store

S = 1_000_000_000  # ns
BEGIN = 1_800_000_000 * S  # 2027-01-15 08:00:00 UTC

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    with open_store(root, write=True) as store:  # what bobae leaves behind: three readings, one of them corrected
        (oil,) = store.writer.tag_ids([TagRow(0, "press1.oil", unit="Cel")])
        for seconds, value, received in ((1, 48.0, 1), (2, 48.2, 2), (3, 99.9, 3), (3, 48.6, 20)):
            times, receipts = [BEGIN + seconds * S], [BEGIN + received * S]
            store.writer.append(Samples.of([oil], times, [value], receipt_ns=receipts)).durable.result()
        store.writer.seal()

    # which files count (others may be on their way in or out), and what the tags' numbers mean
    with closing(sqlite3.connect(root / "historian.db")) as base:
        files = [str(root / file) for (file,) in base.execute("select file from segments where replaced_ns is null")]
        paths = dict(base.execute("select id, path from tags"))

    # of rows with equal tag and time the one with the largest lag was received last, and holds
    found = duckdb.sql(f"""
        select tag, make_timestamp_ns(time_ns) as time, value, status, lag_ms from read_parquet({files})
        qualify row_number() over (partition by tag, time_ns order by lag_ms desc) = 1 order by tag, time_ns
    """)
    for tag, time, value, status, lag_ms in found.fetchall():
        print(f"{paths[tag]}  {time}  {value}  status {status}  known {lag_ms} ms later")

    same = pl.scan_parquet(files).sort("lag_ms").group_by("tag", "time_ns").last().sort("tag", "time_ns")
    print("\nby polars:", same.select("time_ns", "value").collect().rows())
