"""How rows hang together: counters, blocks of one machine or lot, files that follow on one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Dataset, Floats, Ints, Kind, Role
from bobae.train.assess.names import means_file
from bobae.train.assess.profile import Profile, codes

_COUNTED_SHARE = 0.99  # of the steps inside a block rise by exactly one
_LONG_ENOUGH, _MANY_LEVELS, _RARE_RESETS = 300, 50, 0.001  # of a running total
_BROKEN = 20  # a pause of this many usual steps between two files parts them


@dataclass(frozen=True)
class Counted:
    """A column whose values come in blocks, and the column that counts the rows of each block."""

    group: str
    counter: str


def counted_within(dataset: Dataset, known: Mapping[str, Profile], grouped: Iterable[str]) -> Counted | None:
    """A nameless machine number with a counter of cycles inside each machine, as run-to-failure files have them.

    Looks at `grouped` (columns known to group rows) first, then at every whole number that comes in blocks.
    """
    whole = [p for p in known.values() if p.is_number and p.whole and p.missing == 0 and not p.is_constant]
    counters = [p.column.name for p in whole if p.low in (0, 1) and p.distinct > 5]
    named = list(grouped)
    files = _file_changes(dataset)
    blocky = [p.column.name for p in whole if p.column.name not in named and _comes_in_blocks(dataset, p, files)]
    for group in [*named, *blocky]:
        inside = (np.diff(codes(dataset, group)[0]) == 0) & ~files
        for counter in counters:
            if counter != group and _counts(dataset.values(counter), inside):
                return Counted(group, counter)
    return None


def rising_by_one(values: Floats) -> bool:
    """Whether the numbers count the rows, from the start or afresh now and then."""
    steps = np.diff(values)
    resets = steps != 1
    return len(steps) > 1 and bool(np.mean(~resets) >= _COUNTED_SHARE) and bool(np.all(values[1:][resets] <= 1))


def only_rises(dataset: Dataset, p: Profile, assets: Sequence[str]) -> bool:
    """Whether a number never falls but for a rare reset: running hours, a meter, a count of parts."""
    if p.rows < _LONG_ENOUGH or p.distinct <= _MANY_LEVELS or p.missing or np.mean(np.diff(p.sample) < 0) > 0.05:
        return False
    apart = _file_changes(dataset)
    for name in assets:
        apart = apart | (np.diff(codes(dataset, name)[0]) != 0)
    steps = np.diff(dataset.values(p.column.name))[~apart]
    return len(steps) > 0 and float(np.mean(steps < 0)) <= _RARE_RESETS


def block_lengths(dataset: Dataset, name: str, *, by_file: bool = False) -> Ints:
    """Rows of each different value of a column (in each file, if told so), missing values left out."""
    code, values = codes(dataset, name)
    there = np.asarray(dataset.table.column(name).is_valid().to_numpy(), dtype=np.bool_)
    if by_file:
        code = code + len(values) * np.concatenate(([0], np.cumsum(_file_changes(dataset)))).astype(np.int64)
    return np.unique(code[there], return_counts=True)[1].astype(np.int64)


def clock_groups(dataset: Dataset) -> Ints:
    """Rows that share one running clock (rows,): by machine, and by lot where time starts afresh with each lot."""
    of = np.zeros(len(dataset), dtype=np.int64)
    if (asset := dataset.name_of(Role.ASSET)) is not None:
        of = codes(dataset, asset)[0]
    lot, time = dataset.name_of(Role.LOT), dataset.time_ns()
    if lot is None or time is None:
        return of
    lots, names = codes(dataset, lot)
    back = (np.diff(time) < 0) & (np.diff(of) == 0)
    at_change = np.diff(lots) != 0
    if lot == dataset_file(dataset) or np.count_nonzero(back & at_change) > np.count_nonzero(back) / 2:
        return of * len(names) + lots
    return of


def dataset_file(dataset: Dataset) -> str | None:
    """The column that says which file a row came from, if it tells the rows apart."""
    words = (Kind.CATEGORY, Kind.TEXT)
    return next((c.name for c in dataset.columns if c.kind in words and means_file(c.name)), None)


def are_files_one_series(dataset: Dataset, file: str, time: str) -> bool:
    """Whether each file goes on where another ended: a long record cut into days or months."""
    spans = _spans(dataset, file, time)
    if len(spans) < 2:
        return False
    spans = spans[np.argsort(spans[:, 0])]
    pauses = spans[1:, 0] - spans[:-1, 1]
    usual = np.median(np.abs(np.diff(dataset.values(time))))
    return bool(np.all(pauses > 0) and np.mean(pauses <= _BROKEN * usual) >= 0.8)


def each_file_a_trial(dataset: Dataset, file: str, marks: Sequence[Profile]) -> bool:
    """Whether every file begins without a mark and holds the same number of marked stretches: one trial a file."""
    code, names = codes(dataset, file)
    begins = np.concatenate(([True], np.diff(code) != 0))
    if len(names) < 3 or np.count_nonzero(begins) != len(names):
        return False
    for p in marks:
        set_here = dataset.values(p.column.name) == p.high
        onset = set_here & ~begins & ~np.concatenate(([False], set_here[:-1]))
        stretches = np.bincount(code[onset], minlength=len(names))
        usual = int(np.median(stretches))
        if usual > 0 and np.mean(stretches == usual) >= 0.8 and not set_here[begins].any():
            return True
    return False


def files_overlap(dataset: Dataset, file: str, time: str) -> bool:
    """Whether most files cover much the same time: one file for each machine."""
    spans = _spans(dataset, file, time)
    shared = np.minimum(spans[1:, 1], spans[:-1, 1]) - np.maximum(spans[1:, 0], spans[:-1, 0])
    shortest = np.minimum(spans[1:, 1] - spans[1:, 0], spans[:-1, 1] - spans[:-1, 0])
    return len(shared) > 0 and bool(np.mean(shared > 0.5 * shortest) > 0.5)


def _spans(dataset: Dataset, file: str, time: str) -> Ints:
    if dataset.column(time).kind is not Kind.TIME:
        return np.empty((0, 2), dtype=np.int64)
    code, values = codes(dataset, file)
    at = dataset.values(time)
    first = np.full(len(values), np.iinfo(np.int64).max)
    last = np.full(len(values), np.iinfo(np.int64).min)
    np.minimum.at(first, code, at)
    np.maximum.at(last, code, at)
    return np.column_stack([first, last])


def _file_changes(dataset: Dataset) -> Bools:
    """Which rows are of another file than the row before (rows - 1,)."""
    file = dataset_file(dataset)
    if file is None:
        return np.zeros(max(len(dataset) - 1, 0), dtype=np.bool_)
    return np.asarray(np.diff(codes(dataset, file)[0]) != 0)


def _comes_in_blocks(dataset: Dataset, p: Profile, files: Bools) -> bool:
    """Whether each value stands in one block of rows (one in each file)."""
    if not 2 <= p.distinct <= p.rows / 3:
        return False
    values = dataset.values(p.column.name)
    begins = np.concatenate(([True], (np.diff(values) != 0) | files))
    file = np.concatenate(([0], np.cumsum(files)))[begins]
    pairs = set(zip(file.tolist(), values[begins].tolist(), strict=True)) if begins.mean() <= 1 / 3 else set()
    return len(pairs) == np.count_nonzero(begins)


def _counts(values: Floats, inside: Bools) -> bool:
    steps = np.diff(values)
    restarts = ~inside
    if not restarts.any() or not inside.any():
        return False
    counted = np.mean(steps[inside] == 1) >= _COUNTED_SHARE
    return bool(counted and np.all(values[1:][restarts] <= 1))
