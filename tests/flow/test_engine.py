import numpy as np
import pytest

from bobae.core import BadInput, UnknownName
from bobae.flow import Production, compiled
from bobae.flow.engine import Run, Stuck
from bobae.flow.kernel import words as w
from bobae.flow.layout import State

DAY_S = 86_400.0


def production(**sections):
    return Production.model_validate(sections)


def small(**changes):
    """Three stations: failures, batches, rework, setups, shifts, a crew, vehicles and buffers that fill."""
    sections = {
        "machines": {
            "saw": {
                "count": 2,
                "load": "20 s",
                "by_setup": True,
                "location": "hall",
                "failures": [{"apart": "exponential(4 h)", "lasts": "exponential(20 min)"}],
                "maintenance": [{"every": "300 pieces", "lasts": "uniform(10 min, 30 min)"}],
            },
            "oven": {"count": 2, "buffer": 12, "location": "annex", "crew": "bakers"},
            "check": {"calendar": "day", "buffer": 3, "location": "hall", "rule": "edd"},
        },
        "routes": {
            "board": [
                {"machines": "saw", "time": "uniform(40 s, 80 s)", "per": "piece", "setup": "thin"},
                {"machines": "oven", "time": "30 min +- 5 %", "per": "batch", "batch": (10, 20)},
                {"machines": "check", "time": "exponential(2 min)", "rework": 0.1, "rework_to": 1, "scrap": 0.02},
            ],
            "beam": [
                {"machines": "saw", "time": "2 min", "per": "piece", "setup": "thick"},
                {"machines": "check", "time": "3 min", "share": 0.5},
            ],
        },
        "releases": [
            {"product": "board", "every": "exponential(12 min)", "pieces": 5},
            {"product": "beam", "every": "40 min", "pieces": 3, "priority": 1},
        ],
        "setups": [{"to": "thin", "time": "3 min"}, {"to": "thick", "time": "5 min"}],
        "crews": {"bakers": 1},
        "calendars": {"day": {"open": [("0 h", "20 h")]}},
        "moves": [
            {"origin": a, "to": b, "time": "uniform(1 min, 3 min)"}
            for a in ("hall", "annex")
            for b in ("hall", "annex")
        ],
        "vehicles": 2,
    }
    return production(**(sections | changes))


def finished(run):
    return np.concatenate(run.done)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    plan = compiled(small())
    runs = [Run.new(plan, seed=seed) for seed in (1, 1, 2)]
    for run in runs:
        run.until(10 * DAY_S)
    assert runs[0].hash == runs[1].hash != runs[2].hash
    assert len(finished(runs[0])) > 500


def test_a_run_stopped_at_odd_times_goes_like_one_that_was_not():
    plan = compiled(small())
    whole, stopped = Run.new(plan, seed=3), Run.new(plan, seed=3)
    whole.until(5 * DAY_S)
    for part in np.sort(np.random.default_rng(0).uniform(0.0, 5.0, 50)):
        stopped.until(part * DAY_S)
    stopped.until(5 * DAY_S)
    assert whole.hash == stopped.hash
    for name in set(State._fields) - {"done"}:  # which is emptied at every stop
        assert (getattr(whole.state, name) == getattr(stopped.state, name)).all(), name
    assert (finished(whole) == finished(stopped)).all()


def test_a_fork_goes_on_as_the_run_that_it_was_taken_from_byte_for_byte():
    run = Run.new(compiled(small()), seed=4)
    run.until(2 * DAY_S)
    fork = run.fork()
    run.until(6 * DAY_S)
    fork.until(6 * DAY_S)
    assert [part.tobytes() for part in run.state] == [part.tobytes() for part in fork.state]
    assert run.hash == fork.hash


def test_arrays_that_are_too_small_grow_and_nothing_changes():
    plan = compiled(small())
    run, tight = Run.new(plan, seed=5, traced=True), Run.new(plan, seed=5, traced=True)
    tight.state = tight.state._replace(
        **{
            name: getattr(tight.state, name)[:size].copy()
            for name, size in (("lots", 70), ("events", 10), ("done", 90))
        }
    )
    run.until(4 * DAY_S)
    tight.until(4 * DAY_S)
    assert run.hash == tight.hash
    assert (finished(run) == finished(tight)).all()


