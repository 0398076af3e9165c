"""Parquet files: their types are known, only their columns' meaning is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bobae.connectors.files import naming
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.content import Raw
from bobae.connectors.files.source import Bad, Done, Rows
from bobae.core import BadInput, Finding, text

_EXACT = 2**53  # whole numbers above this are not exact as float64: epoch times and codes
_INDEX = "__index_level_"


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file, looked at but not yet read."""

    raw: Raw
    stored: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str | None, ...]
    guesses: tuple[Guess, ...]
    findings: tuple[Finding, ...]
    named: bool = True
    decimal: str = "."

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.raw.path

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.raw.size

    def read(self, guesses: Sequence[Guess], done: Done) -> Rows:
        """All rows, numbers as float64 and times in nanoseconds."""
        try:
            table = pq.read_table(self.path, columns=list(self.stored))
            read = [_within_range(column) for column in table.columns]
            columns = [_plain(column, guess) for (column, _), guess in zip(read, guesses, strict=True)]
        except (pa.ArrowInvalid, OSError) as error:
            raise BadInput("the file {path} is damaged: {reason}", path=self.path, reason=error) from error
        if not table.num_rows:
            raise BadInput("the file {path} has a header but no rows of data", path=self.path)
        done(self.size)
        return Rows(columns, tuple(Bad(i, len(far), far[:3]) for i, (_, far) in enumerate(read) if far))


def look(raw: Raw) -> ParquetSource:
    """The columns of a Parquet file and what they hold.

    Raises:
        BadInput: it is damaged, or no column holds single values.
    """
    try:
        file = pq.ParquetFile(raw.path)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        raise BadInput("the file {path} is damaged: {reason}", path=raw.path, reason=error) from error
    schema = file.schema_arrow
    kept = [field for field in schema if not pa.types.is_nested(field.type) and not pa.types.is_binary(field.type)]
    if not kept:
        raise BadInput("no column of {path} holds single values", path=raw.path)
    headers = [naming.INDEX if field.name.startswith(_INDEX) else field.name for field in kept]
    named = naming.clean(headers, [""] * len(headers))
    findings = []
    if left := [field.name for field in schema if field not in kept]:
        said = text(
            "{file}: columns of lists or bytes were left out: {columns}", file=raw.path.name, columns=", ".join(left)
        )
        findings.append(Finding("nested_columns", "warning", said, tuple(left)))
    guesses = tuple(_guess(field, file) for field in kept)
    return ParquetSource(raw, tuple(f.name for f in kept), named.names, named.units, guesses, tuple(findings))


def _guess(field: pa.Field, file: pq.ParquetFile) -> Guess:
    kind = field.type
    if pa.types.is_integer(kind):
        return Guess.TEXT if _largest(field.name, file) > _EXACT else Guess.NUMBER
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Guess.NUMBER
    if pa.types.is_timestamp(kind):
        return Guess.ISO_ZONED if kind.tz else Guess.ISO
    return Guess.ISO if pa.types.is_date(kind) else Guess.TEXT


def _largest(name: str, file: pq.ParquetFile) -> int:
    index = file.schema_arrow.get_field_index(name)
    groups = (file.metadata.row_group(i).column(index) for i in range(file.metadata.num_row_groups))
    known = [g.statistics for g in groups if g.statistics is not None and g.statistics.has_min_max]
    return max((max(abs(int(s.min)), abs(int(s.max))) for s in known), default=0)


def _within_range(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, tuple[tuple[int, str], ...]]:
    """Times beyond what nanoseconds can count (9999-12-31 as 'never') become missing; and which they were."""
    if not pa.types.is_timestamp(column.type) or column.type.unit == "ns":
        return column, ()
    counts = column.cast(pa.int64())
    most = np.iinfo(np.int64).max // {"us": 10**3, "ms": 10**6, "s": 10**9}[column.type.unit]
    far = pc.fill_null(pc.or_(pc.greater(counts, most), pc.less(counts, -most)), False)
    rows = np.flatnonzero(far.to_numpy())
    if not len(rows):
        return column, ()
    kept = pc.if_else(far, pa.scalar(None, pa.int64()), counts).cast(column.type)
    return kept, tuple((int(row) + 1, f"{counts[int(row)].as_py()} {column.type.unit}") for row in rows)


def _plain(column: pa.ChunkedArray, guess: Guess) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    wanted = {
        Guess.NUMBER: pa.float64(),
        Guess.ISO: pa.timestamp("ns"),
        Guess.ISO_ZONED: pa.timestamp("ns", "UTC"),
    }.get(guess, pa.string())
    if pa.types.is_decimal(column.type) or (pa.types.is_integer(column.type) and wanted == pa.float64()):
        return column.cast(pa.float64(), safe=False)
    return column.cast(wanted)
