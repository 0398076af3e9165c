"""Which registers are read together: as few requests as there can be, each within what a device answers at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bobae.connectors.modbus.address import Place

_MOST_FLAGS = 2000  # of one answer: Modbus Application Protocol V1.1b3, 6.1


@dataclass(frozen=True)
class Block:
    """One read.

    Attributes:
        unit, area: of which device, and what of it.
        start, count: from which number on, and how many.
        members: the positions of the values in it, by number.
    """

    unit: int
    area: str
    start: int
    count: int
    members: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes answer it."""
        return (self.count + 7) // 8 if self.area in ("coil", "discrete") else 2 * self.count


def planned(places: Mapping[int, Place], *, gap: int, most: int) -> list[Block]:
    """The reads that bring all places.

    Args:
        places: position -> place.
        gap: so many registers that nobody asked for may stand between two that are read together.
        most: registers of one read; a place that is larger is read alone.

    Example:
        >>> from bobae.connectors.modbus.address import parsed
        >>> wanted = [parsed(f"1/holding/{n}") for n in (7, 0, 2, 900)]
        >>> [(block.start, block.count) for block in planned(dict(enumerate(wanted)), gap=8, most=125)]
        [(0, 8), (900, 1)]
    """
    blocks: list[Block] = []
    together: list[int] = []
    end = 0
    for position in sorted(places, key=lambda at: (places[at].unit, places[at].area, places[at].number)):
        place = places[position]
        if together and not _fits(places[together[0]], end, place, gap=gap, most=most):
            blocks.append(_block(together, places))
            together = []
        end = max(end if together else 0, place.number + place.count)
        together.append(position)
    return [*blocks, _block(together, places)] if together else blocks


def halves(block: Block, places: Mapping[int, Place]) -> list[Block]:
    """The same values in two reads; a block of one value cannot be halved."""
    middle = len(block.members) // 2
    return [_block(half, places) for half in (block.members[:middle], block.members[middle:])]


def _fits(first: Place, end: int, new: Place, *, gap: int, most: int) -> bool:
    """Whether `new` can be read with what begins at `first` and goes up to `end`."""
    if (first.unit, first.area) != (new.unit, new.area):
        return False
    per_register = 16 if new.flags else 1
    limit = min(most * per_register, _MOST_FLAGS) if new.flags else most
    return new.number - end <= gap * per_register and max(end, new.number + new.count) - first.number <= limit


def _block(members: Sequence[int], places: Mapping[int, Place]) -> Block:
    first = places[members[0]]
    end = max(places[at].number + places[at].count for at in members)
    return Block(first.unit, first.area, first.number, end - first.number, tuple(members))
