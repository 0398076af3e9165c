"""An address space as the levels of a plant: what its folders and the beginnings of its names say that they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


def levels_of(offered: Sequence[Offered], *, hungarian: bool) -> Level:
    """The address space below one level without a name, the source itself.

    Args:
        offered: the variables that hang in it.
        hungarian: whether a letter before a name says its type.
    """
    root = Level("", "")
    for one in offered:
        _place(root, one, hungarian=hungarian)
    return root


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


def sign_of_beginning(group: Sequence[str]) -> Sign:
    """What the numbered words are that names begin with: L1 is a line there, and what nobody knows a machine."""
    return "line" if stem(group[0]) == _L else sign_of(group) or "machine"


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
    return not v.WRAPPER.isdisjoint((key, stem(key))) or stem(key) in v.BLOCK_NUMBER


def _pieces(folder: str) -> list[tuple[str, Sign]]:
    """'Line1_Press3' names two levels; most folders name one."""
    words = words_of(folder)
    groups, rest = places_at_start(words)
    if len(groups) + bool(rest) < 2:
        return [(folder, sign_of(words))]
    pieces = [("_".join(group), sign_of(group)) for group in groups]
    return pieces + ([("_".join(rest), sign_of(rest))] if rest else [])


def _names_place(word: str, rest: tuple[str, ...]) -> bool:
    root = stem(word)
    if root == _L:  # L1 is a line where a machine follows, a phase elsewhere
        return bool(rest) and is_numbered(rest[0]) and stem(rest[0]) not in v.PART | v.QUANTITY
    return root in v.AREA | v.LINE | v.MACHINE and not is_loop(word)
