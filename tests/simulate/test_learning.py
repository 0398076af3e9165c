"""A rule that is learned, and what is told of it."""

import pytest

from bobae.core import BadInput, UnknownName
from bobae.flow import Production, compiled
from bobae.simulate.learning import learn
from bobae.simulate.study import Span

SPAN = Span(10.0, 1.0)


def plan(due="2 h"):
    """A saw that is busy nine tenths of the time: one product is wanted at once, the other in two days."""
    return compiled(
        Production.model_validate(
            {
                "machines": {"saw": {}, "check": {}},
                "routes": {
                    name: [{"machines": "saw", "time": "exponential(18 min)"}, {"machines": "check", "time": "1 min"}]
                    for name in ("rush", "stock")
                },
                "releases": [
                    {"product": name, "every": "exponential(40 min)", "due": wanted}
                    for name, wanted in (("rush", due), ("stock", "48 h"))
                ],
            }
        )
    )


def test_what_is_wanted_first_is_learned_and_proved_on_fresh_chance():
    told = []
    found = learn(
        plan(), ["saw"], SPAN, aim="on_time", tries=60, runs=2, proof_runs=12, progress=lambda *n: told.append(n)
    )
    assert found.is_real
    assert found.gain.low > 0.02
    assert found.tries >= 60
    assert told[-1] == (60, 60)
    assert len(found.values["machines.saw.weights"]) == 30


def test_where_all_lots_are_alike_nothing_is_claimed():
    alike = compiled(plan().production.model_copy(update={"releases": plan().production.releases[:1]}))
    assert not learn(alike, ["saw"], SPAN, aim="throughput", tries=24, runs=2, proof_runs=8).is_real


def test_machines_and_aims_that_do_not_exist_are_told():
    with pytest.raises(UnknownName, match="nearest: saw"):
        learn(plan(), ["sew"], SPAN, aim="on_time")
    with pytest.raises(BadInput, match="name at least one"):
        learn(plan(), [], SPAN, aim="on_time")
    with pytest.raises(BadInput, match="'speed' is no aim"):
        learn(plan(), ["saw"], SPAN, aim="speed")
