"""What the outcome column tells: how rare it is, whether it contradicts itself, what gives it away."""

import difflib
from collections.abc import Callable

import numpy as np

from bobae.core import Finding, Kind, Role, Text, text
from bobae.page import percent
from bobae.train.assess.leaks import leaking
from bobae.train.assess.look import Look, finding
from bobae.train.assess.profile import codes

FEW_EVENTS = 20
_RARE = 0.005


def outcome_findings(look: Look) -> list[Finding]:
    """All that is odd about the outcome and about words in general."""
    return [found for check in _CHECKS for found in check(look)]


def leaks(look: Look) -> dict[str, Text]:
    """Columns that give the outcome away: name -> why; never used to learn from."""
    if look.target is None:
        return {}
    others = [p.column.name for p in look.known.values() if p.column.role in (Role.IGNORED, Role.FEATURE, Role.CONTEXT)]
    live = [
        name for name in others if not look.known[name].is_constant and look.known[name].missing < len(look.dataset)
    ]
    found = leaking(look.dataset, look.known, look.target.column.name, live)
    for p in look.of(Role.IGNORED):
        if p.column.reason is not None and p.column.reason.template == "another outcome beside {target}":
            found.setdefault(p.column.name, p.column.reason)
    return found


def classes(look: Look) -> dict[str, int]:
    """The kinds of outcome with their rows; empty where the outcome is measured or there is none."""
    siblings = look.of(Role.TARGET)
    if len(siblings) > 1:
        return {p.column.name: int(np.nansum(look.dataset.values(p.column.name))) for p in siblings}
    p = look.target
    if p is None or (p.is_number and (p.distinct > 20 or not p.whole)):
        return {}
    if p.is_number:
        values = look.dataset.values(p.column.name)
        kinds, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        return {f"{kind:g}": int(n) for kind, n in zip(kinds, counts, strict=True)}
    return dict(p.counts or {})


def outcome_name(look: Look) -> str:
    """What to call the outcome: its column, or the first and last of several marks."""
    names = [p.column.name for p in look.of(Role.TARGET)]
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}" if names else ""


def marked_events(look: Look) -> int:
    """Known faults: stretches of marked rows, where the outcome is a mark; 0 otherwise.

    Marks of single rows without a date are those of parts, not of a machine's faults.
    """
    p = look.target
    if p is None or len(look.of(Role.TARGET)) > 1 or not (p.is_mark or p.column.kind is Kind.FLAG):
        return 0
    order = np.argsort(look.clocks, kind="stable")  # the rows of several machines may stand interleaved
    set_here = (look.dataset.values(p.column.name) == p.high)[order]
    inside = np.concatenate(([False], np.diff(look.clocks[order]) == 0))
    stretches = int(np.count_nonzero(set_here & ~(np.concatenate(([False], set_here[:-1])) & inside)))
    of_parts = look.time_ns is None and np.count_nonzero(set_here) < 3 * stretches
    return 0 if of_parts else stretches


def examples(look: Look) -> int | None:
    """The groups of rows, where the outcome never changes inside one: they are the evidence, not the rows."""
    lots, target = look.lots, look.target
    if lots is None or target is None or target.is_constant or not classes(look):
        return None
    group, names = codes(look.dataset, lots)
    outcome, kinds = codes(look.dataset, target.column.name)
    pairs = len(np.unique(group * len(kinds) + outcome))
    return pairs if pairs == len(names) < len(look.dataset) else None


def _leaks(look: Look) -> list[Finding]:
    found = leaks(look)
    if not found:
        return []
    said = text(
        "{columns}: known only together with the outcome {target}; left out, or every test would look far too good",
        columns=", ".join(found),
        target=outcome_name(look),
    )
    return [finding("leak", "warning", said, *found)]


