"""The files of a group, read and put one under the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from bobae.connectors.files import cells, columns
from bobae.connectors.files.cells import Guess
from bobae.connectors.files.source import Bad, Rows, Source
from bobae.core import Finding, Progress, text

_ARROW = {Guess.NUMBER: pa.float64(), Guess.ISO: pa.timestamp("ns"), Guess.ISO_ZONED: pa.timestamp("ns", "UTC")}
_SHOWN = 3


@dataclass(frozen=True)
class Stack:
    """All rows of a group.

    Attributes:
        columns: one array a column.
        lengths: how many rows each file has.
        findings: what was found out while reading.
    """

    columns: list[pa.ChunkedArray]
    lengths: list[int]
    findings: list[Finding]


def stack(sources: Sequence[Source], names: Sequence[str], progress: Progress) -> Stack:
    """Read every file of the group; a column that a file lacks is missing in its rows.

    Raises:
        BadInput: a file ends before its first row or is damaged.
    """
    plan = {name: _shared_guess(sources, name) for name in names}
    read = [_read(source, plan, progress, i, sources) for i, source in enumerate(sources)]
    if mistaken := _mistaken(read, sources, names):
        # what the sample took for numbers is text further down: read those columns as they are written
        plan |= dict.fromkeys(mistaken, Guess.TEXT)
        read = [_read(source, plan, progress, i, sources) for i, source in enumerate(sources)]
    placed = [_placed(rows, source, plan) for rows, source in zip(read, sources, strict=True)]
    whole = [pa.chunked_array([chunk for file in placed for chunk in file[i].chunks]) for i in range(len(names))]
    lengths = [len(file[0]) for file in placed]
    findings = [*_lacking(sources, names), *(finding for rows in read for finding in rows.findings)]
    return Stack(whole, lengths, findings + _bad(read, sources, names))


def _shared_guess(sources: Sequence[Source], name: str) -> Guess:
    guesses = {s.guesses[s.names.index(name)] for s in sources if name in s.names} - {Guess.EMPTY}
    return guesses.pop() if len(guesses) == 1 else Guess.TEXT


def _read(source: Source, plan: dict[str, Guess], progress: Progress, i: int, sources: Sequence[Source]) -> Rows:
    before, total = sum(s.size for s in sources[:i]), max(1, sum(s.size for s in sources))
    what = text("reading {file}", file=source.path.name)
    return source.read([plan[name] for name in source.names], lambda done: progress(what, before + done, total))


def _mistaken(read: Sequence[Rows], sources: Sequence[Source], names: Sequence[str]) -> set[str]:
    bad, present = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for rows, source in zip(read, sources, strict=True):
        for name, column in zip(source.names, rows.columns, strict=True):
            present[name] += len(column) - column.null_count
        for one in rows.bad:
            bad[source.names[one.column]] += one.count
            present[source.names[one.column]] += one.count
    return {name for name in names if bad[name] > (1 - cells.ENOUGH) * present[name]}


def _placed(rows: Rows, source: Source, plan: dict[str, Guess]) -> list[pa.ChunkedArray]:
    length = len(rows.columns[0])
    out = []
    for name, guess in plan.items():
        wanted = _ARROW.get(guess, pa.string())
        if name in source.names:
            column = rows.columns[source.names.index(name)]
            out.append(column if column.type == wanted else column.cast(wanted))
        else:
            out.append(pa.chunked_array([pa.nulls(length, wanted)]))
    return out


def _lacking(sources: Sequence[Source], names: Sequence[str]) -> list[Finding]:
    found = []
    for source in sources:
        if lacking := tuple(name for name in names if name not in source.names):
            said = text(
                "{file}: {columns} missing, though the other files have them; those cells are empty",
                file=source.path.name,
                columns=", ".join(lacking),
            )
            found.append(Finding("lacking_columns", "info", said, lacking))
    return found


def _bad(read: Sequence[Rows], sources: Sequence[Source], names: Sequence[str]) -> list[Finding]:
    by_name: dict[str, list[tuple[Source, Bad]]] = {}
    for rows, source in zip(read, sources, strict=True):
        for one in rows.bad:
            by_name.setdefault(source.names[one.column], []).append((source, one))
    found = []
    for name in (n for n in names if n in by_name):
        source, first = by_name[name][0]
        examples = ", ".join(dict.fromkeys(repr(cell) for _, one in by_name[name] for _, cell in one.examples[:_SHOWN]))
        n = sum(one.count for _, one in by_name[name])
        found.append(columns.told_bad(name, n, examples, f"{source.path.name}:{first.examples[0][0]}"))
    return found
