"""Paths and names for plant.yaml: right, unique, and as near to the source's own words as can be."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.levels import Level, Signal
from bobae.app.proposing.measures import unit_of, unit_told
from bobae.app.proposing.places import Owner
from bobae.app.proposing.proposed import ProposedAsset, ProposedTag, Sure
from bobae.app.proposing.words import as_name, counted_korean, words_of
from bobae.core import Offered, Plant, Text, text

_LEVELS = 4  # of a path in plant.yaml


@dataclass(frozen=True, eq=False)
class _Draft:
    """A tag before its name is sure to be unique."""

    between: tuple[str, ...]
    words: tuple[str, ...]
    full: tuple[str, ...]
    signal: Signal
    unit: str | None
    unit_from: Literal["source", "name"] | None


class Drafts:
    """Collects the tags of all owners; then makes paths and names that are right and unique."""

    def __init__(self, source: str, plant: Plant | None, below: str, there: Mapping[str, str]) -> None:
        self._source, self._plant, self._there = source, plant, there
        self._below = tuple(part for part in below.split("/") if part)
        self._owned: list[tuple[tuple[str, ...], Sure, Text, list[_Draft]]] = []

    def add(self, owner: Owner) -> None:
        """Take the signals of one owner."""
        drafts = _with_letters([_draft(owner, between, signal) for between, signal in owner.signals()])
        trail = tuple(_asset_word(words_of(level.name)) for level in owner.trail) or (_asset_word((self._source,)),)
        sure, because = _because(owner)
        self._owned.append((trail, sure, because, drafts))

    def assets(self, new: Collection[str]) -> list[ProposedAsset]:
        """The assets of the addresses that are new, in the source's order.

        New tags of a machine whose others stand in plant.yaml go where these are.
        """
        trails = _fitting([trail for trail, *_ in self._owned], self._plant, len(self._below))
        merged: dict[str, tuple[Sure, Text, list[_Draft]]] = {}
        for trail, (_, sure, because, drafts) in zip(trails, self._owned, strict=True):
            path = self._place(drafts) or "/".join((*self._below, *trail))
            fresh = [draft for draft in drafts if draft.signal.offered.address in new]
            if fresh:
                merged.setdefault(path, (sure, because, []))[2].extend(fresh)
        return [
            ProposedAsset(path, "", sure, because, tuple(_named(drafts, self._taken(path))))
            for path, (sure, because, drafts) in merged.items()
        ]

    def _place(self, drafts: Sequence[_Draft]) -> str | None:
        """Where plant.yaml has most of these."""
        tags = [self._there.get(draft.signal.offered.address) for draft in drafts]
        places = Counter(tag.partition(".")[0] for tag in tags if tag is not None)
        return places.most_common(1)[0][0] if places else None

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
    told = unit_of(signal.offered.unit, full) if signal.offered.unit else None
    return _Draft(above, words, full, signal, told or unit, "source" if told else "name" if unit else None)


def _with_letters(drafts: Sequence[_Draft]) -> list[_Draft]:
    """A letter at the end that counts is no unit: CUR_A, CUR_B, CUR_C are three phases."""
    names = {as_name(draft.full) for draft in drafts}
    found = []
    for draft in drafts:
        *before, last = (word.lower() for word in draft.full)
        counts = len(last) == 1 and sum("_".join((*before, letter)) in names for letter in "abcdefg") > 1
        if draft.unit_from == "name" and counts:
            draft = replace(draft, words=(*draft.words, draft.full[-1]), unit=None, unit_from=None)
        found.append(draft)
    return found


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
