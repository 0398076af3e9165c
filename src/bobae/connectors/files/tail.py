"""The end of a text file that grows: whole new rows, with as much before them as tells how they are meant."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from bobae.connectors.files import layout
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.delimited import Reading, TextSource
from bobae.connectors.files.encoding import Block, row_end
from bobae.connectors.files.source import Rows

_BEFORE = 1 << 15  # bytes
_HEAD = 1 << 20


@dataclass(frozen=True)
class Piece:
    """Whole rows as UTF-8.

    Attributes:
        before: some of those before the ones asked for.
        rows: those asked for.
        end: up to which byte of the file they reach.
        more: whether the file goes on.
    """

    before: bytes
    rows: bytes
    end: int
    more: bool


class Tail:
    """Reads a text file from any row on; its layout is that of its first rows.

    Args:
        source: the file, looked at.
    """

    def __init__(self, source: TextSource) -> None:
        self._source = source
        with source.raw.open() as file:
            head = file.read(_HEAD)
        self._plain = _plain_codec(source.encoding, head)
        self._mark = _mark(head)
        above = self._decoded(head[self._mark :])
        lines = above.split(b"\n", source.layout.skip)
        self._head = b"".join(line + b"\n" for line in lines[: source.layout.skip])
        self._first = self._mark + self._width(self._head)

    def read(self, start: int, most: int, *, final: bool) -> Piece:
        """The whole rows from byte `start` on, of `most` bytes; with `final` a last one without its line end too."""
        start = max(start, self._first)
        context = max(self._first, start - _BEFORE)
        context -= (context - self._mark) % 2  # UTF-16 comes in pairs of bytes
        with self._source.raw.open() as file:
            file.seek(context)
            before, data = file.read(start - context), file.read(most)
        if context > self._first:
            shown = self._decoded(before)
            before_text = shown[shown.find(b"\n") + 1 :]
        else:
            before_text = self._decoded(before)
        text = self._decoded(data)
        cut = row_end(text, quoted=self._source.layout.quoted)
        if not cut and (final or len(data) == most):  # a quote that nothing closes
            cut = text.rfind(b"\n") + 1
        end = start + self._width(text[:cut])
        rest = text[cut:] if final and len(data) < most else b""
        if not self._is_row(rest):
            rest = b""
        return Piece(before_text, text[:cut] + (rest + b"\n" if rest else b""), end, len(data) == most)

    def rows(self, data: bytes, as_texts: Sequence[str]) -> Rows:
        """Rows as columns; those in `as_texts`, and those in which a cell is no number, as texts.

        Raises:
            BadInput: it breaks off.
        """
        loose = {self._source.names.index(name) for name in as_texts}
        while True:
            guesses: list[Guess] = [
                Guess.TEXT if i in loose or guess is Guess.EMPTY else guess
                for i, guess in enumerate(self._source.guesses)
            ]
            reading = Reading(self._source, guesses)
            reading.add(Block(self._head + data, 1, 0, last=False))
            if not reading.tables:
                return Rows([pa.chunked_array([pa.array([], pa.string())]) for _ in guesses])
            rows = reading.rows()
            odd = {bad.column for bad in rows.bad} - loose
            if not odd:
                return rows
            loose |= odd

    def _is_row(self, rest: bytes) -> bool:
        """Whether no cell of it is still missing."""
        form = self._source.layout
        parts = rest.split() if form.delimiter == layout.SPACES else rest.split(form.delimiter.encode())
        return len(parts) >= form.width and bool(rest.strip())

    def _decoded(self, data: bytes) -> bytes:
        """As UTF-8; the number of its bytes in the file is `_width`."""
        return data if self._plain == "utf-8" else data.decode(self._plain, errors="replace").encode()

    def _width(self, text: bytes) -> int:
        return len(text) if self._plain == "utf-8" else len(text.decode().encode(self._plain, errors="replace"))


def _mark(head: bytes) -> int:
    """How many bytes a byte order mark takes."""
    return next(
        (len(mark) for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) if head.startswith(mark)), 0
    )


def _plain_codec(encoding: str, head: bytes) -> str:
    """The encoding of what stands behind a byte order mark."""
    if encoding == "utf-16":
        return "utf-16-be" if head.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
    return "utf-8" if encoding == "utf-8-sig" else encoding
