"""Text tables, read in blocks: fast where a block is as its sample said, forgiving where it is not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from bobae.connectors.files import blocks, cells, encoding, header, layout, naming, shapes, times
from bobae.connectors.files.blocks import BlockSource
from bobae.connectors.files.cells import MISSING, Guess
from bobae.connectors.files.content import Raw
from bobae.connectors.files.encoding import Block
from bobae.connectors.files.mend import Mended
from bobae.connectors.files.source import Bad, Done, Rows
from bobae.core import BadInput, Finding, text

_TYPES = {
    Guess.NUMBER: pa.float64(),
    Guess.ISO: pa.timestamp("ns"),
    Guess.ISO_ZONED: pa.timestamp("ns", "UTC"),
    Guess.TEXT: pa.string(),
    Guess.EMPTY: pa.string(),
}
_FAILED_COLUMN = re.compile(r"In CSV column #(\d+)")
_EXAMPLES = 3
_MISSING = [*MISSING, *(f" {mark}" for mark in ("", "NA", "NaN", "-"))]


@dataclass(frozen=True)
class TextSource:
    """A delimited text file, looked at but not yet read."""

    raw: Raw
    encoding: str
    layout: layout.Layout
    names: tuple[str, ...]
    units: tuple[str | None, ...]
    named: bool
    guesses: tuple[Guess, ...]
    findings: tuple[Finding, ...]
    n_lines: int | None

    @property
    def decimal(self) -> str:
        """The decimal mark."""
        return self.layout.decimal

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.raw.path

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.raw.size

    def read(self, guesses: Sequence[Guess], done: Done) -> Rows:
        """All rows, each column read as its guess says; what does not fit is told, not lost."""
        reading = Reading(self, list(guesses))
        for block in encoding.read(self.raw, self.encoding, quoted=self.layout.quoted):
            reading.add(block)
            done(block.done)
        return reading.rows()


def look(raw: Raw) -> TextSource | BlockSource:
    """Find out how a text file is laid out.

    Raises:
        BadInput: it holds no table.
    """
    sampled = encoding.sample(raw)
    if in_blocks := blocks.look(raw, sampled.encoding, sampled.head):
        return in_blocks
    shapes.refuse(raw.path, sampled)
    form = layout.find(raw.path, sampled)
    found = _told(raw.path, sampled.encoding, form)
    headers, units = form.head.names, form.head.units
    if not form.head.named and (listed := shapes.listed_names(raw.path, form.width)):
        said = text("the column names of {file} were found in {list}", file=raw.path.name, list=listed[0].name)
        found.append(Finding("names_beside", "info", said))
        headers = listed[1]
    named = naming.clean(headers, units)
    if any(headers) and not any(form.head.names):
        form = replace(form, head=replace(form.head, names=headers, named=True))
    columns = zip(*(row for row in form.rows if len(row) == form.width), strict=True)
    return TextSource(
        raw=raw,
        encoding=sampled.encoding,
        layout=form,
        names=named.names,
        units=named.units,
        named=form.head.named,
        guesses=tuple(cells.guess(list(column), form.decimal) for column in columns),
        findings=(*found, *header.told(raw.path.name, form.head, named.doubled)),
        n_lines=sum(bool(line.strip()) for line in sampled.head.split("\n")) if sampled.whole else None,
    )


def _told(path: Path, codec: str, form: layout.Layout) -> list[Finding]:
    found = []
    if codec not in ("utf-8", "utf-8-sig"):
        said = text(
            "{file}: written in {encoding}, not UTF-8; the letters were converted", file=path.name, encoding=codec
        )
        found.append(Finding("encoding", "info", said))
    if form.decimal == ",":
        said = text("{file}: decimals are written with a comma", file=path.name)
        found.append(Finding("decimal_comma", "info", said))
    return found


@dataclass
class Reading:
    """The state of one pass over a file, or over a part of one that begins with its header."""

    source: TextSource
    guesses: list[Guess]
    tables: list[pa.Table] = field(default_factory=list)
    suspects: set[int] = field(default_factory=set)
    bad: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    n_bad: dict[int, int] = field(default_factory=dict)
    mended: Mended = field(default_factory=Mended)
    header: bytes = b""
    repeated: int = 0
    undecodable: int = 0

    def add(self, block: Block) -> None:
        """Read one more block."""
        form = self.source.layout
        line, data = block.line, block.text
        if line == 1 and form.skip:
            above, data = _split_lines(data, form.skip)
            self.header = above.rstrip(b"\r\n").rpartition(b"\n")[2] if form.head.named else b""
            line += form.skip
        if self.header and self.header in data:
            data, n = re.subn(rb"(?m)^" + re.escape(self.header) + rb"\r?\n", b"", data)
            self.repeated += n
        if form.comment and form.comment.encode() in data:
            data = re.sub(rb"(?m)^" + re.escape(form.comment.encode()) + rb".*\n?", b"", data)
        if form.delimiter == layout.SPACES:
            data = _single_spaces(data)
        if data and not data.isspace():
            self._table(data, line, last=block.last)

    def rows(self) -> Rows:
        """All blocks together."""
        if not self.tables:
            raise BadInput("the file {path} has a header but no rows of data", path=self.source.path)
        whole = pa.concat_tables(self.tables)
        bad = tuple(Bad(i, self.n_bad[i], tuple(self.bad[i])) for i in sorted(self.n_bad))
        return Rows(whole.columns, bad, tuple(self._told()))

    def _table(self, data: bytes, line: int, *, last: bool) -> None:
        loose, mended = set(self.suspects), False
        while data:
            try:
                self.tables.append(self._understood(self._parsed(data, loose), loose, line))
                return
            except pa.ArrowInvalid as error:
                column = _FAILED_COLUMN.search(str(error))
                if "UTF8" in str(error) and not self.undecodable:
                    self.undecodable = line
                    data = data.decode("utf-8", errors="replace").encode()
                elif column and self.guesses[int(column[1])] not in (Guess.TEXT, Guess.EMPTY):
                    # a second bad column in one block: more will follow, so stop trying the fast way
                    loose |= set(range(len(self.guesses))) if len(loose) > len(self.suspects) else {int(column[1])}
                elif not mended:
                    data, mended = self.mended.mend(data, self.source.layout, line, last=last), True
                else:
                    raise BadInput(
                        "the file {path} breaks off at line {line}: {reason}",
                        path=self.source.path,
                        line=line,
                        reason=error,
                    ) from error

    def _parsed(self, data: bytes, loose: set[int]) -> pa.Table:
        form = self.source.layout
        names = [str(i) for i in range(form.width)]
        kinds = {
            name: pa.string() if i in loose else _TYPES[guess]
            for i, (name, guess) in enumerate(zip(names, self.guesses, strict=True))
        }
        return pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=names, block_size=1 << 22),
            parse_options=pacsv.ParseOptions(
                delimiter=form.delimiter,
                quote_char='"' if form.quoted else False,
                newlines_in_values=form.quoted and b'"' in data,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=kinds, null_values=_MISSING, strings_can_be_null=True, decimal_point=form.decimal
            ),
        )

    def _understood(self, table: pa.Table, loose: set[int], line: int) -> pa.Table:
        columns = []
        for i, guess in enumerate(self.guesses):
            column = table.column(i)
            if i in loose and guess not in (Guess.TEXT, Guess.EMPTY):
                column = self._converted(i, column.combine_chunks(), line)
            columns.append(column)
        return pa.table(columns, names=table.column_names)

    def _converted(self, i: int, texts: pa.Array, line: int) -> pa.Array:
        if self.guesses[i] is Guess.NUMBER:
            read = cells.numbers(texts, self.source.decimal)
            values, bad = read.values, read.bad
        else:
            read_times = times.parse(pa.chunked_array([texts]), times.ISO)
            sound = read_times.valid & (read_times.zoned == (self.guesses[i] is Guess.ISO_ZONED))
            values = pa.array(read_times.ns, mask=~sound).cast(_TYPES[self.guesses[i]])
            bad = pc.and_(pc.is_valid(texts), pa.array(~sound))
        count = int(pc.sum(bad).as_py() or 0)
        if count:
            self.suspects.add(i)
            self.n_bad[i] = self.n_bad.get(i, 0) + count
            examples = self.bad.setdefault(i, [])
            for at in pc.indices_nonzero(bad)[: _EXAMPLES - len(examples)].to_pylist():
                examples.append((line + at, texts[at].as_py()))
        return values

    def _told(self) -> list[Finding]:
        name = self.source.path.name
        found = self.mended.told(name)
        if self.repeated:
            said = text("{file}: the header stands again between the rows; it was left out there", file=name)
            found.append(Finding("repeated_header", "info", said, rows=self.repeated))
        if self.undecodable:
            said = text(
                "{file}: some bytes are no letters in its encoding (from line {line}); they were marked as such",
                file=name,
                line=self.undecodable,
            )
            found.append(Finding("broken_letters", "warning", said))
        return found


def _split_lines(data: bytes, n: int) -> tuple[bytes, bytes]:
    at = 0
    for _ in range(n):
        at = data.find(b"\n", at) + 1
        if at == 0:
            return data, b""
    return data[:at], data[at:]


def _single_spaces(data: bytes) -> bytes:
    data = data.replace(b"\r", b"").replace(b"\t", b" ")
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    data = data.replace(b"\n ", b"\n").replace(b" \n", b"\n")
    return data.strip(b" ")
