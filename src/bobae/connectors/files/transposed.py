"""Tables that lie on their side: a row for each signal, where their siblings have a column for each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from bobae.connectors.files import delimited, header, naming
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.content import Content, recognise
from bobae.connectors.files.delimited import TextSource
from bobae.connectors.files.source import Done, Rows, Source
from bobae.core import BadInput, Finding, text

_SIBLINGS = 5


@dataclass(frozen=True)
class Transposed:
    """A source whose rows and columns change places when it is read."""

    source: TextSource
    names: tuple[str, ...]
    findings: tuple[Finding, ...]
    named: bool = False
    decimal: str = "."

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.source.path

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.source.size

    @property
    def units(self) -> tuple[str | None, ...]:
        """None are known: such a file has no header."""
        return (None,) * len(self.names)

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """Numbers all through."""
        return (Guess.NUMBER,) * len(self.names)

    def read(self, guesses: Sequence[Guess], done: Done) -> Rows:  # noqa: ARG002 - only numbers can lie on their side
        """The columns of the file as rows."""
        rows = self.source.read(self.source.guesses, done)
        matrix = np.column_stack([column.to_numpy() for column in rows.columns])
        columns = [pa.chunked_array([pa.array(row, mask=np.isnan(row))]) for row in matrix]
        return Rows(columns, findings=rows.findings)


def righted(sources: Sequence[Source]) -> list[Source]:
    """The sources, those turned that have as many rows as their siblings have columns."""
    bare = [s for s in sources if isinstance(s, TextSource) and not s.named]
    if not any(map(_may_lie, bare)):
        return list(sources)
    widths = Counter(len(s.names) for s in (bare if len(bare) > 1 else [*bare, *_siblings(bare[0])]))
    usual, count = widths.most_common(1)[0]
    if count < 2:
        return list(sources)
    return [_turned(s, usual) if isinstance(s, TextSource) and _lies(s, usual) else s for s in sources]


def _lies(source: TextSource, usual: int) -> bool:
    return not source.named and source.n_lines == usual and _may_lie(source)


def _may_lie(source: TextSource) -> bool:
    return source.n_lines is not None and source.n_lines < len(source.names) and set(source.guesses) == {Guess.NUMBER}


def _turned(source: TextSource, width: int) -> Transposed:
    said = text(
        "{file} lies on its side ({rows} rows of {columns} values; its siblings have {rows} columns); it was turned",
        file=source.path.name,
        rows=width,
        columns=len(source.names),
    )
    names = naming.invented(width)
    kept = (finding for finding in source.findings if finding.code != "no_header")
    bare = header.told(source.path.name, replace(source.layout.head, names=names), ())
    return Transposed(source, names, (*kept, *bare, Finding("transposed", "warning", said)))


def _siblings(source: TextSource) -> list[TextSource]:
    """A few files of the same ending in the same folder."""
    files = (f for f in sorted(source.path.parent.glob(f"*{source.path.suffix}")) if f != source.path and f.is_file())
    out = []
    for file, _ in zip(files, range(_SIBLINGS), strict=False):
        try:
            raw = recognise(file)
            if raw.content is Content.TEXT:
                out.append(delimited.look(raw))
        except BadInput:
            continue
    return [s for s in out if isinstance(s, TextSource) and not s.named]
