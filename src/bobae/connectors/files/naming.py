"""Column names that can be used: the unit taken out, none empty, none twice."""

from collections import Counter
from collections.abc import Sequence

from bobae.connectors.files import units
from bobae.connectors.files.source import Names

INDEX = "index"


def clean(headers: Sequence[str], unit_row: Sequence[str]) -> Names:
    """Names and UCUM units of headers; a header whose bare name another one has keeps its unit in the name."""
    if not any(headers):
        return Names(invented(len(headers)), (None,) * len(headers))
    pairs = [units.split(header) for header in headers]
    bare = Counter(name for name, _ in pairs)
    full = Counter(" ".join(header.split()) for header in headers)
    names: list[str] = []
    for i, ((name, _), header) in enumerate(zip(pairs, headers, strict=True)):
        header = " ".join(header.split())
        wanted = name if bare[name] == 1 else header
        names.append(_unique(wanted or (INDEX if i == 0 else f"col_{i + 1:02d}"), names))
    from_row = [units.ucum(cell) if cell else None for cell in unit_row]
    found = tuple(unit or below for (_, unit), below in zip(pairs, from_row, strict=True))
    return Names(tuple(names), found, tuple(name for name, n in full.items() if n > 1 and name))


def invented(width: int) -> tuple[str, ...]:
    """Names for columns without any: col_01, col_02, ..."""
    digits = max(2, len(str(width)))
    return tuple(f"col_{i + 1:0{digits}d}" for i in range(width))


def _unique(name: str, taken: list[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