def _contradictions(look: Look) -> list[Finding]:
    """Marks of the kind of fault that disagree with the mark of the fault."""
    if look.target is None or not look.target.is_mark:
        return []
    modes = [
        name
        for name, why in leaks(look).items()
        if why.template == "says which kind of {target} it was: known only afterwards"
    ]
    if not modes:
        return []
    target = look.target.column.name
    truth = look.dataset.values(target) == look.target.high
    set_here = look.dataset.matrix(tuple(modes)) == 1
    found = []
    without = int(np.count_nonzero(truth & ~set_here.any(axis=1)))
    if without:
        said = text("rows of {target} that name no kind: {n}", n=f"{without:,}", target=target)
        found.append(finding("label_without_kind", "warning", said, target, *modes, rows=without))
    for i, mode in enumerate(modes):
        alone = int(np.count_nonzero(set_here[:, i] & ~truth))
        if alone:
            said = text("rows marked {mode} but not {target}: {n}", n=f"{alone:,}", mode=mode, target=target)
            found.append(finding("label_contradiction", "warning", said, mode, target, rows=alone))
    return found


def _rarity(look: Look) -> list[Finding]:
    kinds, target = classes(look), look.target
    if target is None or len(kinds) < 2:
        return []
    rows, name = sum(kinds.values()), outcome_name(look)
    found = []
    if len(look.of(Role.TARGET)) > 1:
        said = text(
            "{target} are one outcome in {n} columns: exactly one is set in each row", target=name, n=len(kinds)
        )
        found.append(finding("label_one_of_many", "info", said, *kinds))
    rarest = min(kinds, key=lambda kind: kinds[kind])
    if kinds[rarest] / rows < _RARE or kinds[rarest] < FEW_EVENTS:
        said = text(
            "{target}: only {n} of {rows} rows are {kind} ({share}); a test needs at least {needed}",
            target=name,
            n=f"{kinds[rarest]:,}",
            rows=f"{rows:,}",
            kind=rarest,
            share=percent(kinds[rarest] / rows),
            needed=FEW_EVENTS,
        )
        found.append(finding("label_rare", "warning", said, name, rows=kinds[rarest]))
    if target.is_number and target.distinct > 2:
        said = text(
            "{target} holds {n} codes ({codes}): are they grades in an order, or kinds without one?",
            target=name,
            n=len(kinds),
            codes=", ".join(kinds),
        )
        found.append(finding("label_codes", "info", said, name))
    return found


def _fixed_in_group(look: Look) -> list[Finding]:
    n = examples(look)
    if n is None or look.lots is None:
        return []
    said = text(
        "{target} is the same in all rows of one {lot}: the data hold {n} examples, not {rows}",
        target=outcome_name(look),
        lot=look.lots,
        n=n,
        rows=f"{len(look.dataset):,}",
    )
    return [finding("label_fixed_in_group", "warning", said, outcome_name(look), look.lots, rows=n)]


def _spellings(look: Look) -> list[Finding]:
    found = []
    for p in look.known.values():
        if p.counts is None or p.column.kind is not Kind.CATEGORY or len(p.counts) > 200:
            continue
        for one, other in _twins(list(p.counts)):
            said = text(
                "{column}: '{one}' ({n}) and '{other}' ({m}) are most likely the same word",
                column=p.column.name,
                one=one,
                other=other,
                n=f"{p.counts[one]:,}",
                m=f"{p.counts[other]:,}",
            )
            found.append(finding("category_spelling", "warning", said, p.column.name))
        single = [kind for kind, n in p.counts.items() if n == 1]
        if single and len(single) < 0.2 * len(p.counts) and p.rows > 100:
            once = "', '".join(single)
            said = text("{column}: '{kind}' occurs only once", column=p.column.name, kind=once)
            found.append(finding("category_once", "info", said, p.column.name, rows=len(single)))
    return found


_CHECKS: tuple[Callable[[Look], list[Finding]], ...] = (_leaks, _contradictions, _rarity, _fixed_in_group, _spellings)


def _twins(kinds: list[str]) -> list[tuple[str, str]]:
    """Words that differ in case, blanks or one letter only; numbered words ('Layer 1', 'Layer 2') do not count."""
    found = []
    plain = {kind: "".join(kind.lower().replace("_", " ").split()) for kind in kinds}
    for i, one in enumerate(kinds):
        for other in kinds[i + 1 :]:
            a, b = plain[one], plain[other]
            long_enough = min(len(a), len(b)) >= 6 and not any(c.isdigit() for c in a + b)
            if a == b or (long_enough and difflib.SequenceMatcher(None, a, b).ratio() > 0.92):
                found.append((one, other))
    return found
