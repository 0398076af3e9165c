"""What is proposed for plant.yaml, and what is not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bobae.core import Offered, Text

Sure = Literal["sure", "likely", "guess"]


@dataclass(frozen=True)
class ProposedTag:
    """One tag for plant.yaml.

    Attributes:
        name: of the tag, unique in its asset.
        offered: what the source said of it.
        unit: UCUM code; None: nothing tells it.
        unit_from: who told the unit.
        range: (low, high), if the source said one that can be.
    """

    name: str
    offered: Offered
    unit: str | None = None
    unit_from: Literal["source", "name"] | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class ProposedAsset:
    """One machine (or line, or area) with its new tags.

    Attributes:
        path: ISA-95 path.
        class_: machines of one class have the same tags.
        sure: how sure its place is.
        because: what it was read from.
        tags: new ones.
    """

    path: str
    class_: str
    sure: Sure
    because: Text
    tags: tuple[ProposedTag, ...]


@dataclass(frozen=True)
class LeftOut:
    """A variable that is not proposed, and why."""

    offered: Offered
    why: Text


@dataclass(frozen=True)
class Proposal:
    """What could be collected from one source.

    Attributes:
        assets: with their new tags.
        left_out: every variable that is not proposed.
        known: how many stand in plant.yaml already.
        vanished: tags of plant.yaml whose address the source does not offer any more.
    """

    assets: tuple[ProposedAsset, ...]
    left_out: tuple[LeftOut, ...]
    known: int = 0
    vanished: tuple[str, ...] = ()

    @property
    def tags(self) -> int:
        """How many new ones."""
        return sum(len(asset.tags) for asset in self.assets)


def by_reason(left_out: Iterable[LeftOut]) -> dict[str, list[LeftOut]]:
    """What is left out, by the reason in the current language."""
    found: dict[str, list[LeftOut]] = defaultdict(list)
    for one in left_out:
        found[str(one.why)].append(one)
    return dict(found)


def speaks_of(one: Offered, wanted: Sequence[str]) -> bool:
    """Whether one of the texts stands in path or address; without any, everything is wanted."""
    said = f"{one.path} {one.address}".casefold()
    return not wanted or any(word.casefold() in said for word in wanted)
