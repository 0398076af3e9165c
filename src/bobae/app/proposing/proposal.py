"""Tags proposed from what a source offers: asset, name, unit and range of each, and why some are left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Literal

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.measures import unit_of, unit_told
from bobae.app.proposing.places import Level, Owner, Signal, alike, owners_in
from bobae.app.proposing.words import as_name, counted_korean, is_hungarian, key_of, parts_of, stem, words_of
from bobae.core import Offered, Plant, Tag, Text, text

Sure = Literal["sure", "likely", "guess"]
_SAME_KIND, _TELLING = 0.8, 3  # of the tags of two machines of one class; how many say something
_SHARE = 0.6
_LEVELS = 4  # of a path in plant.yaml


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


def propose(
    offered: Sequence[Offered],
    source: str,
    *,
    plant: Plant | None = None,
    below: str = "",
    wanted: Sequence[str] = (),
) -> Proposal:
    """Tags for what a source offers.

    Args:
        offered: all of it.
        source: its name in plant.yaml; a machine without a name is called so.
        plant: what there is already, which stays as it is.
        below: area/line that all of it belongs to.
        wanted: texts; only variables with one of them in path or address are proposed. None: all.
    """
    there = {str(tag.address): path for path, tag in _of_source(plant, source)}
    fit, left_out = _sorted_out(offered, there, wanted)
    names = [parts_of(one.path or one.address)[-1] for one in fit]
    hungarian = bool(names) and sum(map(is_hungarian, names)) >= _SHARE * len(names)
    drafts = _Drafts(source, plant, below)
    for owner in owners_in(fit, hungarian=hungarian):
        drafts.add(owner)
    addresses = {one.address for one in offered}
    return Proposal(
        assets=tuple(_with_classes(drafts.assets(), plant)),
        left_out=tuple(left_out),
        known=sum(address in addresses for address in there),
        vanished=tuple(path for address, path in there.items() if address not in addresses),
    )


def _of_source(plant: Plant | None, source: str) -> Iterator[tuple[str, Tag]]:
    for path, tag in plant.tags() if plant else ():
        if tag.source == source and tag.address is not None:
            yield path, tag


def _sorted_out(
    offered: Sequence[Offered], there: Mapping[str, str], wanted: Sequence[str]
) -> tuple[list[Offered], list[LeftOut]]:
    """What can be proposed, and what is left out with why; what is there already is neither."""
    fit, left_out, seen = [], [], set()
    for one in offered:
        if one.address in seen:
            left_out.append(LeftOut(one, text("the same address stands here twice")))
            continue
        seen.add(one.address)
        if one.address in there:
            continue
        if (why := _why_not(one, wanted)) is not None:
            left_out.append(LeftOut(one, why))
        else:
            fit.append(one)
    return fit, left_out


def _why_not(one: Offered, wanted: Sequence[str]) -> Text | None:
    if one.kind is None:
        return text("holds an array, a structure or nothing that can be kept")
    parts = parts_of(one.path)
    keys = [key_of(part) for part in parts]
    if any(key in v.CONTROL for key in keys):
        return text("is a command to the device, no measurement")
    if any(key in v.SESSION for key in keys):
        return text("counts connections, it measures nothing")
    if any(key in v.IDENTITY for key in keys) or any(re.match(r"^_[A-Z]", part) for part in parts):
        return text("is what the device or its server says of itself, no measurement")
    if wanted and not any(word.casefold() in f"{one.path} {one.address}".casefold() for word in wanted):
        return text("is not among what was asked for by --filter")
    return None


@dataclass(frozen=True, eq=False)
class _Draft:
    """A tag before its name is sure to be unique."""

    between: tuple[str, ...]
    words: tuple[str, ...]
    full: tuple[str, ...]
    signal: Signal
    unit: str | None
    unit_from: Literal["source", "name"] | None


class _Drafts:
    """Collects the tags of all owners; then makes paths and names that are right and unique."""

    def __init__(self, source: str, plant: Plant | None, below: str) -> None:
        self._source, self._plant = source, plant
        self._below = tuple(part for part in below.split("/") if part)
        self._owned: list[tuple[tuple[str, ...], Sure, Text, list[_Draft]]] = []

    def add(self, owner: Owner) -> None:
        """Take the signals of one owner."""
        drafts = [_draft(owner, between, signal) for between, signal in owner.signals()]
        trail = tuple(_asset_word(words_of(level.name)) for level in owner.trail) or (_asset_word((self._source,)),)
        sure, because = _because(owner)
        self._owned.append((trail, sure, because, drafts))

    def assets(self) -> list[ProposedAsset]:
        """All of them, in the source's order."""
        trails = _fitting([trail for trail, *_ in self._owned], self._plant, len(self._below))
        merged: dict[str, tuple[Sure, Text, list[_Draft]]] = {}
        for trail, (_, sure, because, drafts) in zip(trails, self._owned, strict=True):
            path = "/".join((*self._below, *trail))
            merged.setdefault(path, (sure, because, []))[2].extend(drafts)
        return [
            ProposedAsset(path, "", sure, because, tuple(_named(drafts, self._taken(path))))
            for path, (sure, because, drafts) in merged.items()
        ]

    def _taken(self, path: str) -> set[str]:
        asset = self._plant.assets.get(path) if self._plant else None
        return set(asset.tags) if asset else set()


