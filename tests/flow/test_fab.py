"""The SMT2020 fab (data set 1) against what its authors published of it: see docs/decisions/0065."""

import numpy as np
import pytest

from bobae.flow import compiled
from bobae.flow.autosched import autosched
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w

DAY_S = 86_400.0
# utilisation of available time, mean over the tool groups of an area: Kopp et al. 2020, Table III
PUBLISHED = {
    "Litho": 86.6,
    "Dry_Etch": 86.0,
    "Dielectric": 85.0,
    "Diffusion": 84.1,
    "TF": 82.5,
    "Wet_Etch": 79.4,
    "Planar": 71.2,
    "Implant": 58.2,
    "Def_Met": 52.6,
    "Litho_Met": 90.1,
    "TF_Met": 46.1,
}
WORK_DAYS = (27.18, 15.96)  # raw processing time of products 3 and 4, Table II
FLOW_FACTOR = (1.73, 2.01)  # from the 5th to the 95th percentile of all lots


@pytest.fixture(scope="module")
def plan(shared_data):
    return compiled(autosched(shared_data("smt2020") / "SMT2020_HVLM"))


@pytest.fixture(scope="module")
def year(plan):
    """One run of 400 days, and the counts of its machines at day 35."""
    run = Run.new(plan, seed=1)
    run.until(35 * DAY_S)
    before = run.state.machines["times"].copy()
    run.until(400 * DAY_S)
    return run, before


def test_lots_take_as_long_as_published(year):
    done = np.concatenate(year[0].done)
    regular = done[(done["priority"] == 10) & (done["name"] >> 40 > 0) & (done["done"] > 150 * DAY_S * 1e6)]
    for product, work in enumerate(WORK_DAYS):
        mine = regular[regular["product"] == product]
        assert len(mine) > 5000
        factor = (mine["done"] - mine["released"]).mean() / (work * DAY_S * 1e6)
        assert FLOW_FACTOR[0] < factor < FLOW_FACTOR[1]


def test_the_fab_does_not_fill_up(year):
    assert 2000 < year[0].state.clock[w.WIP] < 2500  # 2,255 at the start


def test_areas_are_as_busy_as_published(plan, year):
    run, before = year
    used = {}
    for number, name in enumerate(plan.groups):
        first, count = plan.tables.groups[number]["first"], plan.tables.groups[number]["count"]
        times = (run.state.machines["times"] - before)[first : first + count].sum(axis=0)
        there = times[w.IDLE] + times[w.BUSY]
        used.setdefault(plan.production.machines[name].area, []).append(100.0 * times[w.BUSY] / there)
    found = {area: float(np.mean(groups)) for area, groups in used.items() if area in PUBLISHED}
    assert found == {area: pytest.approx(share, abs=2.0) for area, share in PUBLISHED.items()}


def test_a_fork_of_the_whole_fab_is_the_fab(year):
    run = year[0]
    fork = run.fork()
    assert [part.tobytes() for part in fork.state] == [part.tobytes() for part in run.state]
    run.until(402 * DAY_S)
    fork.until(402 * DAY_S)
    assert fork.hash == run.hash
    assert [part.tobytes() for part in fork.state] == [part.tobytes() for part in run.state]
