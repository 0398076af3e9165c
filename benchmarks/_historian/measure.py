"""Measures: CPU time taken in turn, a cold page cache, cells compared."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from bobae.core import Floats
from bobae.evidence.intervals import Figure

Timed = Callable[[], float]
TIMES = 7
RELATIVE = 1e-12
BLOCK = 512  # the unit of st_blocks: stat(2)


def cpu(work: Callable[[], object]) -> Timed:
    """The same work, telling how many CPU seconds of this process it took, all threads."""

    def timed() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return timed


def in_turn(
    works: Mapping[str, Timed], *, times: int = TIMES, before: Callable[[], object] | None = None
) -> dict[str, list[float]]:
    """Each work once unmeasured, then all in turn, a, b, a, b, ..., so that a slow minute strikes all alike.

    Args:
        works: by name; each says its CPU seconds.
        times: how often each is measured.
        before: done before each measured one, such as emptying the cache.

    Returns:
        CPU seconds of each, in the order they were taken.
    """
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            if before is not None:
                before()
            taken[name].append(work())
    return taken


def ratio(of: list[float], to: list[float]) -> Figure:
    """The median, the least and the most of the ratios of neighbours in time."""
    ratios = [a / b for a, b in zip(of, to, strict=True)]
    return Figure(statistics.median(ratios), min(ratios), max(ratios))


def spread(seconds: list[float]) -> Figure:
    """The median with the least and the most."""
    return Figure(statistics.median(seconds), min(seconds), max(seconds))


def chill(files: Iterable[Path]) -> None:
    """Make the system forget the pages of these files, so that the next read comes from the disk.

    fsync, then posix_fadvise(POSIX_FADV_DONTNEED): the page cache of this system, not the disk's or the host's own.
    """
    for file in files:
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def differing(ours: Floats, theirs: Floats, *, relative: float = RELATIVE) -> int:
    """How many cells differ: NaN equals NaN, numbers may differ by `relative` of theirs.

    Raises:
        ValueError: the shapes differ.
    """
    if ours.shape != theirs.shape:
        raise ValueError(f"shapes {ours.shape} and {theirs.shape} cannot be compared cell by cell")
    rows = zip(ours.reshape(-1, ours.shape[-1]), theirs.reshape(-1, theirs.shape[-1]), strict=True)
    # row by row: the masks of a whole year would not fit beside the frames
    return sum(int((~np.isclose(a, b, rtol=relative, atol=0.0, equal_nan=True)).sum()) for a, b in rows)


def bytes_on_disk(folder: Path) -> int:
    """What all files below a folder take of the disk; room that is only reserved does not count."""
    return sum(file.stat().st_blocks * BLOCK for file in folder.rglob("*") if file.is_file())
