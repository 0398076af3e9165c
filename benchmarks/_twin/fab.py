"""The SMT2020 fab: speed, snapshots, and whether what its authors published comes out."""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bobae.flow import Plan, compiled
from bobae.flow.autosched import autosched
from bobae.flow.engine import Run, warm
from bobae.flow.kernel import words as w
from bobae.simulate.figures import DAY_S, work_s
from bobae.simulate.study import Span, interval, study

_FOLDER = (
    Path(os.environ.get("BOBAE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    / "smt2020"
    / "SMT2020_HVLM"
)
# Kopp et al. 2020: mean and largest utilisation of available time over an area's tool groups (Table III), raw
# processing time in days (Table II), flow factor of all lots from the 5th to the 95th percentile
BUSY = {
    "Litho": (86.6, 97.4),
    "Dry_Etch": (86.0, 91.8),
    "Dielectric": (85.0, 89.8),
    "Diffusion": (84.1, 90.0),
    "TF": (82.5, 90.3),
    "Wet_Etch": (79.4, 89.7),
    "Planar": (71.2, 87.2),
    "Implant": (58.2, 89.9),
    "Def_Met": (52.6, 84.0),
    "Litho_Met": (90.1, 91.7),
    "TF_Met": (46.1, 74.9),
}
WORK_D, FACTOR = (27.18, 15.96), (1.73, 2.01)
# two years, days through the fab: PySCFabSim as in Kovacs et al. 2022, LogiFabSim as in Rank and Betker 2025, Table 1
OTHERS = {"part_3": (68, 66), "part_4": (39, 38)}


def rows(quick: bool) -> Iterator[dict[str, Any]]:
    if not _FOLDER.exists():
        print(f"the fab is left out: there is no SMT2020 at {_FOLDER}")
        return
    warm()
    plan = compiled(autosched(_FOLDER))
    yield from _speed(plan, quick)
    yield from _copies(plan)
    yield from _replications(plan, quick)
    yield from _fidelity(plan, quick)


def _row(figure: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"figure": figure, "value": value, "unit": unit} | more


def _speed(plan: Plan, quick: bool) -> Iterator[dict[str, Any]]:
    days, found = (30 if quick else 180), []
    for seed in range(5):
        run = Run.new(plan, seed=seed)
        began = time.process_time()
        run.until(days * DAY_S)
        found.append((time.process_time() - began, int(run.state.clock[w.HANDLED])))
    seconds, events = statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)
    scaled = seconds * 180 / days
    yield _row("SMT2020 HVLM, 180 days", scaled, "CPU s", target="<= 6", met=bool(scaled <= 6.0))
    yield _row("SMT2020 HVLM, events a CPU second", events / seconds, "1/s", reference="PySCFabSim 15,905")


def _copies(plan: Plan) -> Iterator[dict[str, Any]]:
    run = Run.new(plan, seed=1)
    run.until(30 * DAY_S)
    spent = []
    for _ in range(21):
        began = time.perf_counter()
        fork = run.fork()
        spent.append(1e3 * (time.perf_counter() - began))
    run.until(40 * DAY_S)
    fork.until(40 * DAY_S)
    same = all(one.tobytes() == other.tobytes() for one, other in zip(run.state, fork.state, strict=True))
    middle = statistics.median(spent)
    yield _row("SMT2020 HVLM, snapshot and fork", middle, "ms", target="< 5", met=bool(middle < 5.0))
    yield _row("the fork ten days later is the run, byte for byte", float(same), "", target="1", met=same)


def _replications(plan: Plan, quick: bool) -> Iterator[dict[str, Any]]:
    runs = 10 if quick else 100
    began = time.perf_counter()
    study(plan, Span(30.0), runs=runs)
    spent = (time.perf_counter() - began) * 100 / runs
    title = "100 replications of 30 days on the cores there are"
    yield _row(title, spent, "s", target="< 45", met=bool(spent < 45.0), reference=f"{os.cpu_count()} cores")


def _fidelity(plan: Plan, quick: bool) -> Iterator[dict[str, Any]]:
    runs, days = (2, 365) if quick else (10, 730)
    measured = [_one(plan, days, seed) for seed in range(runs)]
    for product, name in enumerate(plan.products):
        work = work_s(plan, product, 25) / DAY_S
        off = abs(work / WORK_D[product] - 1.0)
        published = f"published {WORK_D[product]}"
        yield _row(f"raw work of {name}", work, "d", reference=published, target="within 1 %", met=bool(off <= 0.01))
        told = interval(np.array([one["days"][product] for one in measured]))
        factor = told.value / WORK_D[product]
        inside = bool(FACTOR[0] <= factor <= FACTOR[1])
        yield _row(
            f"flow factor of {name}, regular lots of the last half",
            factor,
            "1",
            low=told.low / WORK_D[product],
            high=told.high / WORK_D[product],
            target="1.73-2.01",
            met=inside,
        )
        pysc, logi = OTHERS[name]
        others = f"PySCFabSim {pysc} d, LogiFabSim {logi} d"
        yield _row(f"time through the fab of {name}", told.value, "d", low=told.low, high=told.high, reference=others)
    for when, key in (("from day 180 on", "drift"), ("in the last half", "late_drift")):
        drift = interval(np.array([one[key] for one in measured]))
        told = {"low": drift.low, "high": drift.high, "target": "none to tell"}
        still = bool(drift.low <= 0.0 <= drift.high)
        yield _row(f"lots in the fab {when}: change a year", drift.value, "%", met=still, **told)
    for area, (mean, most) in BUSY.items():
        busy = np.array([one["busy"][area] for one in measured]).mean(axis=0)
        close = bool(abs(busy[0] - mean) <= 2.0)
        said = f"published {mean}"
        yield _row(f"utilisation of {area}, mean of its groups", busy[0], "%", reference=said, target="+-2", met=close)
        near = bool(abs(busy[1] - most) <= 2.0)
        said = f"published {most}"
        yield _row(f"utilisation of {area}, its busiest group", busy[1], "%", reference=said, target="+-2", met=near)


def _one(plan: Plan, days: int, seed: int) -> dict[str, Any]:
    run = Run.new(plan, seed=seed)
    run.until(35 * DAY_S)
    before, lots, at = run.state.machines["times"].copy(), [], np.arange(180, days + 1, 5)
    for day in at:
        run.until(float(day) * DAY_S)
        lots.append(int(run.state.clock[w.WIP]))
    done = np.concatenate(run.done)
    regular = done[(done["priority"] == 10) & (done["name"] >> 40 > 0) & (done["done"] > days / 2 * DAY_S * 1e6)]
    took = [
        float((mine["done"] - mine["released"]).mean()) / 1e6 / DAY_S
        for mine in (regular[regular["product"] == product] for product in range(2))
    ]
    late = at > days / 2
    return {
        "days": took,
        "drift": _slope(at, np.array(lots)),
        "late_drift": _slope(at[late], np.array(lots)[late]),
        "busy": _busy(plan, run, before),
    }


def _slope(day: Any, lots: Any) -> float:
    """Per cent a year."""
    return float(100.0 * np.polyfit(day / 365.0, lots, 1)[0] / lots.mean())


def _busy(plan: Plan, run: Run, before: Any) -> dict[str, tuple[float, float]]:
    areas: dict[str, list[float]] = {}
    for number, name in enumerate(plan.groups):
        first, count = plan.tables.groups[number]["first"], plan.tables.groups[number]["count"]
        times = (run.state.machines["times"] - before)[first : first + count].sum(axis=0)
        area = plan.production.machines[name].area or ""
        areas.setdefault(area, []).append(100.0 * times[w.BUSY] / (times[w.IDLE] + times[w.BUSY]))
    return {area: (float(np.mean(groups)), max(groups)) for area, groups in areas.items()}
