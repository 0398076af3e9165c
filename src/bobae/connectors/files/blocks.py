"""Text in blocks: a word, some rows of numbers, a blank line, and again; each block becomes one instance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from bobae.connectors.files import naming
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.content import Raw
from bobae.connectors.files.source import Done, Rows
from bobae.core import BadInput, Finding, text

_LABEL = re.compile(r"^\S*[^\W\d]\S*$")
_FEWEST = 3
KEYS = ("instance", "step", "label")


@dataclass(frozen=True)
class BlockSource:
    """A file of labelled blocks of numbers, looked at but not yet read."""

    raw: Raw
    encoding: str
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

    def read(self, guesses: Sequence[Guess], done: Done) -> Rows:  # noqa: ARG002 - the form leaves no choice
        """All blocks as rows: instance, step within it, its label, and the numbers.

        Raises:
            BadInput: below its first blocks the file is written otherwise.
        """
        with self.raw.open() as file:
            found = split(file.read().decode(self.encoding, errors="replace"))
        done(self.size)
        width = len(self.names) - len(KEYS)
        wrong = sum(len(row) != width for _, rows in found for row in rows)
        found = [(label, [row for row in rows if len(row) == width]) for label, rows in found]
        if not any(rows for _, rows in found):
            raise BadInput("the file {path} holds text but no table of rows and columns", path=self.path)
        lengths = [len(rows) for _, rows in found]
        values = np.array([row for _, rows in found for row in rows], dtype=np.float64)
        instance = np.repeat(np.arange(1, len(found) + 1), lengths)
        step = np.concatenate([np.arange(1, n + 1) for n in lengths]).astype(np.float64)
        label = np.repeat([label for label, _ in found], lengths)
        arrays = [pa.array(instance.astype(str)), pa.array(step), pa.array(label), *(pa.array(c) for c in values.T)]
        return Rows([pa.chunked_array([array]) for array in arrays], findings=self._told(wrong, width))

    def _told(self, wrong: int, width: int) -> tuple[Finding, ...]:
        if not wrong:
            return ()
        said = text(
            "{n} rows of {file} do not hold {width} numbers and were left out",
            n=wrong,
            file=self.path.name,
            width=width,
        )
        return (Finding("uneven_rows", "warning", said, rows=wrong),)


def look(raw: Raw, encoding: str, head: str) -> BlockSource | None:
    """The source, if the head of the file is written in blocks."""
    found = split(head)[:-1]  # the sample may end within the last one
    widths = {len(row) for _, rows in found for row in rows}
    if len(found) < _FEWEST or len(widths) != 1 or len({len(rows) for _, rows in found}) > 2:
        return None
    width = widths.pop()
    n = len(found[0][1])
    said = text(
        "{file}: written in blocks of a label and {n} rows; each block is one instance", file=raw.path.name, n=n
    )
    return BlockSource(
        raw=raw,
        encoding=encoding,
        names=(*KEYS, *naming.invented(width)),
        units=(None,) * (3 + width),
        guesses=(Guess.TEXT, Guess.NUMBER, Guess.TEXT, *(Guess.NUMBER,) * width),
        findings=(Finding("blocks", "info", said),),
    )


def split(whole: str) -> list[tuple[str, list[list[float]]]]:
    """The blocks as (label, rows of numbers); an empty list where the text is anything else."""
    out: list[tuple[str, list[list[float]]]] = []
    for line in whole.splitlines():
        if not line.strip():
            continue
        if _LABEL.match(line.rstrip()):
            if out and not out[-1][1]:
                return []  # two labels in a row: prose
            out.append((line.strip(), []))
            continue
        try:
            numbers = [float(cell) for cell in line.split()]
        except ValueError:
            return []
        if not out or len(numbers) < 2:
            return []
        out[-1][1].append(numbers)
    return out
