"""One day of samples into a store, seal by seal, each beside a default Parquet file of the same rows."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _anomaly.rows import Row, Target, row

from _historian.measure import cpu, ratio, spread
from bobae.core import Samples, TagRow
from bobae.historian import Store, open_store
from bobae.historian.segment import MS, SCHEMA

SPEED = Target(">=", 0.5)
SIZE = Target("<=", 0.7)
NEVER = 10**9  # rows and seconds: sealed when told to, not before
DEFAULT = "pyarrow.parquet.write_table, in order of arrival"


def opened(root: Path, *, write: bool = False) -> Store:
    """The store; nothing is sealed in it but by `seal`."""
    return open_store(root, write=write, seal_rows=NEVER, seal_s=NEVER)


def name(tag: int) -> str:
    """The path of a made tag."""
    return f"line.t{tag:05d}"


def files(root: Path) -> list[Path]:
    """The segments, in order of time."""
    return sorted(root.rglob("*.parquet"))


def rows(root: Path, blocks: Sequence[Samples], *, tags: int, seals: int) -> list[Row]:
    """Keep all samples in so many segments: what a seal costs, and how large it is."""
    with tempfile.TemporaryDirectory() as folder:
        _kept(Path(folder), blocks[:1], tags, 1)  # compiled, and seen once, unmeasured
    sealing, writing, plain_bytes = _kept(root, blocks, tags, seals)
    count = sum(len(block) for block in blocks)
    seal, plain = f"seal of {count // seals:,} samples", "default Parquet write of the same"
    return [
        row(
            f"{seal}: sort, write, fsync, checksum and manifest; speed against default Parquet",
            ratio(writing, sealing),
            "x",
            reference=f"{DEFAULT}, without fsync and checksum",
            target=SPEED,
        ),
        row(seal, spread(sealing), "CPU s"),
        row(plain, spread(writing), "CPU s"),
        *_size(root, plain_bytes, count, f"{seals} segments"),
        row("default Parquet: bytes a sample", plain_bytes / count, "B"),
    ]


def merged(root: Path, blocks: Sequence[Samples]) -> list[Row]:
    """Have the segments become one: what that costs, and how large it is."""
    count = sum(len(block) for block in blocks)
    with opened(root, write=True) as store:
        spent = cpu(lambda: store.writer.keeper.keep(fan_in=2))()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.parquet"
        pq.write_table(_table(Samples.joined(blocks)), plain)
        plain_bytes = plain.stat().st_size
    *replaced, one = files(root)
    assert pq.read_metadata(one).num_rows == count
    for file in replaced:
        file.unlink()  # it stays a while for those who read it, and would count here
    return [
        row(f"merging {count:,} samples into one segment", spent, "CPU s"),
        *_size(root, plain_bytes, count, "one segment"),
    ]


def _size(root: Path, plain_bytes: int, count: int, state: str) -> list[Row]:
    ours = sum(file.stat().st_size for file in files(root))
    share = row(
        f"bytes a sample against default Parquet, {state}", ours / plain_bytes, "x", reference=DEFAULT, target=SIZE
    )
    return [share, row(f"bytes a sample, {state}", ours / count, "B")]


def _kept(root: Path, blocks: Sequence[Samples], tags: int, seals: int) -> tuple[list[float], list[float], int]:
    """CPU seconds of each seal and of each default file, in turn, and the bytes of all default files."""
    sealing, writing, plain_bytes = [], [], 0
    plain = root.with_suffix(".parquet")
    with opened(root, write=True) as store:
        store.writer.tag_ids([TagRow(0, name(tag)) for tag in range(tags)])
        for part in np.array_split(np.arange(len(blocks)), seals):
            for number in part:
                store.writer.append(blocks[number]).durable.result()
            sealing.append(cpu(store.writer.seal)())
            table = _table(Samples.joined([blocks[number] for number in part]))
            writing.append(cpu(lambda table=table: pq.write_table(table, plain))())
            plain_bytes += plain.stat().st_size
    plain.unlink()
    return sealing, writing, plain_bytes


def _table(samples: Samples) -> pa.Table:
    """The columns of a segment."""
    assert samples.receipt_ns is not None
    columns = [
        pa.array(samples.tag),
        pa.array(samples.time_ns),
        pa.array(samples.value),
        pa.nulls(len(samples), pa.string()),
        pa.array(samples.status.astype(np.int64)),
        pa.array(samples.receipt_ns // MS),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
