"""What a whole column holds, once all its rows are there: numbers, flags, times, categories, text or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bobae.connectors.files import cells, times, units
from bobae.connectors.files.times import Form, Times
from bobae.core import Finding, Kind, Role, Text, text

_SAMPLE = 2000
_FEW = 50  # different texts that still are categories, however few rows there are
_REPEATED = 0.1  # ... or so many of the rows at most


@dataclass(frozen=True)
class Field:
    """One column, understood: `values` as a Dataset keeps them, `times` beside them while a zone is not yet settled."""

    name: str
    kind: Kind
    values: pa.ChunkedArray
    unit: str | None = None
    role: Role = Role.IGNORED
    reason: Text | None = None
    times: Times | None = None
    form: Form | None = None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.values)


def understand(name: str, values: pa.ChunkedArray, unit: str | None, decimal: str) -> tuple[Field, list[Finding]]:
    """A column as a field, and what there is to tell about it."""
    if values.null_count == len(values):
        empty = pa.chunked_array([pa.nulls(len(values), pa.string())])
        return Field(name, Kind.EMPTY, empty, unit, reason=text("the column is empty")), []
    if pa.types.is_timestamp(values.type):
        return Field(name, Kind.TIME, values, times=_stamps(values)), []
    if pa.types.is_boolean(values.type):
        return Field(name, Kind.FLAG, values, role=Role.FEATURE), []
    if pa.types.is_floating(values.type):
        return _number(name, values, unit)
    return _text(name, values, unit, decimal)


def _stamps(values: pa.ChunkedArray) -> Times:
    valid = pc.is_valid(values).to_numpy()
    ns = pc.fill_null(values.cast(pa.timestamp("ns", values.type.tz)).cast(pa.int64()), 0).to_numpy()
    zoned = np.full(len(ns), values.type.tz is not None)
    return Times(ns, valid, np.zeros(len(ns), dtype=bool), zoned & valid)


def _number(name: str, values: pa.ChunkedArray, unit: str | None) -> tuple[Field, list[Finding]]:
    found: list[Finding] = []
    extremes = pc.min_max(values).as_py()
    if extremes["min"] is None:
        return Field(name, Kind.EMPTY, values.cast(pa.string()), unit, reason=text("the column is empty")), found
    if np.isinf(extremes["min"]) or np.isinf(extremes["max"]):
        endless = pc.is_inf(values)
        n = int(pc.sum(endless).as_py())
        values = pc.if_else(endless, pa.scalar(None, pa.float64()), values)
        said = text("{column} is infinite in {n} rows; these count as missing", column=name, n=n)
        found.append(Finding("infinite", "warning", said, (name,), n))
    if extremes == {"min": 0.0, "max": 1.0} and not pc.any(pc.not_equal(values, pc.round(values))).as_py():
        return Field(name, Kind.FLAG, pc.equal(values, 1.0), unit, Role.FEATURE), found
    return Field(name, Kind.NUMBER, values, unit, Role.FEATURE), found


def _text(name: str, values: pa.ChunkedArray, unit: str | None, decimal: str) -> tuple[Field, list[Finding]]:
    sample = _sample(values)
    if form := times.find(sample):
        return _time(name, values, form)
    numbers = [cell for cell in sample if cells.is_number(cell)]
    if len(numbers) >= cells.ENOUGH * len(sample) and not cells.are_codes(numbers):
        return _loose_number(name, values, unit, decimal, sample)
    different = pc.unique(values).drop_null()
    if pair := cells.flag_pair(set(different.to_pylist()) if len(different) == 2 else set()):
        no, yes = pair
        said = text("{column} is read as a yes/no mark: {yes} is 1, {no} is 0", column=name, yes=yes, no=no)
        found = [Finding("flag", "info", said, (name,))]
        return Field(name, Kind.FLAG, pc.equal(values, yes), unit, Role.FEATURE), found
    few = len(different) <= min(_FEW, len(values) / 2) or len(different) <= _REPEATED * len(values)
    if few:
        return Field(name, Kind.CATEGORY, values, unit, Role.CONTEXT), []
    return Field(name, Kind.TEXT, values, reason=text("free text or a name that hardly repeats")), []


def _sample(values: pa.ChunkedArray) -> list[str]:
    present = values.drop_null()
    picks = np.unique(np.linspace(0, len(present) - 1, _SAMPLE).astype(np.int64))
    return [str(cell) for cell in present.take(picks).to_pylist()]


def _time(name: str, values: pa.ChunkedArray, form: Form) -> tuple[Field, list[Finding]]:
    read = times.parse(values, form)
    found = bad_cells(name, values, read.bad)
    return Field(name, Kind.TIME, values, times=read, form=form), found


def _loose_number(
    name: str, values: pa.ChunkedArray, unit: str | None, decimal: str, sample: Sequence[str]
) -> tuple[Field, list[Finding]]:
    own = cells.decimal_mark(list(sample))
    behind = cells.unit_behind(list(sample))
    read = [cells.numbers(chunk, own if decimal == "." else decimal, behind) for chunk in values.chunks]
    found = bad_cells(name, values, np.concatenate([r.bad.to_numpy(zero_copy_only=False) for r in read]))
    column = pa.chunked_array([r.values for r in read], pa.float64())
    told = replace(_number(name, column, unit or units.ucum(behind))[0])
    return told, found


def bad_cells(name: str, values: pa.ChunkedArray, bad: "np.typing.NDArray[np.bool_]") -> list[Finding]:
    """A finding on cells that are not what their column holds."""
    rows = np.flatnonzero(bad)
    if not len(rows):
        return []
    examples = ", ".join(repr(cell) for cell in pc.unique(values.take(rows[:100])).to_pylist()[:3])
    return [told_bad(name, len(rows), examples, int(rows[0]) + 1)]


def told_bad(name: str, n: int, examples: str, first: int | str) -> Finding:
    """The finding on `n` bad cells."""
    said = text(
        "{column} has {n} cells that are not what the others are, e.g. {examples} (first in row {row}); "
        "they count as missing",
        column=name,
        n=n,
        examples=examples,
        row=first,
    )
    return Finding("bad_values", "warning", said, (name,), n)
