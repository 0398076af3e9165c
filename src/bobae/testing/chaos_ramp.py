"""What a ramp 1, 2, 3, ... tells once it is stored: which values are missing, and whether each stretch is told."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bobae.core import STILL_GOOD, Bools, Floats, Gap, Samples

PHASE = 1_000_000.0  # values of different millions do not follow one another
_GAPS = np.array([int(gap) for gap in Gap], dtype=np.uint32)
_OVERFLOW = 0x0480  # of a good status: the source says that it lost some before this one (OPC UA Part 4, 7.39)


@dataclass(frozen=True)
class Stretches:
    """What is missing from a ramp.

    Attributes:
        missing: how many values.
        silent: each stretch that no gap row tells of, and no sample after it, as 'after 7 comes 12'.
        told: Gap name -> how many rows say it.
    """

    missing: int
    silent: tuple[str, ...]
    told: dict[str, int]


def stretches(rows: Samples, *, anew: bool = False, unnoticed_s: float = 0.0, strewn: bool = False) -> Stretches:
    """Judge the rows of one tag, in the order of time.

    Args:
        rows: of one tag; a value may be repeated, and 0 is what it shows before it counts. What the collector itself
            has placed in time (STILL_GOOD) is nothing new.
        anew: whether the ramp may begin again without a gap row; otherwise that is a stretch as well, since nobody
            knows how far it got before.
        unnoticed_s: a source that is polled is not looked at between two polls: there a stretch shorter than this
            counts as missing, but need not be told.
        strewn: whether the times are of a clock that jumped: what stands elsewhere is not missing.

    Example:
        >>> rows = Samples.of([0] * 5, range(5), [1, 2, np.nan, 5, 7], status=[0, 0, Gap.NO_COMMUNICATION, 0, 0])
        >>> stretches(rows)
        Stretches(missing=3, silent=('after 5 comes 7',), told={'NO_COMMUNICATION': 1})
    """
    gap = gaps_among(rows)
    there = ~np.isnan(rows.value) & (rows.value != 0) & (rows.status != STILL_GOOD)
    told = np.cumsum(gap | ((rows.status & _OVERFLOW) == _OVERFLOW))
    value, gaps_before = rows.value[there], told[there]
    step = np.diff(value)
    lacking = (step != 0) & (step != 1) & (np.diff(value // PHASE) == 0)
    if strewn:
        lacking &= np.array([not _there(value, first, last) for first, last in pairwise(value)], dtype=bool)
    untold = lacking & (np.diff(gaps_before) == 0) & (np.diff(rows.time_ns[there]) >= unnoticed_s * 1e9)
    if anew:
        untold &= step > 0
    where = np.flatnonzero(untold)
    reasons, counts = np.unique(rows.status[gap], return_counts=True)
    return Stretches(
        missing=int(np.maximum(step[lacking] - 1, 0).sum()),
        silent=tuple(f"after {value[i]:.0f} comes {value[i + 1]:.0f}" for i in where),
        told={Gap(int(code)).name: int(n) for code, n in zip(reasons, counts, strict=True)},
    )


def _there(values: Floats, first: float, last: float) -> bool:
    """Whether every number between two is among the values, or none is between them."""
    return bool(np.isin(np.arange(first + 1, last), values).all())


def gaps_among(rows: Samples) -> Bools:
    """Which rows say that there is nothing from then on."""
    there: Bools = np.isnan(rows.value) & np.isin(rows.status, _GAPS)
    return there
