"""Which machines are of one kind: those that have the same tags."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from bobae.app.proposing.places import alike
from bobae.app.proposing.proposed import ProposedAsset
from bobae.app.proposing.words import stem
from bobae.core import Plant

_SAME_KIND, _TELLING = 0.8, 3  # of the tags of two machines of one class; how many say something


@dataclass(frozen=True)
class _Kind:
    """Machines of one class: what the class is called, what they are called, what they have."""

    name: str
    word: str
    tags: frozenset[str]

    def has(self, word: str, tags: frozenset[str]) -> bool:
        """Whether a machine is one of them; of another name it must have more in common than state and speed."""
        return alike(self.tags, tags) >= _SAME_KIND and (word == self.word or len(tags) >= _TELLING)


def with_classes(assets: Sequence[ProposedAsset], plant: Plant | None) -> Iterator[ProposedAsset]:
    """Machines with the same tags are given the same class, that of a machine of plant.yaml where one is like them."""
    there = plant.assets if plant else {}
    kinds = [_Kind(a.class_, _kind_word(path), frozenset(a.tags)) for path, a in there.items() if a.class_]
    for asset in assets:
        word, tags = _kind_word(asset.path), frozenset(tag.name for tag in asset.tags)
        kind = next((kind for kind in kinds if kind.has(word, tags)), None)
        if kind is None:
            taken = {one.name for one in kinds}
            numbered = (f"{word}_{n}" for n in count(2))
            kind = _Kind(next(name for name in chain((word,), numbered) if name not in taken), word, tags)
            kinds.append(kind)
        yield replace(asset, class_=kind.name)


def _kind_word(path: str) -> str:
    """'busan/line1/프레스3호기' -> '프레스', 'hall/filler_b' -> 'filler'."""
    last = path.rpartition("/")[2]
    bare = re.sub(r"_?\d+(?:호기|호|번기|라인)?(?=_|$)|_[a-z]$", "", last).strip("_-")
    return bare or stem(last)
