"""Two engines that were written apart go the same way, event for event."""

import numpy as np
import pytest

from bobae.core import BobaeError
from bobae.flow import Production, compiled
from bobae.flow.engine import Run, Stuck
from bobae.flow.kernel import words as w
from bobae.flow.plain import PlainRun

from .made_plants import made_plant
from .test_engine import DAY_S, small

HOUR_S = 3600.0
HOURS = 30.0  # more than a round of every calendar


def outcome(run, hours):
    """What a run came to: its hash, its counts, the times of its lots; where it stood still, that."""
    stuck = False
    try:
        run.until(hours * HOUR_S)
    except Stuck:
        stuck = True
    if isinstance(run, PlainRun):
        counts = (run.released, run.finished, run.scrapped, run.wip)
        done = [(name, released, at, int(good)) for name, released, at, good in run.done]
    else:
        counts = tuple(int(run.state.clock[word]) for word in (w.RELEASED, w.FINISHED, w.SCRAPPED, w.WIP))
        rows = np.concatenate(run.done) if run.done else run.state.done[:0]
        done = [tuple(int(row[key]) for key in ("name", "released", "done", "good")) for row in rows]
    return {"hash": run.hash, "counts": counts, "done": done, "stuck": stuck}


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_plants_run_alike_in_both_engines(first):
    events = 0
    for seed in range(first, first + 20):
        try:
            plan = compiled(made_plant(seed))
        except BobaeError as error:
            pytest.fail(f"the made plant {seed} is none: {error}")
        fast = Run.new(plan, seed=seed)
        assert outcome(fast, HOURS) == outcome(PlainRun.new(plan, seed=seed), HOURS), seed
        events += int(fast.state.clock[w.HANDLED])
    assert events > 20 * 500


def test_the_plant_of_all_the_other_tests_runs_alike_too():
    plan = compiled(small())
    assert outcome(Run.new(plan, seed=9), 72.0) == outcome(PlainRun.new(plan, seed=9), 72.0)


def test_lots_that_wait_for_each_other_are_told_by_both():
    stuck = Production.model_validate(
        {
            "machines": {"a": {"buffer": 0}, "b": {"buffer": 0}},
            "routes": {"there": [{"machines": m, "time": "1 min"} for m in "aba"]},
            "releases": [{"product": "there", "every": None}],
        }
    )
    for run in (Run.new(compiled(stuck), seed=1), PlainRun.new(compiled(stuck), seed=1)):
        with pytest.raises(Stuck, match="wait for each other"):
            run.until(DAY_S)


def test_whoever_asks_is_called_at_what_happens():
    seen = {"leave": [], "fail": []}
    run = PlainRun.new(
        compiled(small()),
        seed=2,
        on={word: lambda run, what, word=word: seen[word].append(what) for word in seen},
    )
    run.until(DAY_S)
    assert len(seen["leave"]) == run.finished
    assert {what.machines for what in seen["fail"]} == {"saw"}
    assert all(0 < what.time_s <= DAY_S for what in seen["leave"])


def test_a_choice_of_ones_own_takes_the_place_of_a_rule():
    def last_come(run, machine, lots):
        return max(reversed(lots), key=lambda lot: (lot.priority, lot.arrived))

    made = small()
    lifo = made.model_copy(
        update={
            "machines": {
                **made.machines,
                "saw": made.machines["saw"].model_copy(update={"rule": "lifo", "by_setup": False}),
            }
        }
    )
    own = PlainRun.new(compiled(made), seed=4, choose={"saw": last_come})
    own.until(2 * DAY_S)
    rule = Run.new(compiled(lifo), seed=4)
    rule.until(2 * DAY_S)
    assert own.hash == rule.hash


def test_a_choice_may_be_to_wait():
    made = small(releases=[{"product": "beam", "every": "30 min", "pieces": 1}])
    run = PlainRun.new(compiled(made), seed=4, choose={"saw": lambda run, machine, lots: None})
    run.until(DAY_S)
    assert run.finished == 0
    assert run.wip == run.released > 40
