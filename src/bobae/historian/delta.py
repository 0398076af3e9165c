"""The sealed segments as a Delta Lake table, so that other tools read them where they lie.

The table is the folder `delta` of the historian. Its files are the segments themselves under a second name (hard
links): nothing is copied, and a tool that tidies the table up (VACUUM deletes every file that the table's log does not
name) takes away names there, never a segment. It is an export that may be deleted and made again, never the truth:
delta-rs does not force its commits to the disk. What is still in the log (the last minutes) is not in it. Every version
of a corrected sample is a row; of a tag and time the one with the largest `lag_ms` holds.

What the protocol asks of a reader (delta-io/delta, PROTOCOL.md) is the least there is: reader version 1, writer version
2, no partition columns, no table features, no deletion vectors. The schema's types are integer, long, double and
string, because Delta's timestamps are microseconds and samples nanoseconds. Paths are relative and URL-encoded,
statistics are JSON with numRecords, minValues and maxValues. The files' times are DELTA_BINARY_PACKED, which Spark
reads from 3.3 on. Spark was not at hand to try; delta-rs, polars and duckdb were.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from bobae.core import LazyModule, Missing, Refused
from bobae.historian.database import connect, said
from bobae.historian.segment import MS, SCHEMA
from bobae.historian.segments import FOLDER as SEGMENTS
from bobae.historian.store import Store

deltalake: Any = LazyModule("deltalake")
exceptions: Any = LazyModule("deltalake.exceptions")
transaction: Any = LazyModule("deltalake.transaction")
FOLDER = "delta"
_US = "bobae"  # the application whose versions the table counts: two exports at a time are found out


def export_delta(store: Store) -> Path:
    """Bring the Delta Lake table of a historian up to date with its sealed segments; returns the table's folder.

    Raises:
        Missing: the package deltalake is not installed.
        Refused: another export ran at the same time, nothing is sealed yet, or the disk cannot be read or written.
    """
    table = store.root / FOLDER
    with closing(connect(store.root, write=False)) as base:
        listed = base.execute("select file, rows, min_ns, max_ns from segments where replaced_ns is null").fetchall()
    if not listed:
        raise Refused("nothing of the historian in {folder} is sealed yet; try again later", folder=store.root)
    try:
        names = {_linked(store.root, file): rest for file, *rest in listed}
        _register(table, names)
        _tidy(store.root, set(names))
    except ModuleNotFoundError as error:
        raise Missing("an export to Delta Lake needs a package; try: pip install 'bobae[delta]'") from error
    except OSError as error:
        raise said(error, store.root) from error
    except exceptions.DeltaError as error:
        raise Refused(
            "the Delta Lake table {folder} cannot be brought up to date ({why}); try again, or delete it: it is made "
            "anew",
            folder=table,
            why=error,
        ) from error
    return table


def _linked(root: Path, file: str) -> str:
    """The segment's name in the table, which it has from now on."""
    name = Path(file).relative_to(SEGMENTS)
    link = root / FOLDER / name
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.hardlink_to(root / file)
    return name.as_posix()


def _register(table: Path, names: Mapping[str, Sequence[int]]) -> None:
    """Add what the table does not name yet, remove what is replaced; one transaction."""
    if not deltalake.DeltaTable.is_deltatable(str(table)):
        schema = deltalake.Schema.from_arrow(SCHEMA)
        new = [_add(table, name, *rest) for name, rest in names.items()]
        transaction.create_table_with_add_actions(str(table), schema, new, commit_properties=_version(0))
        return
    known = deltalake.DeltaTable(str(table))
    had = {unquote(path) for path in pa.table(known.get_add_actions())["path"].to_pylist()}
    now_ms = time.time_ns() // MS
    actions: list[Any] = [_add(table, name, *rest) for name, rest in names.items() if name not in had]
    actions += [transaction.RemoveAction(name, True, now_ms) for name in had - set(names)]
    if actions:
        version = _version((known.transaction_version(_US) or 0) + 1)
        known.create_write_transaction(actions, mode="append", schema=SCHEMA, commit_properties=version)


def _version(number: int) -> Any:
    return deltalake.CommitProperties(app_transactions=[deltalake.Transaction(_US, number)])


def _add(table: Path, name: str, rows: int, min_ns: int, max_ns: int) -> Any:
    about = (table / name).stat()
    stats = {
        "numRecords": rows,
        "minValues": {"time_ns": min_ns},
        "maxValues": {"time_ns": max_ns},
        "nullCount": {"time_ns": 0},
    }
    return transaction.AddAction(name, about.st_size, {}, about.st_mtime_ns // MS, True, json.dumps(stats))


def _tidy(root: Path, names: set[str]) -> None:
    """Remove the second names of segments that are deleted: nobody reads them any more."""
    for link in (root / FOLDER).glob("day=*/*.parquet"):
        name = link.relative_to(root / FOLDER)
        if name.as_posix() not in names and not (root / SEGMENTS / name).exists():
            link.unlink(missing_ok=True)
