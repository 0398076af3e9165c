"""Machines read out of the beginnings of names: PRS1_HYD_PRESS, L1_OVN2_TEMP, FILLER_SPEED."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from bobae.app.proposing import vocabulary as v
from bobae.app.proposing.levels import Level, Signal, places_at_start, sign_of_beginning
from bobae.app.proposing.words import is_loop, is_numbered, stem, words_of

ALIKE = 0.5  # of the signals of two machines of one kind
_FEW, _MOST = 3, 0.9


def read_names(level: Level) -> None:
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
            inner = inner.at("_".join(group), sign_of_beginning(group), from_name=True)
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
