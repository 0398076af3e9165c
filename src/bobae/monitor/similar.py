"""Alarms that were like this one: the same machine, the same signals behind it, and what came of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bobae.registry.catalogue import Alarm, TopTags

ALIKE = 0.7
FEW = 3


@dataclass(frozen=True)
class Similar:
    """One earlier alarm, and how alike its signals are: 1.0 the same shares, 0.0 none in common."""

    alarm: Alarm
    alike: float


def similar(alarm: Alarm, others: Sequence[Alarm], *, few: int = FEW) -> tuple[Similar, ...]:
    """Earlier alarms of the same point with the same signals behind them, most alike first, the newest of equals.

    How alike two are is the cosine between the shares of their signals.
    """
    found = [
        Similar(other, alike(alarm.top_tags, other.top_tags))
        for other in others
        if other.id != alarm.id and other.asset == alarm.asset and other.active_ns < alarm.active_ns
    ]
    near = [one for one in found if one.alike >= ALIKE]
    return tuple(sorted(near, key=lambda one: (-round(one.alike, 2), -one.alarm.active_ns))[:few])


def alike(one: TopTags, other: TopTags) -> float:
    """The cosine between the shares of two alarms' signals.

    Example:
        >>> alike((("oil", 0.6), ("pump", 0.8)), (("pump", 1.0),))
        0.8
    """
    mine, theirs = dict(one), dict(other)
    both = sum(share * theirs.get(tag, 0.0) for tag, share in mine.items())
    sizes = math.sqrt(sum(s * s for s in mine.values())) * math.sqrt(sum(s * s for s in theirs.values()))
    return both / sizes if sizes else 0.0