def _draft(owner: Owner, between: tuple[Level, ...], signal: Signal) -> _Draft:
    folders = [words_of(level.name) for level in between]
    context = tuple(word for words in folders for word in words)
    words, unit = unit_told(signal.name, context)
    if folders and words and all(word.lower() in v.VALUE for word in words):
        words, unit_above = unit_told(between[-1].name)
        unit = unit or unit_above
        folders = folders[:-1]
    own = words_of(owner.level.name)
    above = tuple(word for each in folders for word in each)
    full = (*above, *words_of(signal.name))
    words = _without_repeats(words, folders, own) or words_of(signal.name) or ("signal",)
    told = _told_unit(signal.offered)
    return _Draft(above, words, full, signal, told or unit, "source" if told else "name" if unit else None)


def _told_unit(one: Offered) -> str | None:
    return unit_of(one.unit) if one.unit else None


def _without_repeats(
    words: tuple[str, ...], folders: Sequence[tuple[str, ...]], own: tuple[str, ...]
) -> tuple[str, ...]:
    """A name without the machine's and the folder's names that it begins with again."""
    for said in (own, *folders):
        n = len(said)
        if n and len(words) > n and tuple(w.lower() for w in words[:n]) == tuple(w.lower() for w in said):
            words = words[n:]
    return words


def _asset_word(words: Sequence[str]) -> str:
    """A level of a path: lower case, no dots, no spaces; the number stays with its word."""
    joined = ""
    for word in (part for one in words for part in words_of(one)):
        joined += word.lower() if not joined or counted_korean(word) else f"_{word.lower()}"
    return joined or "machine"


def _because(owner: Owner) -> tuple[Sure, Text]:
    if not owner.trail:
        return "guess", text("the source names no machine: it is called as the source, say where it stands with --as")
    if owner.level.sign in ("", "part"):
        return "guess", text("a folder of the source that holds variables; nothing in its name says what it is")
    if any(level.from_name for level in owner.trail):
        return "likely", text("the names of its variables begin with it")
    if not all(level.sign for level in owner.trail):
        return "likely", text("the source's folders name it; of those above it nothing says what they are")
    return "sure", text("the source's folders name it")


def _fitting(trails: Sequence[tuple[str, ...]], plant: Plant | None, taken: int) -> list[tuple[str, ...]]:
    """Trails of as many levels as a path can have: what all have in common at the top goes first, then it is joined."""
    found = list(trails)
    site = "" if plant is None else _asset_word((plant.plant,))
    while found and all(len(t) > 1 and t[0] == found[0][0] for t in found):
        if found[0][0] != site and max(map(len, found)) + taken < _LEVELS:
            break
        found = [trail[1:] for trail in found]
    most = max(1, _LEVELS - taken)
    return [t if len(t) <= most else ("_".join(t[: len(t) - most + 1]), *t[len(t) - most + 1 :]) for t in found]


def _named(drafts: Sequence[_Draft], taken: set[str]) -> Iterator[ProposedTag]:
    """Each draft with a name of its own: what was left out of it comes back where two would be called the same."""
    names = [as_name((*draft.between, *draft.words)) for draft in drafts]
    for longer in (_with_unit, _with_folders):
        often = Counter(names)
        names = [
            name if often[name] == 1 and name not in taken else longer(draft)
            for name, draft in zip(names, drafts, strict=True)
        ]
    for name, draft in zip(names, drafts, strict=True):
        unique, n = name, 2
        while unique in taken:
            unique, n = f"{name}_{n}", n + 1
        taken.add(unique)
        yield ProposedTag(unique, draft.signal.offered, draft.unit, draft.unit_from, _range(draft.signal.offered))


def _with_unit(draft: _Draft) -> str:
    return as_name(draft.full)


def _with_folders(draft: _Draft) -> str:
    passed = tuple(word for folder in draft.signal.passed[-1:] for word in words_of(folder))
    return as_name((*passed, *draft.full))


def _range(one: Offered) -> tuple[float, float] | None:
    if one.range is None or not all(abs(end) < float("inf") for end in one.range):
        return None
    return one.range if one.range[0] < one.range[1] else None


@dataclass(frozen=True)
class _Kind:
    """Machines of one class: what the class is called, what they are called, what they have."""

    name: str
    word: str
    tags: frozenset[str]

    def has(self, word: str, tags: frozenset[str]) -> bool:
        """Whether a machine is one of them; of another name it must have more in common than state and speed."""
        return alike(self.tags, tags) >= _SAME_KIND and (word == self.word or len(tags) >= _TELLING)


def _with_classes(assets: Sequence[ProposedAsset], plant: Plant | None) -> Iterator[ProposedAsset]:
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


def by_reason(left_out: Iterable[LeftOut]) -> dict[str, list[LeftOut]]:
    """What is left out, by the reason in the current language."""
    found: dict[str, list[LeftOut]] = defaultdict(list)
    for one in left_out:
        found[str(one.why)].append(one)
    return dict(found)
