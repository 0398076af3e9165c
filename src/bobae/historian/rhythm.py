"""How samples come: all tags of an asset at the same times, as from files, or each by itself, as from a machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from bobae.core import BadInput, Ints, StoreReader
from bobae.historian.cutting import split_path

_NS = 1_000_000_000
STEPS_NS = tuple(n * unit * _NS for unit in (1, 60, 3600) for n in (1, 2, 5, 10, 15, 30))
_TOGETHER = 0.9  # the share of an asset's times, between its own first and last, at which a tag must have a sample
EVER_NS = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Rhythm:
    """From when to when there are samples (ns UTC), and the step of a grid that suits them.

    Attributes:
        first_ns, last_ns: the first and the last sample.
        step_ns: None: the tags have their samples together, so rows as they were recorded suit best.
    """

    first_ns: int
    last_ns: int
    step_ns: int | None


def rhythm_of(store: StoreReader, tags: Sequence[str]) -> Rhythm:
    """How the samples of these tags come; every tag has one at least.

    The step is the median over the tags of each one's median step, rounded up to 1, 2, 5, 10, 15 or 30 seconds, minutes
    or hours.

    Raises:
        BadInput: a tag has no sample.
    """
    spans, steps, together = [], [], True
    for _, paths in groupby(sorted(tags, key=lambda path: split_path(path)[0]), key=lambda path: split_path(path)[0]):
        times = _times(store, list(paths))
        spans += [(own[0], own[-1]) for own in times]
        steps += [float(np.median(np.diff(own))) for own in times if len(own) > 1]
        together = together and _come_together(times)
    usual = float(np.median(steps)) if steps else 0.0
    step_ns = next((step for step in STEPS_NS if step >= usual), STEPS_NS[-1])
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return Rhythm(int(first), int(last), None if together else step_ns)


def _times(store: StoreReader, paths: Sequence[str]) -> list[Ints]:
    """When each tag has samples; equal times are one array."""
    found: list[Ints] = []
    for path in paths:
        own = store.raw([path], -1, EVER_NS).time_ns
        if not len(own):
            raise BadInput("the tag {tag} has no sample yet", tag=path)
        found.append(next((times for times in found[-1:] if np.array_equal(times, own)), own))
    return found


def _come_together(times: Sequence[Ints]) -> bool:
    different = list({id(own): own for own in times}.values())
    if len(different) == 1:
        return True
    every = np.unique(np.concatenate(different))
    there = (np.searchsorted(every, own[-1]) - np.searchsorted(every, own[0]) + 1 for own in different)
    return all(len(own) >= _TOGETHER * n for own, n in zip(different, there, strict=True))
