"""What is wrong with a plant before it runs: work that does not fit into the machines, and places that must jam.

The load of a group is the working time that is released for it, divided by the time that its machines are there for it:
shifts, failures and maintenance taken out, batches as full as they can be, rework in its expected number, setups left
out. So more than 1 can never be done; close to 1 the queue in front of it grows long.
"""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Text, text
from bobae.flow.compiling import Plan
from bobae.flow.kernel import words as w
from bobae.flow.layout import NONE

FULL = 1.0
_NEARLY = 0.97


@dataclass(frozen=True)
class Doubt:
    """Something that cannot work, or hardly.

    Attributes:
        impossible: it cannot work at all.
        what: in words.
    """

    impossible: bool
    what: Text


@dataclass(frozen=True, eq=False)
class Load:
    """How much of a plant's time is asked for, by the formula alone.

    Attributes:
        load: (groups,), of the time that is there; NaN where releases have no times.
        there: (groups,), share of all time that the machines are there for work.
        busy: (groups,), machines at work on average.
    """

    load: Floats
    there: Floats
    busy: Floats


def loads(plan: Plan) -> Load:
    """The load of every group; one that is fed whenever it has room has none to tell."""
    t, count = plan.tables, len(plan.groups)
    rate = _lots_per_microsecond(plan)
    busy, pieces = np.zeros(count), np.zeros(count)
    for product, (first, end) in enumerate(t.routes):
        for source in np.flatnonzero(t.sources["product"] == product):
            size = float(t.sources["pieces"][source])
            visits = _visits(plan, int(first), int(end))
            for step in range(first, end):
                lots = rate[source] * visits[step - first]
                busy[t.steps["group"][step]] += lots * _work(plan, step, size)
                pieces[t.steps["group"][step]] += lots * size
    machines = t.groups["count"].astype(float)
    there = np.array([_there(plan, group, pieces[group]) for group in range(count)])
    return Load(busy / (machines * np.maximum(there, 1e-9)), there, busy)


def doubts(plan: Plan) -> list[Doubt]:
    """What must fail, and what will hardly go well; in the order of the plant."""
    found = _jams(plan)
    for name, share in zip(plan.groups, loads(plan).load, strict=True):
        if share > FULL:
            what = text(
                "{name} would have to work {share:.0%} of the time that it has: its queue grows for ever. Release "
                "less, or give it more machines or time",
                name=name,
                share=share,
            )
            found.append(Doubt(True, what))
        elif share > _NEARLY:
            what = text(
                "{name} would work {share:.1%} of the time that it has: lots wait long, and a small mishap for weeks",
                name=name,
                share=share,
            )
            found.append(Doubt(False, what))
    return found


def _lots_per_microsecond(plan: Plan) -> Floats:
    sources, means = plan.tables.sources, plan.tables.distributions["c"]
    every = np.where(sources["every"] == NONE, np.inf, means[sources["every"]])
    return np.asarray(sources["lots"] / every)  # for as long as they come


def _visits(plan: Plan, first: int, end: int) -> Floats:
    """How often a lot of this route does each step: skipped, lost and sent back in their share."""
    steps = plan.tables.steps[first:end]
    reach, visits = 1.0, np.zeros(end - first)
    for k, step in enumerate(steps):
        visits[k] += reach * step["share"]
        reach *= 1.0 - step["share"] * step["scrap"]
        back = step["share"] * step["rework"]
        if back > 0.0:
            again = back / (1.0 - back)
            for other in range(int(step["rework_step"]) - first, k + 1):
                visits[other] += reach * again * steps[other]["share"]
    return visits


def _work(plan: Plan, step: int, pieces: float) -> float:
    """Of a machine's time, what one lot takes: its share of a batch, and of a cascade no more than its intervals."""
    t = plan.tables
    x, group = t.steps[step], t.groups[t.steps[step]["group"]]
    takes = float(x["mean_lot"] + pieces * x["mean_piece"])
    if x["per"] == w.BATCH:
        return takes / max(1.0, float(x["batch_max"]) // pieces)
    if group["slots"] > 1 and x["interval_per"] != NONE:
        return float(x["interval"]) * (pieces if x["interval_per"] == w.PIECE else 1.0)
    return takes


def _there(plan: Plan, group: int, pieces: float) -> float:
    """Share of time that a machine of the group is there; `pieces` are those of the whole group in a microsecond."""
    t = plan.tables
    means, row = t.distributions["c"], t.groups[group]
    open_ = 1.0
    if row["calendar"] != NONE:
        first, end, around = t.calendars[row["calendar"]]
        shifts = t.shifts[first:end]
        until = np.append(shifts["at"][1:], around)
        open_ = float(((until - shifts["at"]) * shifts["open"]).sum()) / float(around)
    machine = t.machines[row["first"]]
    share = open_
    for down in t.downs[machine["downs"] : machine["downs_end"]]:
        apart, lasts = float(means[down["apart"]]), float(means[down["lasts"]])
        share *= apart / (apart + lasts)
    for care in t.cares[machine["cares"] : machine["cares_end"]]:
        apart, lasts = float(care["apart"]), float(means[care["lasts"]])
        share -= lasts * pieces / float(row["count"]) / apart if care["by_pieces"] else lasts / apart
    return share


def _jams(plan: Plan) -> list[Doubt]:
    """Rings of groups whose places are all limited: lots going round can fill it so that none can move."""
    t = plan.tables
    onward: dict[int, set[int]] = {}
    for first, end in t.routes:
        route = t.steps["group"][first:end]
        pairs = set(zip(route[:-1].tolist(), route[1:].tolist(), strict=True))
        back = t.steps[first:end]
        pairs |= {(int(x["group"]), int(t.steps["group"][x["rework_step"]])) for x in back if x["rework"] > 0.0}
        for here, there in pairs:
            if here != there and t.groups["places"][here] != NONE and t.groups["places"][there] != NONE:
                onward.setdefault(here, set()).add(there)
    found = []
    for ring in _rings(onward):
        names = " - ".join(plan.groups[group] for group in ring)
        what = text(
            "lots go round between {names}, and all of these have a limit: once they are full of each other's lots "
            "nothing moves any more. Give one of them no limit",
            names=names,
        )
        found.append(Doubt(False, what))
    return found


def _rings(onward: dict[int, set[int]]) -> list[list[int]]:
    """The strongly connected parts, each in order of its groups."""
    reach = {start: _reached(onward, start) for start in onward}
    found: list[list[int]] = []
    for start in sorted(reach):
        if start in reach[start] and not any(start in ring for ring in found):
            found.append(sorted(other for other in reach[start] if start in reach.get(other, set())))
    return found


def _reached(onward: dict[int, set[int]], start: int) -> set[int]:
    found: set[int] = set()
    todo = list(onward.get(start, ()))
    while todo:
        group = todo.pop()
        if group not in found:
            found.add(group)
            todo += onward.get(group, ())
    return found
