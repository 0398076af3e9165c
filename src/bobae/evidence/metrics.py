"""Figures for alarms: by rows, by rank of the score, and by events, which is what a plant counts.

Point-adjusted F1 is not offered: it makes random scores look good.
"""

import math
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.evidence.budget import held_rate
from bobae.evidence.episodes import NS, WEEK_S, Episode, Event, Windows, near_events, outside_events
from bobae.evidence.intervals import Figure, block_bootstrap, block_numbers, wilson

BINS = 256


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known about the rows a model is judged on; all arrays (rows,), rows in time order asset after asset.

    Attributes:
        time_ns: when.
        groups: which asset.
        sampling_s: time one row stands for.
        judged: rows that count.
        marks: rows inside known faults.
        labelled: False where nobody said which rows are faults: all judged rows then count as normal.
        events: the known faults among the judged rows.
        windows: how forgiving the match is.
    """

    time_ns: Ints
    groups: Ints
    sampling_s: float
    judged: Bools
    marks: Bools
    labelled: bool
    events: tuple[Event, ...]
    windows: Windows


@dataclass(frozen=True)
class Judged:
    """How a run of alarms did against the truth.

    Attributes:
        detected: for each event whether an alarm met it.
        delays_s: for each event from its start to the first alarm (negative: early); NaN where missed.
        false: the episodes outside every event's window, and what of an alarm that met an event lies there.
        exposure_weeks: asset-weeks of normal time that was judged.
    """

    detected: tuple[bool, ...]
    delays_s: tuple[float, ...]
    false: tuple[Episode, ...]
    exposure_weeks: float

    @property
    def false_count(self) -> int:
        """False alarms, a standing one counted once a shift."""
        return sum(e.nuisance for e in self.false)


def judge(alarm: Bools, truth: Truth) -> Judged:
    """Which events the alarms met, how late, and which alarms were false; alarm (rows,)."""
    near = near_events(truth.events, truth.time_ns, truth.groups, truth.windows)
    alarm = alarm & truth.judged
    outside = near < 0
    never = np.iinfo(np.int64).max
    first = np.full(len(truth.events), never)
    at = np.flatnonzero(alarm & ~outside)
    np.minimum.at(first, near[at], truth.time_ns[at])
    detected = [met <= event.end_ns for met, event in zip(first.tolist(), truth.events, strict=True)]
    delays = [
        (met - event.start_ns) / NS if found else math.nan
        for met, event, found in zip(first.tolist(), truth.events, detected, strict=True)
    ]
    false = outside_events(alarm, outside, truth.time_ns, truth.groups, hold_off_s=truth.windows.hold_off_s)
    exposure = float((truth.judged & outside).sum()) * truth.sampling_s / WEEK_S
    return Judged(tuple(detected), tuple(delays), false, exposure)


def event_figures(judged: Judged) -> dict[str, Figure]:
    """'detected' (Wilson), 'delay_s' (middle one, order-statistic interval) and 'false_per_week' (exact Poisson)."""
    found = sum(judged.detected)
    return {
        "detected": wilson(found, len(judged.detected)),
        "delay_s": median(np.array([d for d in judged.delays_s if math.isfinite(d)])),
        "false_per_week": held_rate(list(judged.false), judged.exposure_weeks),
    }


def median(values: Floats) -> Figure:
    """The middle value with its distribution-free interval from order statistics; infinite ends below six values."""
    if not len(values):
        return Figure(math.nan)
    ordered = np.sort(values)
    count = len(ordered)
    reach = math.floor((count - 1.96 * math.sqrt(count)) / 2)
    low = float(ordered[reach - 1]) if reach >= 1 else math.nan
    high = float(ordered[count - reach]) if reach >= 1 else math.nan
    return Figure(float(np.median(ordered)), low, high)


def row_figures(alarm: Bools, score: Floats, truth: Truth, *, seed: int) -> dict[str, Figure]:
    """Figures by rows, block bootstrap: false_time always; f1, far, mar, average_precision, auc where labelled.

    Args:
        alarm: where the rule alarms (rows,).
        score: the higher, the worse (rows,); NaN counts as lowest.
        truth: see `Truth`.
        seed: of the bootstrap.
    """
    at = np.flatnonzero(truth.judged)
    block = block_numbers(truth.groups[at])
    tables = _confusion(alarm[at], truth.marks[at], block)
    figures = {"false_time": block_bootstrap(tables, false_alarm_rate, seed=seed)}
    if not truth.labelled:
        return figures
    figures["f1"] = block_bootstrap(tables, f1, seed=seed)
    figures["far"] = figures["false_time"]
    figures["mar"] = block_bootstrap(tables, missed_rate, seed=seed)
    return figures | ranked_figures(score[at], truth.marks[at], block, seed=seed)


def ranked_figures(score: Floats, marks: Bools, block: Ints, *, seed: int) -> dict[str, Figure]:
    """average_precision and auc of a score (rows,) for marked rows (rows,), block bootstrap over blocks (rows,)."""
    ranked = _histograms(score, marks, block)
    return {
        "average_precision": block_bootstrap(ranked, binned_average_precision, seed=seed),
        "auc": block_bootstrap(ranked, binned_auc, seed=seed),
    }


def f1(tables: Floats) -> Floats:
    """F1 from (..., 4) counts of hits, false alarms, misses, quiet normal rows; NaN without a fault."""
    hit, false, missed = tables[..., 0], tables[..., 1], tables[..., 2]
    return _ratio(2 * hit, np.where(hit + missed > 0, 2 * hit + false + missed, 0.0))


def false_alarm_rate(tables: Floats) -> Floats:
    """False alarm rows over normal rows, from (..., 4) counts as in `f1`."""
    return _ratio(tables[..., 1], tables[..., 1] + tables[..., 3])


def missed_rate(tables: Floats) -> Floats:
    """Missed fault rows over fault rows, from (..., 4) counts as in `f1`."""
    return _ratio(tables[..., 2], tables[..., 0] + tables[..., 2])


def average_precision(score: Floats, marks: Bools) -> float:
    """Mean precision over the recalled faults, ties taken together; score and marks (rows,); NaN without a fault."""
    return float(binned_average_precision(_by_value(score, marks))[0])


def auc(score: Floats, marks: Bools) -> float:
    """The chance that a fault row scores above a normal one, ties half; NaN without both kinds."""
    return float(binned_auc(_by_value(score, marks))[0])


def binned_average_precision(counts: Floats) -> Floats:
    """Average precision from (..., 2, bins) counts of normal and fault rows in bins of rising score."""
    normal, fault = (np.cumsum(counts[..., i, ::-1], axis=-1) for i in (0, 1))
    precision = _ratio(fault, fault + normal)
    step = np.diff(fault, axis=-1, prepend=0.0)
    return _ratio(np.nansum(precision * step, axis=-1), fault[..., -1])


def binned_auc(counts: Floats) -> Floats:
    """Area under the ROC curve from (..., 2, bins) counts of normal and fault rows in bins of rising score."""
    normal, fault = counts[..., 0, :], counts[..., 1, :]
    below = np.cumsum(normal, axis=-1) - normal / 2
    return _ratio((fault * below).sum(axis=-1), fault.sum(axis=-1) * normal.sum(axis=-1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    out: Floats = np.full(np.shape(whole), np.nan)
    return np.divide(part, whole, out=out, where=np.asarray(whole) > 0)


def _by_value(score: Floats, marks: Bools) -> Floats:
    values, place = np.unique(np.where(np.isfinite(score), score, -np.inf), return_inverse=True)
    counts = np.zeros((1, 2, len(values)))
    np.add.at(counts[0], (marks.astype(np.int64), place), 1.0)
    return counts


def _confusion(alarm: Bools, marks: Bools, block: Ints) -> Floats:
    tables = np.zeros((int(block.max(initial=-1)) + 1, 4))
    kind = np.where(marks, np.where(alarm, 0, 2), np.where(alarm, 1, 3))
    np.add.at(tables, (block, kind), 1.0)
    return tables


def _histograms(score: Floats, marks: Bools, block: Ints) -> Floats:
    # bins by rank keep the curve fine where the rows are; the interval needs no more than that
    score = np.where(np.isfinite(score), score, -np.inf)
    ordered = np.sort(score)
    edges = np.unique(ordered[np.linspace(0, len(ordered) - 1, BINS).astype(np.int64)]) if len(ordered) else ordered
    place = np.searchsorted(edges, score, side="right")
    counts = np.zeros((int(block.max(initial=-1)) + 1, 2, len(edges) + 1))
    np.add.at(counts, (block, marks.astype(np.int64), place), 1.0)
    return counts
