"""Texts full of numbers that are no table of machine data, and lists of column names that lie beside a table."""

import re
from pathlib import Path

from bobae.connectors.files.encoding import Sample
from bobae.core import BadInput

_PAIR = re.compile(r"^\s*(\d+)[ \t]+(\d+)\s*$")
_NUMBERED = re.compile(r"^\s*(\d+)\s*[-–.:)]\s*(\S.*?)\s*$")
_LISTS = (".txt", ".names", ".lst")
_SMALL = 1 << 16


def refuse(path: Path, sample: Sample) -> None:
    """Raise for a job-shop instance or a map of dies.

    Raises:
        BadInput: says what it is.
    """
    lines = [line for line in sample.head.split("\n") if line.strip() and not line.startswith("#")]
    if lines and (size := _PAIR.match(lines[0])) and _is_shop(lines[1:], int(size[1]), whole=sample.whole):
        raise BadInput(
            "the file {path} is a scheduling problem of {jobs} jobs on {machines} machines, not machine data",
            path=path,
            jobs=size[1],
            machines=size[2],
        )
    rows = [line.split() for line in lines]
    if sample.whole and _is_map(rows):
        raise BadInput(
            "the file {path} is a map of {n} by {m} dies or pixels, not a table of measurements",
            path=path,
            n=len(rows),
            m=len(rows[0]),
        )


def listed_names(path: Path, width: int) -> tuple[Path, tuple[str, ...]] | None:
    """A file beside `path` that lists exactly `width` column names, numbered from 1, and the names."""
    for file in sorted(path.parent.iterdir()):
        if file == path or file.suffix.lower() not in _LISTS or not file.is_file() or file.stat().st_size > _SMALL:
            continue
        numbered = [
            _NUMBERED.match(line) for line in file.read_text("utf-8", errors="replace").splitlines() if line.strip()
        ]
        found = [(int(match[1]), match[2]) for match in numbered if match]
        if len(found) == len(numbered) and [number for number, _ in found] == list(range(1, width + 1)):
            return file, tuple(name.rstrip(".") for _, name in found)
    return None


def _is_shop(lines: list[str], jobs: int, *, whole: bool) -> bool:
    """A row of (machine, duration) pairs for each job."""
    rows = [line.split() for line in lines]
    if not rows or len(rows) > jobs or (whole and len(rows) != jobs):
        return False
    digits = all(cell.isdigit() for row in rows[:50] for cell in row)
    return digits and all(len(row) % 2 == 0 for row in rows[:50]) and any(len(row) > 2 for row in rows[:50])


def _is_map(rows: list[list[str]]) -> bool:
    if len(rows) < 10 or len(rows[0]) < 10 or len({len(row) for row in rows}) != 1:
        return False
    return {cell for row in rows for cell in row} <= {"0", "1", "2", "3"} and len(rows) < 4 * len(rows[0])