def test_time_lots_and_states_add_up_to_the_last_microsecond():
    """Little's law: the lots in the plant, over time, are the cycle times, over lots, with those inside."""
    plan = compiled(small())
    run = Run.new(plan, seed=6)
    run.until(20 * DAY_S)
    clock, done = run.state.clock, finished(run)
    assert clock[w.RELEASED] == clock[w.FINISHED] + clock[w.SCRAPPED] + clock[w.WIP]
    assert len(done) == clock[w.FINISHED] + clock[w.SCRAPPED]
    inside = _lots_inside(run)
    lived = (done["done"] - done["released"]).sum() + (clock[w.NOW] - run.state.lots["released"][inside]).sum()
    assert clock[w.WIP_TIME] == lived
    times = run.state.machines["times"].sum(axis=1)
    open_account = clock[w.NOW] - run.state.machines["since"]
    assert (times + open_account == clock[w.NOW]).all()


def _lots_inside(run):
    free, lot = set(), int(run.state.clock[w.LOTS_FREE])
    while lot != -1:
        free.add(lot)
        lot = int(run.state.lots["next"][lot])
    return [lot for lot in range(int(run.state.clock[w.LOTS_TOP])) if lot not in free]


def test_a_decision_changes_no_chance_that_it_does_not_touch():
    """Common random numbers: with another rule, the same lots are released and take as long at each step."""
    first, other = small(), small()
    saw = other.machines["saw"].model_copy(update={"rule": "spt", "by_setup": False})
    other = other.model_copy(update={"machines": {**other.machines, "saw": saw}})
    traces = []
    for made in (first, other):
        run = Run.new(compiled(made), seed=7, traced=True)
        run.until(3 * DAY_S)
        trace = np.concatenate(run.trace)
        traces.append({(row["lot"], row["at"]) for row in trace[trace["kind"] == w.RELEASE]})
        assert len(traces[-1]) > 100
    assert traces[0] == traces[1]


def test_lots_that_wait_for_each_other_are_told():
    stuck = production(
        machines={"a": {"buffer": 0}, "b": {"buffer": 0}},
        routes={
            "there": [{"machines": m, "time": "1 min"} for m in "aba"],
        },
        releases=[{"product": "there", "every": None}],
    )
    with pytest.raises(Stuck, match="wait for each other"):
        Run.new(compiled(stuck), seed=1).until(DAY_S)


def test_a_ring_of_full_places_is_told_though_machines_still_break_and_lots_still_come():
    ring = production(
        machines={name: {"buffer": 1, "failures": [{"apart": "1 d", "lasts": "1 min"}]} for name in "abc"},
        routes={"there": [{"machines": m, "time": "1 min"} for m in "abcab"]},
        releases=[{"product": "there", "every": "1 min"}],
    )
    with pytest.raises(Stuck, match="a, b, c stand still for good"):
        Run.new(compiled(ring), seed=1).until(2 * DAY_S)


def test_a_lot_that_is_done_again_where_it_is_keeps_its_place():
    again = production(
        machines={"a": {"buffer": 2}},
        routes={"part": [{"machines": "a", "time": "1 min", "rework": 0.4, "rework_to": 1}]},
        releases=[{"product": "part", "every": None}],
    )
    run = Run.new(compiled(again), seed=1)
    run.until(DAY_S)
    assert len(finished(run)) == pytest.approx(1440 * 0.6, rel=0.06)


def test_a_run_does_not_go_back():
    run = Run.new(compiled(small()), seed=1)
    run.until(60.0)
    with pytest.raises(BadInput, match="cannot go back to 30"):
        run.until(30.0)


def test_an_unknown_machine_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match=r"no 'swa' in `machines`; nearest: saw"):
        compiled(production(machines={"saw": {}}, routes={"a": [{"machines": "swa", "time": "1 min"}]}))
