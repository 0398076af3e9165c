"""What a run of a plant comes to, in figures: how much, how long, how full, how busy, what it costs and earns.

OEE and its parts follow ISO 22400-2: availability = production time / planned busy time, quality = good pieces / pieces
produced. Effectiveness is 1 here: a simulated machine works at the speed that it is planned with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.flow import Plan
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w

DAY_S, HOUR_S = 86_400.0, 3_600.0
MICRO = 1e-6
STATE_WORDS = ("idle", "busy", "blocked", "closed", "maintenance", "down")


SHARES = frozenset((*STATE_WORDS, "on_time", "scrapped", "limits_broken", "setup", "availability", "quality", "oee"))


@dataclass(frozen=True, order=True)
class Key:
    """Which figure, of what: ('cycle_time', 'shaft'), ('busy', 'saw'), ('wip', '')."""

    measure: str
    of: str = ""


UNITS: Mapping[str, str] = {
    "throughput": "{lot}/d",
    "good_pieces": "{piece}/d",
    "cycle_time": "h",
    "cycle_time_p95": "h",
    "flow_factor": "1",
    "on_time": "1",
    "wip": "{lot}",
    "scrapped": "1",
    "limits_broken": "1",
    "energy": "kW.h/d",
    "revenue": "/d",
    "material": "/d",
    "machine_cost": "/d",
    "margin": "/d",
    "setup": "1",
    "availability": "1",
    "quality": "1",
    "oee": "1",
    **dict.fromkeys(STATE_WORDS, "1"),
}


@dataclass(frozen=True, eq=False)
class Counts:
    """What a run had counted at one time; figures come from the difference of two."""

    now: int
    clock: Any
    times: Any  # (machines, states)
    setup: Any  # (machines,)
    tally: Any  # (steps, tallies)
    pieces_released: Any  # (products,)

    @classmethod
    def of(cls, run: Run) -> "Counts":
        """As it stands now, the states that machines are in now counted up to now."""
        state, now = run.state, int(run.state.clock[w.NOW])
        times = state.machines["times"].copy()
        np.add.at(times, (np.arange(len(times)), state.machines["state"]), now - state.machines["since"])
        sources = run.plan.tables.sources
        released = np.zeros(len(run.plan.products))
        np.add.at(released, sources["product"], state.sources["number"] * sources["pieces"])
        return cls(now, state.clock.copy(), times, state.machines["setup_time"].copy(), state.tally.copy(), released)


def figures(run: Run, start: Counts) -> dict[Key, float]:
    """Everything that happened between `start` and now; shares are of time, 0 to 1."""
    end = Counts.of(run)
    days = (end.now - start.now) * MICRO / DAY_S
    done = np.concatenate(run.done) if run.done else np.zeros(0, run.state.done.dtype)
    done = done[(done["done"] > start.now) & (done["done"] <= end.now)]
    found = {Key("wip"): float(end.clock[w.WIP_TIME] - start.clock[w.WIP_TIME]) / (end.now - start.now)}
    found |= _of_products(run.plan, done, days)
    found |= _of_machines(run.plan, start, end)
    limited = (end.tally - start.tally)[:, [w.LIMITED, w.BROKEN]].sum(axis=0)
    if limited[0]:
        found[Key("limits_broken")] = float(limited[1] / limited[0])
    return found | _money(run.plan, found, (end.pieces_released - start.pieces_released) / days)


def work_s(plan: Plan, product: int, pieces: float) -> float:
    """What a lot takes if it never waits, seconds: steps, ways and rework in their expected number."""
    t = plan.tables
    first, end = t.routes[product]
    total = back = 0.0
    for number in range(end - 1, first - 1, -1):
        step = t.steps[number]
        takes = float(step["mean_lot"] + pieces * step["mean_piece"] + _way(plan, number)) * float(step["share"])
        total += takes
        if step["rework"] > 0.0:
            again = float(step["share"] * step["rework"])
            loop = range(int(step["rework_step"]), number + 1)
            back += (
                again
                / (1.0 - again)
                * sum(
                    float(t.steps[k]["share"])
                    * float(t.steps[k]["mean_lot"] + pieces * t.steps[k]["mean_piece"] + _way(plan, k))
                    for k in loop
                )
            )
    return (total + back) * MICRO


def _way(plan: Plan, step: int) -> float:
    """The mean way to a step from another machine of the same location: what the testbeds name."""
    t = plan.tables
    there = int(t.groups[t.steps[step]["group"]]["location"])
    if there < 0 or t.moves[there, there] < 0:
        return 0.0
    return mean_of(plan, int(t.moves[there, there]))


def mean_of(plan: Plan, distribution: int) -> float:
    """The mean of one of the plan's distributions, microseconds."""
    row = plan.tables.distributions[distribution]
    if row["kind"] == w.TRIANGULAR:
        return float(row["a"] + row["b"] + row["c"]) / 3.0
    return float(row["c"])


