"""How a text file lays out its table: delimiter, quotes, decimal mark, comments, and where the data begin."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bobae.connectors.files import header
from bobae.connectors.files.cells import decimal_mark, is_missing
from bobae.connectors.files.encoding import Sample
from bobae.core import BadInput

SPACES = " "  # stands for any run of spaces and tabs
_DELIMITERS = ("\t", ";", "|", ",", SPACES)
_COMMENTS = ("#", "%", "//", "!")
_LOOKED_AT, _FEWEST, _SCORED, _LETTERS = 240, 80, 30, 60_000
_WIDEST = 20_000


@dataclass(frozen=True)
class Layout:
    """The form of one text file.

    Attributes:
        delimiter: one character; a space means any run of spaces and tabs.
        quoted: whether cells may stand in double quotes.
        decimal: '.' or ','.
        comment: what lines to leave out begin with, or None.
        skip: how many lines stand before the first row of data, comments included.
        head: what stands above the data.
        rows: the sampled rows of data.
    """

    delimiter: str
    quoted: bool
    decimal: str
    comment: str | None
    skip: int
    head: header.Header
    rows: list[list[str]]

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.head.names)


def find(path: Path, sample: Sample) -> Layout:
    """The layout that makes the sample a table.

    Raises:
        BadInput: no layout does: the text is prose, has one line, or is absurdly wide.
    """
    comment = _comment(sample.head)
    numbered = _split_lines(sample.head, comment)
    if not numbered:
        raise BadInput("the file {path} is empty", path=path)
    delimiter = _delimiter([line for _, line in numbered])
    quoted = delimiter != SPACES and _is_quoted(sample.head, delimiter)
    rows = [(last, cells(line, delimiter, quoted=quoted)) for last, line in _records(numbered, quoted)]
    width = _width(path, [row for _, row in rows], delimiter)
    more = [
        cells(line, delimiter, quoted=quoted)
        for part in (sample.middle, sample.tail)
        for line in part.split("\n")[:_FEWEST]
    ]
    head = header.find([row for _, row in rows], width)
    body = [row for _, row in rows[head.first :]] + [row for row in more if len(row) == width]
    if not body:
        raise BadInput("the file {path} has a header but no rows of data", path=path)
    flat = [cell for row in body for cell in row]
    skip = rows[head.first - 1][0] if head.first else _leading(numbered, rows)
    return Layout(delimiter, quoted, decimal_mark(flat), comment, skip, head, body)


def cells(line: str, delimiter: str, *, quoted: bool) -> list[str]:
    """One row as its cells."""
    if delimiter == SPACES:
        return line.split()
    if not quoted:
        return line.split(delimiter)
    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:  # a cell longer than any sensible one, after a quote that nothing closes
        return line.split(delimiter)


def _comment(head: str) -> str | None:
    lines = head.split("\n", _LOOKED_AT)[:_LOOKED_AT]
    for mark in _COMMENTS:
        marked = [line for line in lines if line.startswith(mark)]
        if marked and len(marked) < len(lines) / 2 and not (len(marked) == 1 and lines[0] is marked[0]):
            return mark
    # one marked line at the top is a comment if it does not name the columns of the next one
    first, second = [*lines, "", ""][:2]
    top = next((m for m in _COMMENTS if first.startswith(m)), None)
    return top if all(first.count(d) != second.count(d) or not second.count(d) for d in ",;\t|") else None


def _split_lines(head: str, comment: str | None) -> list[tuple[int, str]]:
    most = min(_LOOKED_AT, max(_FEWEST, _LETTERS // max(1, head.find("\n"))))
    lines = enumerate(head.split("\n", most)[:most], start=1)
    return [(n, line) for n, line in lines if line.strip() and not (comment and line.startswith(comment))]


def _records(numbered: list[tuple[int, str]], quoted: bool) -> list[tuple[int, str]]:
    """Lines joined where a quoted cell holds a line break; each with the number of its last line."""
    if not quoted:
        return numbered
    out: list[tuple[int, str]] = []
    open_text = ""
    for number, line in numbered:
        text = f"{open_text}\n{line}" if open_text else line
        if text.count('"') % 2:
            open_text = text
        else:
            out.append((number, text))
            open_text = ""
    return out


def _leading(numbered: list[tuple[int, str]], rows: list[tuple[int, list[str]]]) -> int:
    """Comment lines above data without a header: all lines before the first row."""
    return numbered[0][0] - 1 if rows else 0


def _delimiter(lines: list[str]) -> str:
    lines = lines[:_LOOKED_AT]
    # where tabs stand between words, a blank does not part columns
    tabbed = sum("\t" in line.strip() for line in lines) > 0.9 * len(lines)
    scores = {delimiter: _score(lines, delimiter) for delimiter in _DELIMITERS if not (tabbed and delimiter == SPACES)}
    best = max(scores, key=lambda d: scores[d])
    return best if scores[best] > 0 else ","


def _score(lines: list[str], delimiter: str) -> float:
    """How well the lines fall into equal rows of plain cells; 0 if they do not."""
    quoted = delimiter != SPACES and any('"' in line for line in lines)
    if delimiter != SPACES and not any(delimiter in line for line in lines[:_FEWEST]):
        return 0.0
    rows = [cells(line, delimiter, quoted=quoted) for line in lines[: _LOOKED_AT // 4]]
    width, same = Counter(len(row) for row in rows).most_common(1)[0]
    if width < 2:
        return 0.0
    measured = plain = 0.0
    looked_at = rows[:_SCORED]
    for row in looked_at:
        if len(row) == width:
            sound = [cell for cell in row if not any(d in cell for d in ("\t", ";", "|"))]
            plain += len(sound) / width
            measured += sum(header.is_measured(cell) or is_missing(cell) for cell in sound[:100]) / min(width, 100)
    # prose falls into equal rows of words now and then, hardly ever into equal rows of numbers
    return (same / len(rows)) * (0.2 * plain + 0.8 * measured) / len(looked_at)


def _is_quoted(head: str, delimiter: str) -> bool:
    return any(line.startswith('"') or f'{delimiter}"' in line for line in head.split("\n"))


def _width(path: Path, rows: list[list[str]], delimiter: str) -> int:
    body = rows[min(len(rows) // 2, header.LONGEST) :]
    width, same = Counter(map(len, body)).most_common(1)[0] if body else (0, 0)
    if width > _WIDEST:
        raise BadInput(
            "the file {path} has {n} columns, more than the {most} that a table of machine data can have",
            path=path,
            n=width,
            most=_WIDEST,
        )
    # spaces stand in every sentence: only rows of numbers prove that they part columns
    shown = [cell for row in body[:_SCORED] for cell in row]
    measured = sum(map(header.is_measured, shown)) / max(1, len(shown))
    too_ragged = same < 0.6 * len(body) or not width
    prose = measured < 0.3 and (delimiter == SPACES or width == 1 or too_ragged)
    if too_ragged or prose:
        raise BadInput("the file {path} holds text but no table of rows and columns", path=path)
    return width
