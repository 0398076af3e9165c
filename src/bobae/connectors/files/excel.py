"""Excel and OpenDocument workbooks: the sheet that holds the table, its stacked and merged headers, its typed cells."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bobae.connectors.files import cells, header, naming
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.content import Raw
from bobae.connectors.files.source import Bad, Done, Rows
from bobae.core import BadInput, Finding, text

_LOOKED_AT = 400
_WIDE = 0.8


@dataclass(frozen=True)
class ExcelSource:
    """One sheet of a workbook, held in memory since a workbook cannot be read in pieces."""

    raw: Raw
    names: tuple[str, ...]
    units: tuple[str | None, ...]
    named: bool
    guesses: tuple[Guess, ...]
    findings: tuple[Finding, ...]
    columns: tuple[list[Any], ...]
    first_row: int
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
        """All rows, each column as its guess says."""
        arrays, bad = [], []
        for i, (values, guess) in enumerate(zip(self.columns, guesses, strict=True)):
            array, wrong = _array(values, guess)
            arrays.append(pa.chunked_array([array]))
            if wrong:
                examples = tuple((self.first_row + at, as_text(values[at])) for at in wrong[:3])
                bad.append(Bad(i, len(wrong), examples))
        done(self.size)
        return Rows(arrays, tuple(bad))


def look(raw: Raw) -> ExcelSource:
    """Choose the sheet that holds the most measurements and find its header.

    Raises:
        BadInput: the workbook is damaged, locked or holds no table.
    """
    sheets = _sheets(raw.path)
    if not sheets:
        raise BadInput("the workbook {path} has no sheet with rows of data", path=raw.path)
    name, rows, merged, first = max(sheets, key=lambda sheet: _measured(sheet[1]))
    width = len(rows[0])
    shown = [[as_text(value) for value in row] for row in rows[:_LOOKED_AT]]
    head = header.find(shown, width, spread=not merged)
    body = rows[head.first :]
    if not body:
        raise BadInput("the file {path} has a header but no rows of data", path=raw.path)
    columns = tuple([row[i] for row in body] for i in range(width))
    named = naming.clean(head.names, head.units)
    found = []
    if len(sheets) > 1:
        others = ", ".join(sheet[0] for sheet in sheets if sheet[0] != name)
        said = text(
            "{file}: the sheet {sheet} was read; the others were not: {others}",
            file=raw.path.name,
            sheet=name,
            others=others,
        )
        found.append(Finding("sheet", "info", said))
    found += header.told(raw.path.name, head, named.doubled)
    guesses = tuple(map(_guess, columns))
    return ExcelSource(raw, named.names, named.units, head.named, guesses, tuple(found), columns, first + head.first)


def as_text(value: Any) -> str:
    """A cell as it would stand in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def _sheets(path: Path) -> list[tuple[str, list[list[Any]], bool, int]]:
    """Each visible sheet that is not empty: name, rows, whether headers were merged, number of its first row."""
    try:
        book = CalamineWorkbook.from_path(path)
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        out = []
        for name in visible or book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merged = _fill_merged(rows, sheet.merged_cell_ranges or [])
            rows, first = _trimmed(rows)
            if rows:
                out.append((name, rows, merged, first))
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(
            "the workbook {path} cannot be opened ({reason}); save it anew without a password", path=path, reason=error
        ) from error
    return out


def _fill_merged(rows: list[list[Any]], ranges: list[Any]) -> bool:
    """Repeat a merged header cell over its columns; a title over the whole sheet stays one cell."""
    filled = False
    width = max(map(len, rows), default=0)
    for (top, left), (_, right) in ranges:
        if top < header.LONGEST and left < right and right - left + 1 < _WIDE * width:
            filled = True
            for i in range(left + 1, right + 1):
                rows[top][i] = rows[top][left]
    return filled


def _trimmed(rows: list[list[Any]]) -> tuple[list[list[Any]], int]:
    """Without rows and outer columns that are empty; and the number of the first row left, counted from 1."""
    full = [i for i, row in enumerate(rows) if any(value != "" for value in row)]
    if not full:
        return [], 1
    used = [i for i in range(len(rows[0])) if any(rows[n][i] != "" for n in full)]
    return [rows[n][used[0] : used[-1] + 1] for n in full], full[0] + 1


def _measured(rows: list[list[Any]]) -> int:
    return sum(not isinstance(value, str) for row in rows for value in row)


def _guess(values: list[Any]) -> Guess:
    present = [v for v in values if not isinstance(v, str) or not cells.is_missing(v)]
    if not present:
        return Guess.EMPTY
    numbers = sum(isinstance(v, int | float) and not isinstance(v, bool) for v in present)
    if numbers >= cells.ENOUGH * len(present):
        return Guess.NUMBER
    times = sum(isinstance(v, dt.datetime) for v in present)
    return Guess.ISO if times >= cells.ENOUGH * len(present) else Guess.TEXT


def _array(values: list[Any], guess: Guess) -> tuple[pa.Array, list[int]]:
    """The column as its guess says, and which rows hold something else."""
    if guess is Guess.NUMBER:
        texts = pa.array([None if _is_number(v) else as_text(v) for v in values], pa.string())
        rest = cells.numbers(texts)
        numbers = np.array([v if _is_number(v) else np.nan for v in values], dtype=np.float64)
        extra = rest.values.to_numpy(zero_copy_only=False)
        numbers = np.where(np.isnan(numbers), extra, numbers)
        return pa.array(numbers, mask=np.isnan(numbers)), np.flatnonzero(
            rest.bad.to_numpy(zero_copy_only=False)
        ).tolist()
    if guess is Guess.ISO:
        times = [v if isinstance(v, dt.datetime) else None for v in values]
        bad = [i for i, v in enumerate(values) if not isinstance(v, dt.datetime) and not cells.is_missing(as_text(v))]
        return pa.array(times, pa.timestamp("us")).cast(pa.timestamp("ns")), bad
    shown = [as_text(v) for v in values]
    return pa.array([None if cells.is_missing(v) else v for v in shown], pa.string()), []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