def _of_products(plan: Plan, done: Any, days: float) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for number, name in enumerate(plan.products):
        mine = done[done["product"] == number]
        good = mine[mine["good"] == 1]
        found[Key("throughput", name)] = len(good) / days
        found[Key("good_pieces", name)] = float(good["pieces"].sum()) / days
        if len(mine):
            found[Key("scrapped", name)] = 1.0 - len(good) / len(mine)
        if len(good):
            took = (good["done"] - good["released"]) * MICRO / HOUR_S
            found[Key("cycle_time", name)] = float(took.mean())
            found[Key("cycle_time_p95", name)] = float(np.quantile(took, 0.95))
            found[Key("flow_factor", name)] = float(
                took.mean() * HOUR_S / work_s(plan, number, float(good["pieces"].mean()))
            )
            found[Key("on_time", name)] = float((good["done"] <= good["due"]).mean())
    found[Key("throughput")] = sum(found[Key("throughput", name)] for name in plan.products)
    found[Key("good_pieces")] = sum(found[Key("good_pieces", name)] for name in plan.products)
    if len(done):
        found[Key("on_time")] = float((done["done"] <= done["due"]).mean())
        found[Key("cycle_time")] = float((done["done"] - done["released"]).mean()) * MICRO / HOUR_S
    return found


def _of_machines(plan: Plan, start: Counts, end: Counts) -> dict[Key, float]:
    found: dict[Key, float] = {}
    span, t = end.now - start.now, plan.tables
    tally = end.tally - start.tally
    for number, name in enumerate(plan.groups):
        first, count = int(t.groups[number]["first"]), int(t.groups[number]["count"])
        rows = slice(first, first + count)
        times = (end.times[rows] - start.times[rows]).sum(axis=0) / (span * count)
        found |= {Key(word, name): float(share) for word, share in zip(STATE_WORDS, times, strict=True)}
        setup = float((end.setup[rows] - start.setup[rows]).sum()) / (span * count)
        found[Key("setup", name)] = setup
        planned = 1.0 - times[w.CLOSED] - times[w.CARE]
        counted = tally[t.steps["group"] == number].sum(axis=0)
        good = counted[w.PIECES_DONE] - counted[w.PIECES_SCRAPPED] - counted[w.PIECES_REWORKED]
        availability = max(0.0, float(times[w.BUSY]) - setup) / planned if planned > 0 else 0.0
        quality = float(good / counted[w.PIECES_DONE]) if counted[w.PIECES_DONE] else 1.0
        found |= {
            Key("availability", name): availability,
            Key("quality", name): quality,
            Key("oee", name): availability * quality,
        }
    return found


def _money(plan: Plan, found: Mapping[Key, float], released: Any) -> dict[Key, float]:
    """A day's revenue, material, machines and energy, in the plant's currency."""
    production = plan.production
    revenue = material = cost = energy = 0.0
    for number, name in enumerate(plan.products):
        if name in production.products:
            product = production.products[name]
            revenue += product.price * found[Key("good_pieces", name)]
            material += product.material * float(released[number])
    for name, group in production.machines.items():
        busy, closed = found[Key("busy", name)], found[Key("closed", name)]
        cost += 24.0 * group.cost_per_hour * group.count
        energy += 24.0 * group.count * (busy * group.power + (1.0 - busy - closed) * group.power_idle)
    return {
        Key("energy"): energy,
        Key("revenue"): revenue,
        Key("material"): material,
        Key("machine_cost"): cost,
        Key("margin"): revenue - material - cost - energy * production.energy_price,
    }
