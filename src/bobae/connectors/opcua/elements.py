"""Arrays: one look at the whole array, and of its elements those that are wished and have changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from bobae.connectors.opcua.addresses import Place
from bobae.connectors.opcua.decode import Changes, cell

NO_SUCH_ELEMENT = ua.StatusCodes.BadIndexRangeNoData


@dataclass(frozen=True)
class Watched:
    """One thing that the server is asked to look at.

    Attributes:
        handle: the position of the wish, or above all of them for an array.
        node: where.
        places: the wishes that it serves; several where they are elements of one array.
    """

    handle: int
    node: ua.NodeId
    places: tuple[Place, ...]

    @property
    def deadband(self) -> float | None:
        """What the server is to watch over: of single numbers only, since over an array it cannot for each element."""
        place = self.places[0]
        return None if place.element or place.kind in ("flag", "text") else place.wish.deadband


def watched(places: Sequence[Place]) -> list[Watched]:
    """One for each single value, and one for each array however many of its elements are wished."""
    arrays: dict[ua.NodeId, list[Place]] = {}
    found = []
    for place in places:
        if place.element:
            arrays.setdefault(place.node, []).append(place)
        else:
            found.append(Watched(place.position, place.node, (place,)))
    above = 1 + max((place.position for place in places), default=0)
    return found + [Watched(above + i, node, tuple(of)) for i, (node, of) in enumerate(arrays.items())]


Arrays = dict[int, tuple[Place, ...]]  # handle of an array -> the wishes that mean its elements


def arrays_among(everything: Sequence[Watched]) -> Arrays:
    """The arrays among what is watched."""
    return {one.handle: one.places for one in everything if one.places[0].element}


def apart(changes: Changes, arrays: Arrays) -> Changes:
    """The same changes, with those of arrays as changes of their elements."""
    if not arrays:
        return changes
    out = Changes()
    for i, row in enumerate(changes.rows):
        if row[0] not in arrays:
            out.add(changes, [i])
            continue
        array, status = changes.arrays.get(i, (None, row[2]))
        for place in arrays[row[0]]:
            value = element_of(array, place.element)
            there = status if value is not None or status >> 30 == 2 else NO_SUCH_ELEMENT
            number, written, there = cell(value, there)
            if written is not None:
                out.texts[len(out.rows)] = written
            out.rows.append((place.position, number, there, row[3]))
    return out


class Unchanged:
    """Leaves out what is as it was, of those wishes that the server does not watch one by one.

    Args:
        places: of these wishes.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._deadbands = {place.position: place.wish.deadband or 0.0 for place in places}
        self._last: dict[int, tuple[float, int, str | None]] = {}

    def left_out(self, changes: Changes) -> Changes:
        """The changes without those that are none."""
        if not self._deadbands:
            return changes
        out = Changes()
        out.add(changes, (i for i in range(len(changes.rows)) if self._changed(changes, i)))
        return out

    def _changed(self, changes: Changes, i: int) -> bool:
        position, value, status, _ = changes.rows[i]
        now = (value, status, changes.texts.get(i))
        deadband = self._deadbands.get(position)
        if deadband is not None and not _differs(self._last.get(position), now, deadband):
            return False
        self._last[position] = now
        return True


def element_of(array: Any, element: Sequence[int]) -> Any:
    """One value of an array, or None where it has none there; without an element the array itself."""
    for index in element:
        if not isinstance(array, list) or index >= len(array):
            return None
        array = array[index]
    return array


def _differs(last: tuple[float, int, str | None] | None, now: tuple[float, int, str | None], deadband: float) -> bool:
    if last is None or last[1:] != now[1:]:
        return True
    if math.isnan(last[0]) or math.isnan(now[0]):
        return math.isnan(last[0]) != math.isnan(now[0])
    return abs(now[0] - last[0]) > deadband
