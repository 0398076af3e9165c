"""Where the data begin and what the columns are called: titles, stacked headers, unit rows, or none at all."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bobae.connectors.files.cells import is_missing, is_number
from bobae.connectors.files.times import looks_like_time
from bobae.connectors.files.units import ucum
from bobae.core import Finding, text

Row = Sequence[str]
LONGEST = 60  # rows of titles and headers, at most
_BODY = 40  # rows whose cells tell what their columns hold
_HALF = 0.5


@dataclass(frozen=True)
class Header:
    """What stands above the data.

    Attributes:
        first: index of the first row of data among the rows looked at.
        names: one a column as written, joined over the header rows; empty where a column has none.
        units: one a column as written in a row of units below the names; empty strings without such a row.
        named: whether there was any header.
        titles: rows above the header that belong to no column.
    """

    first: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    named: bool
    titles: tuple[str, ...]


def find(rows: Sequence[Row], width: int, *, spread: bool = True) -> Header:
    """Tell header from data, by what the columns hold further down.

    Args:
        rows: the first rows as cells.
        width: how many columns there are.
        spread: whether an empty cell of a group row belongs to the group on its left, as merged cells are written.
    """
    padded = [[*row, *[""] * (width - len(row))][:width] for row in rows]
    body = padded[min(len(rows) // 2, LONGEST) :][:_BODY]
    measured = _measured_columns(body, width)
    first = _first_by_numbers(padded, body, measured) if any(measured) else _first_by_words(padded)
    above = padded[:first]
    if not above and _is_scale(padded):
        above, first = padded[:1], 1
    units = [""] * width
    if len(above) > 1 and _is_unit_row(above[-1], above[-2]):
        units = [_bare(cell) for cell in above.pop()]
    start = next((i for i in range(len(above)) if _names_columns(above[i:], width)), len(above))
    titles = [" ".join(cell.strip() for cell in row if cell.strip()) for row in above[:start]]
    names = _joined(above[start:], width, spread=spread)
    named = any(names)
    return Header(first, tuple(names), tuple(units), named, tuple(t for t in titles if t))


def told(file: str, head: Header, doubled: tuple[str, ...]) -> list[Finding]:
    """What there is to tell about a header."""
    found = []
    if not head.named:
        said = text("{file}: no header row; the {n} columns are called col_01 and so on", file=file, n=len(head.names))
        found.append(Finding("no_header", "info", said))
    if head.titles:
        lines = "; ".join(head.titles[:3])
        said = text("{file}: lines above the header were left out: {lines}", file=file, lines=lines)
        found.append(Finding("title_lines", "info", said, rows=len(head.titles)))
    if doubled:
        names = ", ".join(doubled)
        said = text(
            "{file}: more than one column is called {names}; the later ones were numbered", file=file, names=names
        )
        found.append(Finding("duplicate_names", "warning", said, columns=doubled))
    return found


def is_measured(cell: str) -> bool:
    """Whether a cell holds a number or a time."""
    return is_number(cell) or looks_like_time(cell)


def _measured_columns(body: list[list[str]], width: int) -> list[bool]:
    measured = []
    for i in range(width):
        cells = [row[i] for row in body if not is_missing(row[i])]
        measured.append(bool(cells) and sum(map(is_measured, cells)) > _HALF * len(cells))
    return measured


def _first_by_numbers(rows: list[list[str]], body: list[list[str]], measured: list[bool]) -> int:
    usual = statistics.median(sum(map(bool, map(str.strip, row))) for row in body)
    for index, row in enumerate(rows[: LONGEST + 1]):
        cells = [cell for cell, wanted in zip(row, measured, strict=True) if wanted and not is_missing(cell)]
        # a title may hold a date or a number too, but not in as many columns as the data do
        full = sum(map(bool, map(str.strip, row))) >= _HALF * usual
        if cells and full and sum(map(is_measured, cells)) > _HALF * len(cells):
            return index
    return len(rows)


def _first_by_words(rows: list[list[str]]) -> int:
    if len(rows) < 2:
        return len(rows)
    top, below = rows[0], rows[1:]
    filled = [cell.strip() for cell in top]
    unique = len(set(filled)) == len(filled) and all(filled)
    repeats = sum(cell in {row[i].strip() for row in below} for i, cell in enumerate(filled))
    return 1 if unique and repeats == 0 else 0


def _is_scale(rows: list[list[str]]) -> bool:
    """Numbers as headers (wavelengths, times): the first row rises or falls steadily, the next ones do not."""
    if len(rows) < 3 or len(rows[0]) < 10:
        return False
    return _is_steady(rows[0]) and not any(_is_steady(row) for row in rows[1:4])


def _is_steady(row: list[str]) -> bool:
    try:
        numbers = [float(cell) for cell in row[1:]]
    except ValueError:
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    return min(steps) > 0 or max(steps) < 0


def _is_unit_row(row: list[str], above: list[str]) -> bool:
    filled = [_bare(cell) for cell in row if cell.strip() and cell.strip() != "-"]
    known = sum(ucum(cell) is not None for cell in filled)
    return bool(filled) and known >= 0.6 * len(filled) and sum(bool(cell.strip()) for cell in above) >= len(filled)


def _bare(cell: str) -> str:
    return re.sub(r"^[\[(]\s*|\s*[\])]$", "", cell.strip())


def _names_columns(rows: list[list[str]], width: int) -> bool:
    """Whether the first of these rows names columns: most of them, or groups of those named in full below."""
    filled = [i for i, cell in enumerate(rows[0]) if cell.strip()]
    if len(rows) == 1:
        return True
    if len(filled) >= max(2, 0.6 * width) or (width <= 2 and len(filled) == width):
        return True
    if len(filled) < 2 and not (filled and filled[0] > 0):
        return False
    return filled[-1] >= width // 2


def _joined(rows: list[list[str]], width: int, *, spread: bool) -> list[str]:
    if not rows:
        return [""] * width
    filled = [_spread(row, rows[-1]) if spread else row for row in rows[:-1]] + [rows[-1]]
    names = []
    for i in range(width):
        parts: list[str] = []
        for row in filled:
            cell = " ".join(row[i].split())
            if cell and cell not in parts:
                parts.append(cell)
        names.append(" ".join(parts))
    return names


def _spread(row: list[str], below: list[str]) -> list[str]:
    """A merged header cell stands over all columns up to the next one that is filled."""
    out, current = [], ""
    for cell, under in zip(row, below, strict=True):
        current = cell.strip() or (current if under.strip() else "")
        out.append(current)
    return out
