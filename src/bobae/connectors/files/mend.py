"""Rows that are too short or too long, made equally long again; what was done to which line is told."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from bobae.connectors.files.layout import Layout
from bobae.core import Finding, text

_SHOWN = 5


@dataclass
class Mended:
    """The lines of one file that were mended so far.

    Attributes:
        short: had too few cells: filled up with empty ones.
        long: had filled cells too many: left out, since nobody can say which cell is too much.
        cut: the last line, where the file ends in the middle of a row.
    """

    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    cut: int | None = None

    def mend(self, data: bytes, layout: Layout, line: int, *, last: bool) -> bytes:
        """The rows of one block, all equally long; `line` is the number of its first one."""
        kept: list[list[str]] = []
        for at, row in enumerate(_rows(data, layout), start=line):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > layout.width and any(cell.strip() for cell in row[layout.width :]):
                self.long.append(at)
                continue
            if len(row) < layout.width:
                self.short.append(at)
            kept.append(row[: layout.width])
        if last and kept and len(kept[-1]) < layout.width and not data.endswith(b"\n"):
            kept.pop()
            self.cut = self.short.pop()
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\n")
        writer.writerows([*row, *[""] * (layout.width - len(row))] for row in kept)
        return out.getvalue().encode()

    def told(self, file: str) -> list[Finding]:
        """What there is to tell."""
        found = []
        if self.short:
            said = text(
                "{n} rows of {file} have too few cells; the missing ones were left empty (lines {lines})",
                n=len(self.short),
                file=file,
                lines=_some(self.short),
            )
            found.append(Finding("short_rows", "warning", said, rows=len(self.short)))
        if self.long:
            said = text(
                "{n} rows of {file} have too many cells and were left out, since nobody can say which cell is wrong "
                "(lines {lines})",
                n=len(self.long),
                file=file,
                lines=_some(self.long),
            )
            found.append(Finding("long_rows", "warning", said, rows=len(self.long)))
        if self.cut is not None:
            said = text(
                "{file} ends in the middle of a row (line {line}); that row was left out", file=file, line=self.cut
            )
            found.append(Finding("cut_off", "warning", said, rows=1))
        return found


def _rows(data: bytes, layout: Layout) -> Iterator[list[str]]:
    whole = data.decode("utf-8", errors="replace")
    if layout.quoted:
        yield from csv.reader(io.StringIO(whole, newline=""), delimiter=layout.delimiter)
    else:
        yield from (row.rstrip("\r").split(layout.delimiter) for row in whole.split("\n"))


def _some(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:_SHOWN]))
    return f"{shown}, ..." if len(lines) > _SHOWN else shown
