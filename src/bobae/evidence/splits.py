"""Splits: which rows a model learns from, which set its limits, which prove it, as it will be used.

A row shuffled into the fit part tells the model about its neighbours, and the score lies: an error of 4 was claimed
where 11 was true. So whole runs stay together, what comes later proves what was learned before, and between the parts
lies a gap as long as the model remembers.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bobae.core import Bools, Floats, Ints, NotEnoughEvidence, Refused, Text, text

Kind = Literal["time", "asset", "lot"]
SHARES = ((0.5, 0.2), (0.4, 0.2), (0.3, 0.2))  # fit and calibrate; the rest proves
ENOUGH_EVENTS = 3
FEWEST_ROWS = (100, 50, 50)
FEWEST_GROUPS = 3


@dataclass(frozen=True, eq=False)
class Split:
    """Three parts that share no run and no moment; rows in none of them are the gap between.

    Attributes:
        kind: 'time', 'asset' or 'lot'.
        by: the same in words.
        reason: why so, in words.
        fit: rows to learn from (rows,).
        calibrate: later rows, to set limits on (rows,).
        prove: the last rows, to prove it on (rows,).
    """

    kind: Kind
    by: Text
    reason: Text
    fit: Bools
    calibrate: Bools
    prove: Bools

    def parts(self) -> Iterator[tuple[str, Bools]]:
        """The three parts by name."""
        yield from (("fit", self.fit), ("calibrate", self.calibrate), ("prove", self.prove))


def plan_split(
    time_ns: Ints | None,
    assets: Ints,
    lots: Ints | None = None,
    *,
    gap_rows: int = 0,
    marks: Bools | None = None,
    x: Floats | None = None,
) -> Split:
    """The honest split of these rows, in whatever order they come.

    Rows of one lot or run stay together; assets that lived one after the other are split as wholes; everything else is
    cut in time, 50 / 20 / 30 in rows, with `gap_rows` rows of each asset dropped after each cut. Where fewer than three
    known faults would be left to prove on, the first part shrinks to 40 or 30 %. No cut goes through a known fault.

    Args:
        time_ns: when each row was (rows,), or None: then the order of the rows is taken for time.
        assets: which asset (rows,).
        lots: which lot, run or shot (rows,), or None.
        gap_rows: the longest memory of the model in rows.
        marks: rows of known faults (rows,).
        x: the numbers (rows, columns), looked at only where there is neither time nor lot: to see whether the order of
            the rows still means something.

    Raises:
        Refused: the order of the rows was destroyed, and nothing else tells them apart.
        NotEnoughEvidence: too few rows for three parts.
    """
    rows = len(assets)
    if time_ns is None and lots is None and len(np.unique(assets)) == 1 and x is not None:
        _refuse_lost_order(x)
    order_time = np.arange(rows, dtype=np.int64) if time_ns is None else time_ns
    marked = np.zeros(rows, dtype=np.bool_) if marks is None else marks
    kind, groups = kind_of(order_time, assets, lots)
    planned: list[tuple[int, Split]] = []
    for shares in SHARES:
        masks = (
            _by_time(order_time, groups, marked, shares=shares, gap_rows=gap_rows)
            if kind == "time"
            else _by_group(order_time, groups, shares)
        )
        proved = _stretches(marked & masks[2], order_time, assets)
        planned.append((proved, _told(kind, masks, shares, has_time=time_ns is not None, gap_rows=gap_rows)))
        if proved >= ENOUGH_EVENTS or not marked.any():
            break
    return _enough(max(planned, key=lambda plan: plan[0])[1], marked)


def folds(
    time_ns: Ints | None, assets: Ints, lots: Ints | None = None, *, count: int = 5, gap_rows: int = 0
) -> list[tuple[Bools, Bools]]:
    """Several (fit, prove) pairs, each as honest as `plan_split`, in time order.

    Whole lots or assets: each fold proves one stretch of neighbouring groups and fits on all others. One long series:
    each fold proves one stretch of time and fits only on what came before it, less `gap_rows` rows of each asset.

    Raises:
        NotEnoughEvidence: fewer groups, or fewer than 50 rows a fold.
    """
    rows = len(assets)
    order_time = np.arange(rows, dtype=np.int64) if time_ns is None else time_ns
    kind, groups = kind_of(order_time, assets, lots)
    if kind == "time":
        return list(_forward_folds(order_time, groups, count, gap_rows))
    ranked = _groups_in_time(order_time, groups)
    if len(ranked) < count:
        raise NotEnoughEvidence(
            "{count} folds need {count} lots or assets; there are {groups}", count=count, groups=len(ranked)
        )
    return [(~np.isin(groups, chosen), np.isin(groups, chosen)) for chosen in np.array_split(ranked, count)]


def order_is_lost(x: Floats) -> bool:
    """Whether no column of x (rows, columns) is more like its neighbour than chance allows (rank correlation at lag 1).

    Under shuffling the lag-1 correlation of n rows scatters with 1 / sqrt(n); four times that in any column is order.
    """
    for column in x.T:
        seen = column[np.isfinite(column)]
        if len(seen) < 30 or np.ptp(seen) == 0:
            continue
        ranks = np.argsort(np.argsort(seen, kind="stable"), kind="stable").astype(np.float64)
        ranks -= ranks.mean()
        like = float(ranks[1:] @ ranks[:-1] / (ranks @ ranks))
        if like * math.sqrt(len(seen)) > 4:
            return False
    return True


def _refuse_lost_order(x: Floats) -> None:
    if order_is_lost(x):
        raise Refused(
            "the order of the {rows} rows says nothing: no row is like the one before it, and there is no time, lot or "
            "asset column. Such rows look shuffled, and a test on them would lie. Export the rows in time order with "
            "their time column, or name the lot column",
            rows=len(x),
        )


def kind_of(time_ns: Ints, assets: Ints, lots: Ints | None) -> tuple[Kind, Ints]:
    """What the rows are split by, and the group of each row; all (rows,)."""
    if lots is not None and len(np.unique(lots)) >= FEWEST_GROUPS:
        return "lot", lots
    names, codes = np.unique(assets, return_inverse=True)
    if len(names) >= FEWEST_GROUPS:
        starts, ends = _first_and_last(time_ns, codes, len(names))
        spans, whole = ends - starts, max(int(np.ptp(time_ns)), 1)
        from_one_zero = len(np.unique(starts)) == 1 and len(np.unique(spans)) > len(spans) // 2
        # lives one after the other, or each counted from its own zero: nothing in common but the kind of machine
        if np.median(spans) < 0.5 * whole or from_one_zero:
            return "asset", assets
    return "time", assets


def _by_time(
    time_ns: Ints, assets: Ints, marked: Bools, *, shares: tuple[float, float], gap_rows: int
) -> tuple[Bools, Bools, Bools]:
    order = np.lexsort((np.arange(len(time_ns)), time_ns))
    first = _before_fault(order, marked, int(len(order) * shares[0]))
    second = _before_fault(order, marked, max(first, int(len(order) * (shares[0] + shares[1]))))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    # rows of one moment stay on one side of the cut
    cut_1, cut_2 = (_whole_moment(time_ns[order], cut) for cut in (first, second))
    fit, calibrate, prove = rank < cut_1, (rank >= cut_1) & (rank < cut_2), rank >= cut_2
    return fit, _less_gap(calibrate, rank, assets, gap_rows), _less_gap(prove, rank, assets, gap_rows)


def _before_fault(order: Ints, marked: Bools, cut: int) -> int:
    while 0 < cut < len(order) and marked[order[cut]] and marked[order[cut - 1]]:
        cut -= 1
    return cut


def _whole_moment(sorted_time: Ints, cut: int) -> int:
    return int(np.searchsorted(sorted_time, sorted_time[cut])) if cut < len(sorted_time) else cut


def _less_gap(part: Bools, rank: Ints, assets: Ints, gap_rows: int) -> Bools:
    """The part without the first `gap_rows` rows of each asset in it."""
    at = np.flatnonzero(part)
    at = at[np.lexsort((rank[at], assets[at]))]
    first = np.concatenate([[True], np.diff(assets[at]) != 0]) if len(at) else np.zeros(0, dtype=np.bool_)
    begin = np.maximum.accumulate(np.where(first, np.arange(len(at)), 0))
    kept = part.copy()
    kept[at[np.arange(len(at)) - begin < gap_rows]] = False
    return kept


def _by_group(time_ns: Ints, groups: Ints, shares: tuple[float, float]) -> tuple[Bools, Bools, Bools]:
    ranked = _groups_in_time(time_ns, groups)
    names, sizes = np.unique(groups, return_counts=True)
    size = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    until = np.cumsum([size[g] for g in ranked.tolist()]) / len(groups)
    first = min(max(1, int(np.searchsorted(until, shares[0] - 1e-9)) + 1), len(ranked) - 2)
    second = min(max(first + 1, int(np.searchsorted(until, sum(shares) - 1e-9)) + 1), len(ranked) - 1)
    parts = np.split(ranked, [first, second])
    return np.isin(groups, parts[0]), np.isin(groups, parts[1]), np.isin(groups, parts[2])


def _groups_in_time(time_ns: Ints, groups: Ints) -> Ints:
    names, where = np.unique(groups, return_inverse=True)
    start, _ = _first_and_last(time_ns, where, len(names))
    seen = np.full(len(names), len(groups))
    np.minimum.at(seen, where, np.arange(len(groups)))
    return np.asarray(names[np.lexsort((seen, start))], dtype=np.int64)


def _first_and_last(time_ns: Ints, codes: Ints, count: int) -> tuple[Ints, Ints]:
    first = np.full(count, np.iinfo(np.int64).max)
    last = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, codes, time_ns)
    np.maximum.at(last, codes, time_ns)
    return first, last


def _forward_folds(time_ns: Ints, assets: Ints, count: int, gap_rows: int) -> Iterator[tuple[Bools, Bools]]:
    order = np.lexsort((np.arange(len(time_ns)), time_ns))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    if len(order) < 50 * (count + 1):
        raise NotEnoughEvidence(
            "{count} folds in time need at least {needed} rows; there are {rows}",
            count=count,
            needed=50 * (count + 1),
            rows=len(order),
        )
    edges = [_whole_moment(time_ns[order], int(e)) for e in np.linspace(0, len(order), count + 2)[1:-1]] + [len(order)]
    for begin, end in itertools.pairwise(edges):
        yield rank < begin, _less_gap((rank >= begin) & (rank < end), rank, assets, gap_rows)


def _stretches(marked: Bools, time_ns: Ints, assets: Ints) -> int:
    in_order = marked[np.lexsort((np.arange(len(time_ns)), time_ns, assets))]
    return int(in_order[:1].sum() + (np.diff(in_order.astype(np.int8)) > 0).sum())


def _told(
    kind: Kind, masks: tuple[Bools, Bools, Bools], shares: tuple[float, float], *, has_time: bool, gap_rows: int
) -> Split:
    percent = {
        "fit": round(100 * shares[0]),
        "calibrate": round(100 * shares[1]),
        "prove": round(100 - 100 * sum(shares)),
    }
    if kind == "lot":
        by = text("whole lots or runs in time order, {fit} / {calibrate} / {prove} %", **percent)
        reason = text("rows of one lot or run are alike, so a lot never lies on both sides")
    elif kind == "asset":
        by = text("whole machines in time order, {fit} / {calibrate} / {prove} %", **percent)
        reason = text("each machine has its own life, so the model is proved on machines it has not seen")
    else:
        by = text(
            "time, {fit} / {calibrate} / {prove} %, with {gap} rows left out at each cut", gap=gap_rows, **percent
        )
        reason = (
            text("the model will be used on days that come after the ones it learned from")
            if has_time
            else text("there is no time column, so the order of the rows is taken for time")
        )
    return Split(kind, by, reason, *masks)


_LEFT_FOR = {
    "fit": text("to learn from"),
    "calibrate": text("to set the alarm limit on"),
    "prove": text("to try it on"),
}


def _enough(split: Split, marked: Bools) -> Split:
    for (part, mask), fewest in zip(split.parts(), FEWEST_ROWS, strict=True):
        normal = int((mask & ~marked).sum())
        if normal < fewest:
            raise NotEnoughEvidence(
                "too few rows for an honest test: {normal} rows of normal running are left {part}, and {fewest} are "
                "the least. Bring a longer history",
                normal=normal,
                part=_LEFT_FOR[part],
                fewest=fewest,
            )
    return split
