"""Where a signal is: an address space as levels of a plant, and which of its levels are machines."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.words import (
    counted_korean,
    is_loop,
    is_numbered,
    key_of,
    parts_of,
    stem,
    without_type,
    words_of,
)
from bobae.core import Offered

Sign = Literal["area", "line", "machine", "part", ""]
_SIGNS: tuple[tuple[frozenset[str], Sign], ...] = (
    (v.MACHINE, "machine"),
    (v.LINE, "line"),
    (v.AREA, "area"),
    (v.PART, "part"),
    (v.QUANTITY, "part"),
)
ALIKE = 0.5  # of the signals of two machines of one kind
_FEW, _MOST = 3, 0.9
_L = "l"


@dataclass(frozen=True, eq=False)
class Signal:
    """One variable: the name that is left of its path, and the folders that were passed over."""

    offered: Offered
    name: str
    passed: tuple[str, ...] = ()


@dataclass(eq=False)
class Level:
    """One level of the address space.

    Attributes:
        name: as written.
        sign: what its words say that it is; '': nothing.
        from_name: whether it was read out of the beginnings of names, not from a folder.
    """

    name: str
    sign: Sign
    from_name: bool = False
    below: dict[str, "Level"] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)

    def at(self, name: str, sign: Sign, *, from_name: bool = False) -> "Level":
        """The level of that name below this one, made if it is not there."""
        return self.below.setdefault(key_of(name), Level(name, sign, from_name))

    def all_signals(self) -> Iterator[tuple[tuple["Level", ...], Signal]]:
        """Every signal here and below, with the levels in between."""
        for signal in self.signals:
            yield (), signal
        for level in self.below.values():
            for between, signal in level.all_signals():
                yield (level, *between), signal

    def signal_keys(self) -> frozenset[str]:
        """What its signals are called, levels in between included."""
        return frozenset("/".join([*(key_of(b.name) for b in way), key_of(s.name)]) for way, s in self.all_signals())


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
    root = Level("", "")
    for one in offered:
        _place(root, one, hungarian=hungarian)
    _without_weak(root)
    return [owner for owner in _owners(root, ()) if any(True for _ in owner.signals())]


def sign_of(words: Sequence[str]) -> Sign:
    """What a level of these words is; the last word that says it counts: a press shop is a shop.

    Example:
        >>> sign_of(("Press", "Shop")), sign_of(("조립라인",)), sign_of(("Hydraulics",)), sign_of(("Foo",))
        ('area', 'line', 'part', '')
    """
    for word in reversed(words):
        if is_loop(word):
            return "part"
        root = stem(word)
        for known, sign in _SIGNS:
            if root in known or (not root.isascii() and any(not k.isascii() and root.endswith(k) for k in known)):
                return sign
    return ""


def _place(root: Level, one: Offered, *, hungarian: bool) -> None:
    """Hang a variable in where its path says."""
    *folders, name = parts_of(one.path or one.address)
    level, passed, certain = root, [], False
    for folder in folders:
        if _is_wrapper(folder):
            passed.append(folder)
            certain = key_of(folder) == "machines"  # OPC UA for Machinery keeps its machines in this folder
            continue
        for piece, sign in _pieces(without_type(folder, hungarian=hungarian)):
            level = level.at(piece, "machine" if certain else sign)
            certain = False
    level.signals.append(Signal(one, without_type(name, hungarian=hungarian), tuple(passed)))


def _is_wrapper(folder: str) -> bool:
    key = key_of(folder)
    return key in v.WRAPPER or stem(key) in v.WRAPPER or stem(key) in v.BLOCK_PREFIX or key in ("v1", "iecdata")


def _pieces(folder: str) -> list[tuple[str, Sign]]:
    """'Line1_Press3' names two levels; most folders name one."""
    words = words_of(folder)
    groups, rest = places_at_start(words)
    if len(groups) + bool(rest) < 2:
        return [(folder, sign_of(words))]
    pieces = [("_".join(group), sign_of(group)) for group in groups]
    return pieces + ([("_".join(rest), sign_of(rest))] if rest else [])


def places_at_start(words: tuple[str, ...]) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The numbered areas, lines and machines that a name begins with, and the rest of it.

    Example:
        >>> places_at_start(("Line1", "Press3", "Oil", "Temp"))
        ([('Line1',), ('Press3',)], ('Oil', 'Temp'))
    """
    groups: list[tuple[str, ...]] = []
    while words:
        if len(words) > 1 and not is_numbered(words[0]) and counted_korean(words[1]):
            group = words[:2]
        elif counted_korean(words[0]) or (is_numbered(words[0]) and _names_place(words[0], words[1:])):
            group = words[:1]
        else:
            break
        groups.append(group)
        words = words[len(group) :]
    return groups, words


