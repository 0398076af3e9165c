"""Which machines hold the plant back, by four methods, and how sure that is.

- *Utilisation*: the largest share of the time that it is there for work.
- *Active period* (C. Roser, M. Nakano, M. Tanaka, A practical bottleneck detection method, WSC 2001): the longest
  stretch, on average, that a machine is busy, set up, mended or maintained without a break.
- *Turning point* (L. Li, Q. Chang, J. Ni, Int. J. Production Research 47, 2009): where machines before are held up by
  those after them more than they starve, and machines after starve more than they are held up.
- *Sensitivity*: what the plant gains if this group works a little faster, with the same chance: the only one that says
  what a remedy is worth.

The confidence of the first three is the share of runs in which a group comes first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.evidence.intervals import Figure
from bobae.flow import Plan, compiled
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.flow.layout import NONE, Records
from bobae.simulate.changing import changed
from bobae.simulate.figures import DAY_S, MICRO, Key
from bobae.simulate.study import Span, Study, interval, paired, study

METHODS = ("utilisation", "active_period", "turning_point")
QUICKER = 0.05  # by which a group is made faster, for the sensitivity
_BEGINS = (w.START, w.FAIL, w.CARE_DUE)
_ENDS = (w.DONE, w.REPAIR, w.CARE_END)


@dataclass(frozen=True)
class Suspect:
    """One group of machines.

    Attributes:
        name: of the group.
        utilisation: share of the time that it is there.
        active_min: mean stretch without a break, minutes.
        first_by: method -> share of runs in which it comes first.
        throughput: what the plant makes more if this group is quicker by `QUICKER`, as a share; None: not tried.
        cycle_time: how much longer lots then take, as a share, so below 0 where it helps.
    """

    name: str
    utilisation: Figure
    active_min: Figure
    first_by: Mapping[str, float]
    throughput: Figure | None = None
    cycle_time: Figure | None = None


@dataclass(frozen=True, eq=False)
class Bottlenecks:
    """What holds the plant back.

    Attributes:
        suspects: all groups, the likeliest bottleneck first.
        study: of the plant as it is.
    """

    suspects: tuple[Suspect, ...]
    study: Study


def bottleneck(
    plan: Plan,
    span: Span,
    *,
    runs: int,
    seed: int = 0,
    tried: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> Bottlenecks:
    """All groups, the likeliest bottleneck first; the first `tried` are made quicker to see what that brings."""
    measured = [_measured(plan, span, seed + number) for number in range(runs)]
    utilisation = np.array([one[0] for one in measured])
    active = np.array([one[1] for one in measured])
    turning = np.array([one[2] for one in measured])
    first = {
        "utilisation": _shares(utilisation.argmax(axis=1), len(plan.groups)),
        "active_period": _shares(active.argmax(axis=1), len(plan.groups)),
        "turning_point": _shares(turning[turning >= 0], len(plan.groups)),
    }
    total = sum(first.values()) + 1e-3 * utilisation.mean(axis=0)
    order = np.argsort(-total, kind="stable")
    before = study(plan, span, runs=runs, seed=seed, progress=progress)
    gains = _gains(before, order[:tried].tolist(), seed, progress)
    suspects = [
        Suspect(
            plan.groups[group],
            interval(utilisation[:, group]),
            interval(active[:, group]),
            {method: float(first[method][group]) for method in METHODS},
            *gains.get(int(group), (None, None)),
        )
        for group in order
    ]
    return Bottlenecks(tuple(sorted(suspects, key=_remedy)), before)


def _remedy(suspect: Suspect) -> float:
    """What making it quicker brings, the best lowest: more, or, where demand is the limit, sooner."""
    if suspect.throughput is None or suspect.cycle_time is None:
        return np.inf
    return -suspect.throughput.value if suspect.throughput.low > 0.0 else suspect.cycle_time.value


def _shares(winners: Ints, count: int) -> Floats:
    return np.bincount(winners.astype(int), minlength=count) / max(1, len(winners))


def _measured(plan: Plan, span: Span, seed: int) -> tuple[Floats, Floats, int]:
    run = Run.new(plan, seed=seed, traced=True)
    run.until(span.warm_up_days * DAY_S)
    run.trace.clear()
    before = run.state.machines["times"].copy()
    run.until((span.warm_up_days + span.days) * DAY_S)
    times = _by_group(plan, run.state.machines["times"] - before)
    there = times[:, [w.IDLE, w.BUSY, w.BLOCKED]].sum(axis=1)
    utilisation = times[:, w.BUSY] / np.maximum(there, 1.0)
    active = _active_minutes(plan, np.concatenate(run.trace))
    return utilisation, active, _turning_point(times[:, w.BLOCKED], times[:, w.IDLE])


def _by_group(plan: Plan, rows: Ints) -> Floats:
    groups = plan.tables.groups
    return np.array([rows[g["first"] : g["first"] + g["count"]].sum(axis=0) for g in groups], float)


def _active_minutes(plan: Plan, trace: Records) -> Floats:
    """(groups,): the mean stretch in which at least one of its begun things has not ended, machine by machine."""
    signs = np.zeros(16, np.int64)
    signs[list(_BEGINS)], signs[list(_ENDS)] = 1, -1
    rows = trace[signs[trace["kind"]] != 0]
    rows = rows[np.argsort(rows["machine"], kind="stable")]
    total, count = np.zeros(len(plan.groups)), np.zeros(len(plan.groups))
    starts = np.searchsorted(rows["machine"], np.arange(len(plan.tables.machines) + 1))
    for machine, group in enumerate(plan.tables.machines["group"]):
        mine = rows[starts[machine] : starts[machine + 1]]
        if len(mine) == 0:
            continue
        going = signs[mine["kind"]].cumsum()
        going -= going.min()
        at = mine["at"]
        ends = np.flatnonzero(going == 0)
        ends = ends[np.append(np.diff(at[ends]) != 0, True)]  # a job that follows at once is no break
        begins = np.append(0, ends[:-1] + 1)
        kept = begins < ends
        total[group] += (at[ends[kept]] - at[begins[kept]]).sum() * MICRO / 60.0
        count[group] += kept.sum()
    return total / np.maximum(count, 1)


def _turning_point(blocked: Floats, starved: Floats) -> int:
    """The group where held up turns to starving; NONE where all starve: then the releases hold the plant back."""
    excess = blocked - starved
    if (excess <= 0.0).all():
        return NONE
    scores = [
        float((excess[:group] > 0).sum() + (excess[group + 1 :] <= 0).sum()) - (blocked[group] + starved[group]) / 1e18
        for group in range(len(excess))
    ]
    return int(np.argmax(scores))


def _gains(
    before: Study, groups: Sequence[int], seed: int, progress: Callable[[int, int], None] | None
) -> dict[int, tuple[Figure, Figure]]:
    found = {}
    for group in groups:
        plan, name = before.plan, before.plan.groups[group]
        speed = plan.production.machines[name].speed
        quicker = compiled(changed(plan.production, f"machines.{name}.speed", speed / (1.0 - QUICKER)))
        after = study(quicker, before.span, runs=len(before.hashes), seed=seed, progress=progress)
        found[group] = _share(before, after, "throughput"), _share(before, after, "cycle_time")
    return found


def _share(before: Study, after: Study, measure: str) -> Figure:
    """How much a figure of the whole plant differs, as a share of what it was."""
    was, gain = before.figure(Key(measure)).value, paired(before, after, Key(measure))
    return Figure(gain.value / was, gain.low / was, gain.high / was)
