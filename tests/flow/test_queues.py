"""Queues whose answers are known, held against the engine: a 99 % interval, half of it at most 0.5 % of the value."""

import numpy as np
import pytest
from scipy import stats

from bobae.flow import Production, compiled
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.simulate.study import interval

from .exact import erlang_c, pollaczek_khinchine

RUNS = 40


def measured(production, *, parts, every=1.0, seed=1):
    """One row a run of so many parts: their mean time in the plant (seconds), how many came, what work they brought.

    The last two have means that are known, and what they are by chance explains a good part of the first.
    """
    plan = compiled(Production.model_validate(production))
    rows = []
    for number in range(RUNS):
        run = Run.new(plan, seed=seed + number)
        run.until(0.05 * parts * every)
        clock, busy = run.state.clock.copy(), run.state.machines["times"][:, w.BUSY].sum()
        run.until(1.05 * parts * every)
        passed = run.state.clock - clock
        worked = run.state.machines["times"][:, w.BUSY].sum() - busy
        # time in the plant = lots in it / lots a second: Little's law, which holds to the microsecond (test_engine.py)
        rows.append((passed[w.WIP_TIME] / passed[w.FINISHED] / 1e6, passed[w.RELEASED] / parts, worked / parts / 1e6))
    return np.array(rows)


def holds(rows, exact, *, came=1.0, work, within=0.005):
    """Whether the exact value lies in a narrow 99 % interval, what chance brought taken out by regression.

    Control variates: S. S. Lavenberg and P. D. Welch, Management Science 27, 1981.
    """
    known = np.column_stack([np.ones(len(rows)), rows[:, 1] - came, rows[:, 2] - work])
    known = known[:, [True, *(np.ptp(rows[:, k]) > 0 for k in (1, 2))]]
    factors, *_ = np.linalg.lstsq(known, rows[:, 0], rcond=None)
    left = rows[:, 0] - known @ factors
    free = len(rows) - known.shape[1]
    spread = np.sqrt(left @ left / free * np.linalg.inv(known.T @ known)[0, 0])
    half = stats.t.ppf(0.995, free) * spread
    return abs(factors[0] - exact) <= half <= within * exact


def station(work, *, count=1, every="exponential(1 s)", **machine):
    return {
        "machines": {"m": {"count": count, **machine}},
        "routes": {"part": [{"machines": "m", "time": work}]},
        "releases": [{"product": "part", "every": every}],
    }


def test_one_server_waits_as_the_formula_says():
    assert holds(measured(station("exponential(0.8 s)"), parts=500_000), 0.8 / (1 - 0.8), work=0.8)


@pytest.mark.parametrize(("arrivals", "servers"), [(1.6, 2), (4.0, 5), (9.0, 10)])
def test_several_servers_wait_as_erlang_says(arrivals, servers):
    made = station("exponential(1 s)", count=servers, every=f"exponential({1 / arrivals} s)")
    found = measured(made, parts=600_000, every=1 / arrivals)
    assert holds(found, erlang_c(arrivals, 1.0, servers)[1] + 1.0, work=1.0)


@pytest.mark.parametrize(
    ("work", "scv"),
    [("0.8 s", 0.0), ("uniform(0 s, 1.6 s)", 1 / 3), ("erlang(0.8 s, 2)", 0.5), ("lognormal(0.8 s, 0.8 s)", 1.0)],
)
def test_whatever_the_work_is_distributed_like_the_mean_wait_follows_its_variance(work, scv):
    exact = 0.8 + pollaczek_khinchine(1.0, 0.8, scv)
    assert holds(measured(station(work), parts=500_000), exact, work=0.8)


def test_a_network_with_feedback_is_a_product_of_its_stations():
    """Jackson 1957: two stations, a tenth of the parts go back to the first after the second; load .8 and .7."""
    arrivals, back = 1.0, 0.1
    through = arrivals / (1 - back)
    made = {
        "machines": {"a": {}, "b": {}},
        "routes": {
            "part": [
                {"machines": "a", "time": f"exponential({0.8 / through} s)"},
                {"machines": "b", "time": f"exponential({0.7 / through} s)", "rework": back, "rework_to": 1},
            ]
        },
        "releases": [{"product": "part", "every": "exponential(1 s)"}],
    }
    inside = 0.8 / 0.2 + 0.7 / 0.3
    assert holds(measured(made, parts=500_000), inside / arrivals, work=0.8 + 0.7)


def test_a_constant_line_takes_the_sum_and_makes_what_its_slowest_makes():
    made = {
        "machines": {"a": {"buffer": 0}, "b": {"buffer": 0}, "c": {"buffer": 0}},
        "routes": {"part": [{"machines": m, "time": f"{s} s"} for m, s in (("a", 3), ("b", 5), ("c", 2))]},
        "releases": [{"product": "part", "every": None}],
    }
    run = Run.new(compiled(Production.model_validate(made)), seed=1)
    run.until(1000.0)
    done = np.concatenate(run.done)["done"] / 1e6
    assert done[0] == 10.0
    assert set(np.diff(done)) == {5.0}
    assert run.state.clock[w.FINISHED] == (1000 - 10) // 5 + 1


def test_the_intervals_of_replications_hold_the_exact_value_as_often_as_they_say():
    """200 experiments of 10 runs each of M/M/1: 95 +- 4 % of the intervals hold the mean number in the plant."""
    plan = compiled(Production.model_validate(station("exponential(0.5 s)")))
    held = 0
    for experiment in range(200):
        found = []
        for number in range(10):
            run = Run.new(plan, seed=10 * experiment + number)
            run.until(100.0)
            before = int(run.state.clock[w.WIP_TIME])
            run.until(2100.0)
            found.append((int(run.state.clock[w.WIP_TIME]) - before) / 2000e6)
        told = interval(np.array(found))
        held += told.low <= 0.5 / (1 - 0.5) <= told.high
    assert 0.91 <= held / 200 <= 0.99