def _names_place(word: str, rest: tuple[str, ...]) -> bool:
    root = stem(word)
    if root == _L:  # L1 is a line where a machine follows, a phase elsewhere
        return bool(rest) and is_numbered(rest[0]) and stem(rest[0]) not in v.PART | v.QUANTITY
    return root in v.AREA | v.LINE | v.MACHINE and not is_loop(word)


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
        _read_names(level)
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
    if level.sign in ("line", "area") or root:
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


def _read_names(level: Level) -> None:
    """Where names begin with places, as PLC tags do, make levels of these."""
    beginnings = {signal: _beginning(signal.name) for signal in level.signals}
    counted = Counter(tuple(groups) for groups, _ in beginnings.values() if groups)
    taken = _unknown_beginnings(level.signals) | _plain_machines(level.signals)
    left: list[Signal] = []
    for signal in level.signals:
        groups, rest = beginnings[signal]
        if not groups and (first := words_of(signal.name)[:1]) and first[0].lower() in taken:
            groups, rest = (first,), words_of(signal.name)[1:]
        elif counted[tuple(groups)] < 2:
            groups = ()
        if not groups or not rest:
            left.append(signal)
            continue
        inner = level
        for group in groups:
            sign = "line" if stem(group[0]) == _L else sign_of(group) or "machine"
            inner = inner.at("_".join(group), sign, from_name=True)
        inner.signals.append(Signal(signal.offered, _rest_of(signal.name, rest), signal.passed))
    level.signals = left


def _beginning(name: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    groups, rest = places_at_start(words_of(name))
    return (tuple(groups), rest) if rest else ((), rest)


def _rest_of(name: str, rest: tuple[str, ...]) -> str:
    """The end of the name that holds these words, with its brackets."""
    bracket = min((at for mark in "[(（［" if (at := name.find(mark)) > 0), default=len(name))
    inside = len(words_of(name[bracket:]))
    words = "_".join(rest[: len(rest) - inside] if inside else rest)
    return words + name[bracket:] if inside and words else "_".join(rest)


def _unknown_beginnings(signals: Sequence[Signal]) -> set[str]:
    """Numbered words that nobody knows but that group the names: MB01_..., MB02_... with the same rest."""
    groups: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for signal in signals:
        words = words_of(signal.name)
        if len(words) > 1 and is_numbered(words[0]) and _is_unknown(words[0]):
            groups[words[0].lower()].add(tuple(word.lower() for word in words[1:]))
    groups = {word: rests for word, rests in groups.items() if len(rests) >= _FEW}
    covered = sum(len(rests) for rests in groups.values())
    if covered >= _MOST * len(signals):
        return set(groups)
    return {
        word
        for word, rests in groups.items()
        for other, others in groups.items()
        if word != other and stem(word) == stem(other) and len(rests & others) >= ALIKE * len(rests | others)
    }


def _is_unknown(word: str) -> bool:
    root = stem(word)
    return len(root) > 1 and not is_loop(word) and root not in v.PART | v.QUANTITY | v.WRAPPER


def _plain_machines(signals: Sequence[Signal]) -> set[str]:
    """Machines without a number: FILLER_SPEED, CAPPER_TORQUE; at least two of them, over most of the names."""
    groups: Counter[str] = Counter()
    for signal in signals:
        words = words_of(signal.name)
        if len(words) > 1 and words[0].lower() in v.MACHINE - v.QUANTITY - v.WEAK:
            groups[words[0].lower()] += 1
    groups = Counter({word: n for word, n in groups.items() if n >= 2})
    return set(groups) if len(groups) >= 2 and groups.total() >= _MOST / 2 * len(signals) else set()
