"""Fitting: one detector from one split, and what it says of all rows when it is started cold at each part."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from bobae.core import Bools, Dataset, Fitted, Floats, Ints, Learner, NotEnoughEvidence, Role
from bobae.evidence.baselines import naive_scores
from bobae.evidence.budget import Threshold, threshold_for_budget
from bobae.evidence.episodes import near_events
from bobae.evidence.leak import Leak, leak_meter, shuffled_parts
from bobae.evidence.metrics import Truth
from bobae.evidence.splits import Split, plan_split
from bobae.train.known import Known
from bobae.train.proof import Rule
from bobae.train.rows import Rows
from bobae.train.timeline import PROVE, Trace, events_in_proof

MEMORY_ROWS = 100  # left out at each cut, so that no average reaches across
SHUFFLED_SHARES = (0.5, 0.2, 0.3)
ALIKE_BELOW = 0.005  # shares of normal time in alarm below this are alike


class Detector(Fitted, Protocol):
    """A fitted anomaly model whose alarm limit can be set from held-out normal rows."""

    def calibrate(self, data: Dataset, *, budget_per_week: float) -> Self:
        """The same with its limit set for so many false alarm episodes a week and asset."""
        ...


@dataclass(frozen=True, eq=False)
class Fit:
    """A calibrated detector, its inputs for all rows (rows, inputs), and what it says about them."""

    detector: Detector
    x: Floats
    trace: Trace

    @property
    def threshold(self) -> Threshold | None:
        """What the alarm limit rests on, where the detector says so."""
        found = getattr(getattr(self.detector, "calibration", None), "threshold", None)
        return found if isinstance(found, Threshold) else None


def split_rows(rows: Rows, known: Known) -> Split:
    """The honest split of these rows; the gap at each cut is at most a fiftieth of the rows."""
    return plan_split(
        rows.time_ns if rows.has_time else None,
        rows.assets,
        rows.lots,
        gap_rows=min(MEMORY_ROWS, len(rows) // 50),
        marks=known.near,
        x=rows.data.matrix(rows.data.names(Role.FEATURE)),
    )


def fit(
    rows: Rows,
    known: Known,
    learner: Learner,
    part: Ints,
    *,
    budget_per_week: float,
    seed: int,
    budget_s: float | None = None,
) -> Fit:
    """Learn from part 0 and set the limit on part 1, both without rows near known faults; then run over all rows."""
    fitted: Detector = learner.fit(rows.data.rows((part == 0) & ~known.near), seed=seed, budget_s=budget_s)  # type: ignore[assignment]
    detector = fitted.calibrate(rows.data.rows((part == 1) & ~known.near), budget_per_week=budget_per_week)
    x = detector.contract.rows(rows.data)
    answers = detector.run(x, rows.gap(detector.contract.max_gap_s, cold=_begins(part)))
    tags = tuple(wanted.name for wanted in detector.contract.inputs)
    return Fit(detector, x, Trace.of(answers, tags))


def truth_of(rows: Rows, known: Known, part: Ints) -> Truth:
    """What the proof is judged by; rows near faults that belong to another part do not count."""
    events = events_in_proof(rows, known, part)
    near = near_events(events, rows.time_ns, rows.machine, known.windows) >= 0
    return Truth(
        time_ns=rows.time_ns,
        groups=rows.machine,
        sampling_s=rows.sampling_s,
        judged=(part == PROVE) & (near | ~known.near),
        marks=known.marks,
        labelled=known.labelled,
        events=events,
        windows=known.windows,
    )


def naive_rules(rows: Rows, known: Known, part: Ints, *, budget_per_week: float) -> list[Rule]:
    """The rules to beat, tuned on the same rows to the same budget."""
    nothing = np.zeros(len(rows))
    rules = [Rule("never", nothing, nothing > 0), Rule("always", nothing, nothing == 0)]
    x = rows.data.matrix(rows.data.names(Role.FEATURE))
    learn, limit = (part == 0) & ~known.near, (part == 1) & ~known.near
    for name, score in naive_scores(x, rows.fresh, learn):
        fresh = (rows.fresh | ~_follows(limit))[limit]
        rules.append(Rule(name, score, score > _limit(score[limit], fresh, rows, known, budget_per_week)))
    return rules


def _limit(score: Floats, fresh: Bools, rows: Rows, known: Known, budget_per_week: float) -> float:
    """The limit for the budget, or the highest score where it never changes enough to say."""
    try:
        return threshold_for_budget(
            score,
            fresh,
            sampling_s=rows.sampling_s,
            budget_per_week=budget_per_week,
            hold_off_s=known.windows.hold_off_s,
        ).value
    except NotEnoughEvidence:
        return float(np.max(score))


def leak(rows: Rows, known: Known, learner: Learner, honest: float, *, budget_per_week: float, seed: int) -> Leak:
    """By how much a test on shuffled stretches flatters the model: share of normal time in alarm, honest over shuffled.

    Args:
        rows: all rows.
        known: the known faults.
        learner: fitted anew on the shuffled split.
        honest: the share of normal time in alarm that the honest split gave (`false_share`).
        budget_per_week: as for the model.
        seed: of the shuffling and the fit.
    """
    part = shuffled_parts(rows.stream, stretch_rows=MEMORY_ROWS, shares=SHUFFLED_SHARES, seed=seed)
    again = fit(rows, known, learner, part, budget_per_week=budget_per_week, seed=seed)
    shuffled = false_share(again.trace, known, part)
    return leak_meter(max(shuffled, ALIKE_BELOW), max(honest, ALIKE_BELOW), higher_is_better=False)


def false_share(trace: Trace, known: Known, part: Ints) -> float:
    """The share of rows in alarm among those of the proof that are near no known fault; NaN without such rows."""
    normal = (part == PROVE) & ~known.near
    return float(trace.alarm[normal].mean()) if normal.any() else np.nan


def _begins(part: Ints) -> Bools:
    return np.concatenate([[True], np.diff(part) != 0])


def _follows(chosen: Bools) -> Bools:
    return np.concatenate([[False], chosen[:-1]])
