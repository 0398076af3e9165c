"""Which levels of an address space are machines, and which signals are theirs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.beginnings import ALIKE, read_names
from bobae.app.proposing.levels import Level, Signal, levels_of
from bobae.app.proposing.words import is_numbered, key_of, stem, words_of
from bobae.core import Offered


@dataclass(frozen=True, eq=False)
class Owner:
    """A level whose signals become an asset's tags; without `whole` not those of the machines below it."""

    trail: tuple[Level, ...]
    level: Level
    whole: bool

    def signals(self) -> Iterator[tuple[tuple[Level, ...], Signal]]:
        """Its signals with the levels in between."""
        if self.whole:
            yield from self.level.all_signals()
            return
        for signal in self.level.signals:
            yield (), signal
        for part in filter(_is_part, self.level.below.values()):
            for between, signal in part.all_signals():
                yield (part, *between), signal


def owners_in(offered: Sequence[Offered], *, hungarian: bool) -> list[Owner]:
    """The machines of an address space, and lines and areas with signals of their own.

    One without a trail is the source as a whole.
    """
    root = levels_of(offered, hungarian=hungarian)
    _without_weak(root)
    return [owner for owner in _owners(root, ()) if any(True for _ in owner.signals())]


def _without_weak(level: Level) -> None:
    """Take out levels that say nothing of the plant: the one channel, the one PLC, the driver of each device."""
    for key, below in list(level.below.items()):
        _without_weak(below)
        alone = len(level.below) == 1 and bool(below.below or not level.name)
        if all({stem(word), word.lower()} & v.WEAK for word in words_of(below.name)) and (
            alone or _is_in_between(level, below)
        ):
            del level.below[key]
            level.below |= below.below
            level.signals += below.signals


def _is_in_between(level: Level, below: Level) -> bool:
    """Whether it holds nothing but places, none of which is called as one beside it."""
    levels = below.below.values()
    return not below.signals and all(map(_holds_places, levels)) and not below.below.keys() & level.below.keys()


def _owners(level: Level, trail: tuple[Level, ...]) -> Iterator[Owner]:
    if level.sign not in ("machine", "part"):
        read_names(level)
    if _owns(level, root=not trail):
        yield Owner(trail, level, whole=True)
        return
    yield Owner(trail, level, whole=False)
    for below in level.below.values():
        if not _is_part(below):
            yield from _owners(below, (*trail, below))


def _owns(level: Level, *, root: bool) -> bool:
    """Whether all below belongs to one machine."""
    below = list(level.below.values())
    if level.sign in ("machine", "part") or not below:
        return True
    if any(_holds_places(one) for one in below) or _are_alike(below):
        return False
    if all(_is_part(one) for one in below):
        return True
    if root:
        return len(level.signals) > sum(1 for one in below for _ in one.all_signals())
    if level.sign in ("line", "area"):
        return False
    return bool(level.signals) or sum(_is_part(one) for one in below) * 2 > len(below)


def _holds_places(level: Level) -> bool:
    if level.sign in ("area", "line", "machine"):
        return True
    return level.sign == "" and any(_holds_places(one) for one in level.below.values())


def _is_part(level: Level) -> bool:
    """Whether it is a part of a machine, or one signal with its limits and its set point."""
    if level.sign == "part":
        return True
    return not level.below and all(key_of(signal.name) in v.BLOCK for signal in level.signals)


def _are_alike(levels: Sequence[Level]) -> bool:
    """Whether there are brothers that differ by their number alone: machines of one kind."""
    kinds: dict[str, list[Level]] = defaultdict(list)
    for level in levels:
        if is_numbered(level.name) and level.sign != "part":
            kinds[stem(key_of(level.name))].append(level)
    return any(
        alike(first.signal_keys(), second.signal_keys()) >= ALIKE
        for brothers in kinds.values()
        for first, second in pairwise(brothers)
    )


def alike(first: frozenset[str], second: frozenset[str]) -> float:
    """How much of both is common: 1 for equal, 0 for nothing (Jaccard)."""
    return len(first & second) / len(first | second) if first | second else 0.0
