"""What every kind of file gives: columns by name, a guess at what each holds, and the rows when asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from bobae.connectors.files.cells import Guess
from bobae.core import Finding

Done = Callable[[int], None]  # told how many bytes of the file are read


@dataclass(frozen=True)
class Bad:
    """Cells that are not what their column holds: how many, and the first few with their line."""

    column: int
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Rows:
    """The rows of one file.

    Attributes:
        columns: one array a column: float64, timestamp[ns], bool or string, null where missing.
        bad: cells that a column of numbers could not take.
        findings: what was found out while reading.
    """

    columns: list[pa.ChunkedArray]
    bad: tuple[Bad, ...] = ()
    findings: tuple[Finding, ...] = ()


class Source(Protocol):
    """One table in one file, looked at but not yet read."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, units taken out."""
        ...

    @property
    def units(self) -> tuple[str | None, ...]:
        """Their units (UCUM) as far as the file tells them."""
        ...

    @property
    def named(self) -> bool:
        """Whether the names are the file's own."""
        ...

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """What the columns seem to hold."""
        ...

    @property
    def decimal(self) -> str:
        """The decimal mark of its texts."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What looking at it found out."""
        ...

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        ...

    def read(self, guesses: Sequence[Guess], done: Done) -> Rows:
        """All rows, each column read as its guess says.

        Raises:
            BadInput: the file ends before its first row or is damaged.
        """
        ...


@dataclass(frozen=True)
class Names:
    """The names and units of a header, made usable: cleaned, never empty, never twice."""

    names: tuple[str, ...]
    units: tuple[str | None, ...]
    doubled: tuple[str, ...] = field(default=())
