"""What each column is for, found from its name and its values, with the reason in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from bobae.core import BadInput, Column, Dataset, Kind, Role, Text, text
from bobae.train.assess import names
from bobae.train.assess.blocks import (
    Counted,
    are_files_one_series,
    counted_within,
    each_file_a_trial,
    files_overlap,
    only_rises,
    rising_by_one,
)
from bobae.train.assess.leaks import copies, leaking, one_of_many
from bobae.train.assess.profile import Profile, profiles

_MEASURED_LEVELS = 20  # a result with more different values was measured, not sorted


@dataclass(eq=False)
class _Search:
    """The roles found so far; each step settles the columns that none before it did."""

    dataset: Dataset
    known: Mapping[str, Profile]
    found: dict[str, tuple[Role, Text]] = field(default_factory=dict)

    def open(self) -> list[Profile]:
        return [p for name, p in self.known.items() if name not in self.found]

    def settle(self, name: str, role: Role, reason: Text) -> None:
        self.found.setdefault(name, (role, reason))

    def having(self, role: Role) -> list[str]:
        return [name for name, (given, _) in self.found.items() if given is role]


def find_roles(
    dataset: Dataset, *, chosen: Mapping[Role, str] | None = None, known: Mapping[str, Profile] | None = None
) -> Dataset:
    """The same rows with every column's role found, and why.

    A number that the user says is the time becomes seconds from an unknown start.

    Args:
        dataset: rows as they were read.
        chosen: role -> column name, said by the user; stands above anything found.
        known: the columns' profiles, where they have been made already.

    Raises:
        UnknownName: a chosen column does not exist; the nearest are given.
        BadInput: a chosen time column holds no times.
    """
    known = known if known is not None else profiles(dataset)
    search = _Search(dataset, known)
    for role, name in (chosen or {}).items():
        dataset.column(name)
        search.settle(name, role, text("you said so"))
    for step in _STEPS:
        step(search)
    columns = tuple(replace(c, role=search.found[c.name][0], reason=search.found[c.name][1]) for c in dataset.columns)
    return _with_clock(replace(dataset, columns=columns), known)


def _nothing_in_it(search: _Search) -> None:
    for p in search.open():
        if p.column.kind is Kind.EMPTY or p.missing == p.rows:
            search.settle(p.column.name, Role.IGNORED, text("empty"))
        elif p.is_constant and p.rows > 1:
            search.settle(p.column.name, Role.IGNORED, text("always {value}", value=_only_value(p)))


def _times(search: _Search) -> None:
    read_as = search.dataset.name_of(Role.TIME)
    for p in search.open():
        if p.column.kind is not Kind.TIME:
            continue
        if not search.having(Role.TIME) and read_as in (None, p.column.name):
            search.settle(p.column.name, Role.TIME, text("holds dates and times"))
        else:
            search.settle(p.column.name, Role.IGNORED, text("another time beside the main one"))


def _copies(search: _Search) -> None:
    telling = sorted(search.open(), key=lambda p: not _names_something(p.column.name))
    for name, original in copies(search.dataset, telling).items():
        search.settle(name, Role.IGNORED, text("the same as {other}", other=original))


def _machines_and_lots(search: _Search) -> None:
    for p in search.open():
        name = p.column.name
        if not _can_group(p) or p.column.kind is Kind.FLAG:
            continue
        if names.means_file(name):
            continue
        if names.means_asset(name) and not search.having(Role.ASSET):
            search.settle(name, Role.ASSET, text("names the machine ({n} of them)", n=p.distinct))
        elif names.means_lot(name) and not search.having(Role.LOT):
            search.settle(name, Role.LOT, text("rows that belong together ({n} groups)", n=p.distinct))


def _counters(search: _Search) -> None:
    counted = counted_within(search.dataset, search.known, search.having(Role.ASSET) + search.having(Role.LOT))
    if counted is None:
        return
    search.settle(
        counted.group,
        Role.ASSET,
        text("rows come in {n} blocks, one for each value", n=search.known[counted.group].distinct),
    )
    _settle_counter(search, counted)


def _settle_counter(search: _Search, counted: Counted) -> None:
    search.settle(
        counted.counter,
        Role.IGNORED,
        text("counts 1, 2, 3 ... within each {group}", group=counted.group),
    )


def _files(search: _Search) -> None:
    for p in search.open():
        name = p.column.name
        if not names.means_file(name) or p.column.kind not in (Kind.CATEGORY, Kind.TEXT):
            continue
        time = next(iter(search.having(Role.TIME)), None)
        trials = each_file_a_trial(search.dataset, name, [q for q in search.known.values() if _marks_faults(q)])
        if time is not None and not trials and are_files_one_series(search.dataset, name, time):
            search.settle(name, Role.IGNORED, text("the files follow on one another in time"))
        elif search.having(Role.ASSET) or search.having(Role.LOT):
            search.settle(name, Role.IGNORED, text("another column already says which rows belong together"))
        elif time is not None and files_overlap(search.dataset, name, time):
            search.settle(name, Role.ASSET, text("one file for each machine: they cover the same time"))
        else:
            search.settle(name, Role.LOT, text("each file is a run of its own ({n} files)", n=p.distinct))


def _row_numbers(search: _Search) -> None:
    for p in search.open():
        name = p.column.name
        if p.column.kind is Kind.NUMBER and p.whole and p.missing == 0 and rising_by_one(search.dataset.values(name)):
            search.settle(name, Role.IGNORED, text("counts the rows"))
        elif _is_different_in_every_row(p):
            search.settle(name, Role.IGNORED, text("a different value in every row: a serial number"))


def _running_totals(search: _Search) -> None:
    """What only ever rises is new at every row: it would look unusual forever."""
    target = next(iter(search.having(Role.TARGET)), None)
    if target is not None and search.known[target].is_number and search.known[target].distinct > _MEASURED_LEVELS:
        return  # how worn a tool is may well decide a measured result
    for p in search.open():
        if p.column.kind is Kind.NUMBER and only_rises(search.dataset, p, search.having(Role.ASSET)):
            search.settle(p.column.name, Role.IGNORED, text("a running total: it only ever rises"))


def _outcomes(search: _Search) -> None:
    if not search.having(Role.TARGET):
        _guess_outcome(search)
    target = next(iter(search.having(Role.TARGET)), None)
    if target is None:
        return
    for name, why in leaking(search.dataset, search.known, target, [p.column.name for p in search.open()]).items():
        search.settle(name, Role.IGNORED, why)
    for p in search.open():
        if _sounds_like_outcome(p):
            search.settle(p.column.name, Role.IGNORED, text("another outcome beside {target}", target=target))


def _guess_outcome(search: _Search) -> None:
    heard = [p for p in search.open() if _sounds_like_outcome(p)]
    siblings = one_of_many(search.dataset, heard)
    if siblings:
        why = text("one of {n} marks of which exactly one is set in each row", n=len(siblings))
        for name in siblings:
            search.settle(name, Role.TARGET, why)
    elif heard:
        best = max(heard, key=lambda p: names.outcome_strength(p.column.name))
        marks = text("marks known faults") if best.is_mark else text("the name says it is a result")
        search.settle(best.column.name, Role.TARGET, marks)
    else:
        for p in search.open():
            if p.is_mark and p.low == -1 and not search.having(Role.TARGET):
                search.settle(p.column.name, Role.TARGET, text("only -1 and 1: passed and failed"))


def _contexts(search: _Search) -> None:
    for p in search.open():
        few = p.distinct <= (30 if p.is_number else 60)
        if p.column.kind is Kind.CATEGORY and few:
            search.settle(p.column.name, Role.CONTEXT, text("{n} kinds: how the machine was run", n=p.distinct))
        elif p.is_number and p.whole and few and _names_a_setting(p):
            search.settle(p.column.name, Role.CONTEXT, text("the name says what was made, or how"))


def _the_rest(search: _Search) -> None:
    for p in search.open():
        if p.is_number:
            search.settle(p.column.name, Role.FEATURE, text("measured"))
        elif p.column.kind is Kind.CATEGORY:
            search.settle(
                p.column.name, Role.IGNORED, text("{n} different words: too many to tell apart", n=p.distinct)
            )
        else:
            search.settle(p.column.name, Role.IGNORED, text("free words"))


_STEPS: tuple[Callable[[_Search], None], ...] = (
    _nothing_in_it,
    _times,
    _copies,
    _machines_and_lots,
    _counters,
    _files,
    _row_numbers,
    _outcomes,
    _running_totals,
    _contexts,
    _the_rest,
)


def _can_group(p: Profile) -> bool:
    if p.column.kind in (Kind.CATEGORY, Kind.TEXT):
        return 2 <= p.distinct <= p.rows / 2
    return p.whole and 2 <= p.distinct <= p.rows / 2


def _is_different_in_every_row(p: Profile) -> bool:
    if p.rows < 10 or p.missing:
        return False
    if p.column.kind in (Kind.CATEGORY, Kind.TEXT):
        return p.distinct == p.rows
    every = p.distinct == np.count_nonzero(~np.isnan(p.sample))
    return p.column.kind is Kind.NUMBER and p.whole and every and names.means_id(p.column.name)


def _sounds_like_outcome(p: Profile) -> bool:
    strength = names.outcome_strength(p.column.name)
    if not strength or p.column.kind in (Kind.TEXT, Kind.TIME, Kind.EMPTY):
        return False
    few = p.distinct <= 20 and (p.whole or not p.is_number)
    return few or names.means_measured_outcome(p.column.name)


def _marks_faults(p: Profile) -> bool:
    return p.is_mark and names.outcome_strength(p.column.name) >= 3


def _names_something(name: str) -> bool:
    return names.means_asset(name) or names.means_lot(name) or names.means_context(name, number=True)


def _names_a_setting(p: Profile) -> bool:
    return names.means_context(p.column.name, number=not (p.is_mark or p.column.kind is Kind.FLAG))


def _only_value(p: Profile) -> str:
    return f"{p.low:g}" if p.is_number else next(iter(p.counts or {"-": 0}))


def _with_clock(dataset: Dataset, known: Mapping[str, Profile]) -> Dataset:
    name = dataset.name_of(Role.TIME)
    if name is None or dataset.column(name).kind is Kind.TIME:
        return dataset
    if not known[name].is_number or known[name].missing:
        raise BadInput("the column {name} holds no times: name another with --time-col", name=name)
    column = dataset.column(name)
    per_second = {"min": 60.0, "h": 3600.0, "d": 86400.0, "ms": 1e-3}.get(column.unit or "s", 1.0)
    ns = np.round(dataset.values(name) * per_second * 1e9).astype(np.int64)
    stamps = pa.array(ns, type=pa.timestamp("ns", tz="UTC"))
    place = dataset.table.column_names.index(name)
    timed = replace(column, kind=Kind.TIME)
    columns: tuple[Column, ...] = tuple(timed if c is column else c for c in dataset.columns)
    return replace(dataset, table=dataset.table.set_column(place, name, stamps), columns=columns)
