"""Batches whose lots do not fit together, and ties that contradict each other."""

import numpy as np
import pytest

from bobae.core import BadInput
from bobae.flow import compiled
from bobae.flow.engine import Run
from bobae.flow.plain import PlainRun

from .test_engine import production

HOUR_S = 3600.0


def kiln(sizes, batch, per="batch"):
    """Lots of these sizes in front of one kiln, all there from the start."""
    return production(
        machines={"kiln": {}},
        routes={"cup": [{"machines": "kiln", "time": "1 h", "per": per, "batch": batch}]},
        orders=[{"product": "cup", "pieces": size, "at": f"{k} min"} for k, size in enumerate(sizes)],
    )


@pytest.mark.parametrize("engine", [Run, PlainRun])
def test_a_batch_that_lots_of_other_sizes_would_leave_short_waits_for_one_that_fits(engine):
    run = engine.new(compiled(kiln([8, 8, 8, 4, 4, 4], (12, 12))), seed=0)
    run.until(6 * HOUR_S)
    done = run.done if engine is PlainRun else np.concatenate(run.done)[["name", "released", "done"]].tolist()
    ends = sorted((row[2] // 60_000_000, row[0]) for row in done)
    assert ends == [(63, 0), (63, 3), (123, 1), (123, 4), (183, 2), (183, 5)]


def test_lots_that_never_come_to_a_batch_are_refused():
    with pytest.raises(BadInput, match="no number of its lots comes to 10 to 12 pieces"):
        compiled(kiln([8, 8], (10, 12)))
    with pytest.raises(BadInput, match="a lot has 20 pieces and a batch at most 12"):
        compiled(kiln([20], (10, 12)))
    with pytest.raises(BadInput, match="needs `per: batch`, not `per: piece`"):
        compiled(kiln([8], (8, 12), per="piece"))


def test_only_where_lots_may_fall_short_is_it_looked_at_one_by_one():
    def short(sizes, batch):
        return bool(compiled(kiln(sizes, batch)).tables.steps["batch_short"][0])

    assert not short([4], (10, 12))
    assert not short([4, 3], (9, 12))
    assert short([4, 3], (10, 12))


def test_a_step_is_tied_to_one_machine_alone():
    steps = [{"name": name, "machines": "saw", "time": "1 min"} for name in ("cut", "turn", "trim")]
    steps[0]["same_machine_for"] = steps[1]["same_machine_for"] = "trim"
    with pytest.raises(BadInput, match="step turn: trim is tied to the machine of another step already"):
        compiled(production(machines={"saw": {"count": 2}}, routes={"board": steps}))


def test_a_network_needs_ten_numbers_a_unit():
    with pytest.raises(BadInput, match="10 weights for each of its units, and here are 7"):
        compiled(
            production(
                machines={"saw": {"rule": "network", "weights": (1.0,) * 7}},
                routes={"board": [{"machines": "saw", "time": "1 min"}]},
            )
        )


def test_a_network_may_say_what_a_rule_says():
    def made(**rule):
        return compiled(
            production(
                machines={"saw": {"by_priority": False, **rule}},
                routes={name: [{"machines": "saw", "time": time}] for name, time in (("a", "3 min"), ("b", "7 min"))},
                releases=[{"product": name, "every": "exponential(11 min)"} for name in "ab"],
            )
        )

    shortest = (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 1.0)
    by_rule, by_network = (Run.new(plan, seed=3) for plan in (made(rule="spt"), made(rule="network", weights=shortest)))
    for run in (by_rule, by_network):
        run.until(500 * HOUR_S)
    assert by_rule.hash == by_network.hash
