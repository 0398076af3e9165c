"""Columns that say the same twice, or give the answer away."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bobae.core import Dataset, Floats, Kind, Text, text
from bobae.train.assess.names import both_of_energy, outcome_strength
from bobae.train.assess.profile import MANY, Profile, codes, correlation, sampled_rows

ALIKE = 0.98  # correlation (of ranks, or straight) from which one column is as good as the other
_MODES_AGREE = 0.8
_PAIRED_ROWS = 5_000  # enough to tell 0.98 from less, when every pair of columns is compared
_SORTED = 0.97  # share of a result's spread that a category explains only if it was made from the result
_SORTED_BY_NAME = 0.3  # the same where both names speak of one thing


def copies(dataset: Dataset, open_columns: Iterable[Profile]) -> dict[str, str]:
    """Columns equal to an earlier one in every row: name -> the earlier one."""
    seen: dict[tuple[object, ...], list[str]] = {}
    found: dict[str, str] = {}
    for p in open_columns:
        if not p.is_number or p.distinct <= 2:
            continue
        key = (p.low, p.high, p.missing, p.sample.tobytes())
        values = dataset.values(p.column.name)
        for other in seen.setdefault(key, []):
            if np.array_equal(values, dataset.values(other), equal_nan=True):
                found[p.column.name] = other
                break
        else:
            seen[key].append(p.column.name)
    return found


def one_of_many(dataset: Dataset, marks: Sequence[Profile]) -> list[str]:
    """Three or more 0/1 columns of which exactly one is set in each row: one label in several columns."""
    names = [p.column.name for p in marks if p.is_mark and p.low == 0]
    if len(names) < 3 or not np.all(dataset.matrix(tuple(names)).sum(axis=1) == 1):
        return []
    return names


def leaking(dataset: Dataset, known: Mapping[str, Profile], target: str, candidates: Sequence[str]) -> dict[str, Text]:
    """Candidates that are only known together with `target`: name -> why."""
    p = known[target]
    if p.is_mark or p.column.kind is Kind.FLAG:
        return _modes(dataset, known, target, candidates)
    if p.is_number and p.distinct > 20:
        return _made_from_number(dataset, known, target, candidates)
    return {}


def near_copies(features: Sequence[str], known: Mapping[str, Profile]) -> list[tuple[str, str]]:
    """Pairs of measured columns that rise and fall as one (rank correlation at least `ALIKE`)."""
    names = [name for name in features if known[name].distinct > 20]
    if len(names) < 2 or len(names) > 400:
        return []
    ranks = np.column_stack([_ranks(known[name].sample[:: _step(known[name])]) for name in names])
    close = np.abs(np.corrcoef(ranks, rowvar=False)) >= ALIKE
    return [(names[i], names[j]) for i, j in zip(*np.where(np.triu(close, 1)), strict=True)]


def _step(p: Profile) -> int:
    return max(1, len(p.sample) // _PAIRED_ROWS)


def _modes(dataset: Dataset, known: Mapping[str, Profile], target: str, candidates: Sequence[str]) -> dict[str, Text]:
    """0/1 columns that name the kind of the fault: together they are set where the target is, and nowhere else."""
    truth = dataset.values(target) == known[target].high
    marks = [name for name in candidates if known[name].is_mark and known[name].low == 0]
    most = 1.5 * float(truth.mean())
    rare = [name for name in _neighbours(dataset, target, marks) if dataset.values(name).mean() <= most]
    found: dict[str, Text] = {}
    if rare:
        any_set = dataset.matrix(tuple(rare)).sum(axis=1) > 0
        both = int(np.count_nonzero(any_set & truth))
        if both >= _MODES_AGREE * max(int(np.count_nonzero(any_set)), int(np.count_nonzero(truth))):
            why = text("says which kind of {target} it was: known only afterwards", target=target)
            return dict.fromkeys(rare, why)
    for name in marks:
        set_here = dataset.values(name) == 1
        inside = int(np.count_nonzero(set_here & truth)) >= 0.95 * max(int(np.count_nonzero(set_here)), 1)
        exclusive = outcome_strength(name) > 0 and not np.any(set_here & truth)
        if (inside and set_here.mean() <= truth.mean()) or exclusive or outcome_strength(name) > 2:
            found[name] = text("another mark of the same outcome: known only afterwards")
    return found


def _neighbours(dataset: Dataset, target: str, marks: Sequence[str]) -> list[str]:
    """The marks that stand in one block with the target."""
    names = [c.name for c in dataset.columns]
    block: list[str] = []
    for way in (1, -1):
        place = names.index(target) + way
        while 0 <= place < len(names) and names[place] in marks:
            block.append(names[place])
            place += way
    return block


def _made_from_number(
    dataset: Dataset, known: Mapping[str, Profile], target: str, candidates: Sequence[str]
) -> dict[str, Text]:
    wanted = known[target].sample
    found: dict[str, Text] = {}
    for name in candidates:
        p = known[name]
        if p.is_number and p.distinct > 2 and not p.is_constant:
            if _alike(wanted, p.sample) >= ALIKE:
                found[name] = text("rises and falls with {target}: made from it, or another name for it", target=target)
        elif p.column.kind is Kind.CATEGORY and p.distinct <= MANY:
            enough = _SORTED_BY_NAME if both_of_energy(name, target) else _SORTED
            if _explained(dataset, name, _ranks(wanted)) >= enough:
                found[name] = text("sorted by {target}: known only afterwards", target=target)
    return found


def _alike(one: Floats, other: Floats) -> float:
    there = ~(np.isnan(one) | np.isnan(other))
    if np.count_nonzero(there) < 3:
        return 0.0
    one, other = one[there], other[there]
    return max(abs(correlation(one, other)), abs(correlation(_ranks(one), _ranks(other))))


def _explained(dataset: Dataset, category: str, wanted: Floats) -> float:
    """The share of the spread of `wanted` (sampled ranks) that the category's own means account for."""
    of = codes(dataset, category)[0][sampled_rows(len(dataset))]
    counts = np.bincount(of)
    means = np.bincount(of, weights=wanted) / np.maximum(counts, 1)
    return float(np.var(means[of]) / np.var(wanted)) if np.var(wanted) > 0 else 0.0


def _ranks(values: Floats) -> Floats:
    """Ranks with missing values in the middle; equal values share one rank."""
    filled = np.where(np.isnan(values), np.nanmedian(values), values)
    _, position, counts = np.unique(filled, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - counts / 2)[position]
