import numpy as np
import pytest

from bobae.core import BadInput, UnknownName
from bobae.flow import compiled
from bobae.flow.checking import doubts, loads
from bobae.simulate.bottleneck import bottleneck
from bobae.simulate.changing import changed, differences
from bobae.simulate.comparing import whatif
from bobae.simulate.figures import Key
from bobae.simulate.forecasting import forecast
from bobae.simulate.optimising import knob, optimise
from bobae.simulate.study import Span, study

from .plants import plan, shop

SPAN = Span(days=8, warm_up_days=1)


def fed(**buffers):
    """A line that is never short of work: what it makes depends on its machines alone."""
    made = shop(releases=[{"product": "shaft", "every": None}])
    for name, size in buffers.items():
        made = changed(made, f"machines.{name}.buffer", size)
    return made


def test_the_slowest_machine_is_the_bottleneck_and_quicker_it_makes_more():
    slow = changed(fed(), "routes.shaft[2].time", "5.5 min +- 10 %")
    found = bottleneck(compiled(slow), SPAN, runs=6)
    first = found.suspects[0]
    assert first.name == "grinder"
    assert first.first_by["utilisation"] == first.first_by["turning_point"] == 1.0
    assert first.throughput.low > 0.02
    assert all(one.throughput.high < first.throughput.low for one in found.suspects[1:] if one.throughput)


def test_where_orders_are_few_quicker_machines_make_lots_sooner_not_more():
    found = bottleneck(plan(), SPAN, runs=6)
    assert found.suspects[0].name in ("grinder", "lathe")
    assert found.suspects[0].cycle_time.high < 0.0
    assert not any(one.throughput.low > 0.0 for one in found.suspects if one.throughput)


def test_a_second_grinder_is_set_against_the_plant_as_it_is():
    after = compiled(changed(shop(), "machines.grinder.count", 2))
    found = whatif(plan(), after, SPAN, runs=6)
    assert found.changes == [("machines.grinder.count", 1, 2)]
    before, then, difference = found.figures[Key("cycle_time")]
    assert then.value < before.value
    assert difference.high < 0.0
    assert found.figures[Key("machine_cost")][2].value == pytest.approx(24 * 40.0)
    key = Key("throughput")
    assert np.corrcoef(found.before.runs[key], found.after.runs[key])[0, 1] > 0.5


def test_a_plant_set_against_itself_differs_in_nothing():
    found = whatif(plan(), plan(), SPAN, runs=3)
    assert found.changes == []
    assert all(difference.value == 0.0 for _, _, difference in found.figures.values())


def test_a_search_finds_larger_buffers_and_proves_them_on_other_chance():
    start = compiled(fed(lathe=0, grinder=0, check=0))
    knobs = [knob(f"machines.{name}.buffer=0..6") for name in ("lathe", "grinder", "check")]
    found = optimise(start, knobs, SPAN, aim="throughput", tries=25, runs=3, proof_runs=8)
    assert found.is_real
    assert found.gain.low > 0.0
    assert found.values["machines.grinder.buffer"] >= 3
    assert not set(found.proof.before.hashes) & set(study(start, SPAN, runs=3).hashes)


def test_a_search_among_things_that_do_not_matter_says_so():
    knobs = [knob("machines.check.rule=fifo|spt|edd")]
    found = optimise(compiled(fed()), knobs, SPAN, aim="throughput", tries=10, runs=2, proof_runs=6)
    assert not found.is_real
    assert found.tries == 3


@pytest.mark.parametrize("written", ["machines.saw.buffer", "machines.saw.buffer="])
def test_a_knob_without_values_is_refused(written):
    with pytest.raises(BadInput, match="nothing to choose from"):
        knob(written)


def test_an_aim_that_is_none_is_told_with_those_that_are():
    with pytest.raises(BadInput, match="cycle_time"):
        optimise(plan(), [knob("machines.saw.buffer=1..2")], SPAN, aim="speed")


def test_orders_come_when_their_work_lets_them():
    orders = [{"product": "shaft", "due": "30 min", "step": 4}, {"product": "shaft", "due": "10 min"}]
    found = forecast(compiled(shop(releases=[], orders=orders)), days=2.0, runs=60)
    near, far = found
    assert near.on_time == 1.0
    assert near.likely_days == pytest.approx(2.0 / 1440, rel=0.01)
    assert far.on_time == 0.0
    work = (4.0 + 9.0 + 4.7 + 2.0) / 1440
    assert work * 0.9 < far.likely_days < work * 1.2
    assert far.early_days <= far.likely_days <= far.late_days


def test_a_lot_that_is_lost_is_never_promised():
    route = {"shaft": [{"machines": "saw", "time": "1 min", "scrap": 0.5}]}
    found = forecast(compiled(shop(routes=route, releases=[], orders=[{"product": "shaft"}])), days=1.0, runs=200)
    assert found[0].lost == pytest.approx(0.5, abs=0.12)
    assert np.isinf(found[0].late_days)


def test_nothing_ordered_is_told():
    with pytest.raises(BadInput, match="nothing is ordered"):
        forecast(plan(), days=1.0)


def test_the_load_is_what_the_engine_finds():
    told = dict(zip(plan().groups, loads(plan()).load, strict=True))
    found = study(plan(), Span(days=60, warm_up_days=1), runs=4)
    for name in plan().groups:
        busy, idle, blocked = (found.figure(Key(word, name)).value for word in ("busy", "idle", "blocked"))
        assert busy / (busy + idle + blocked) == pytest.approx(told[name], rel=0.02), name


def test_more_work_than_time_is_told_before_anything_runs():
    flooded = compiled(shop(releases=[{"product": "shaft", "every": "5.1 min"}]))
    found = [doubt for doubt in doubts(flooded) if doubt.impossible]
    assert [str(doubt.what).split()[0] for doubt in found] == ["grinder"]
    assert "its queue grows for ever" in str(found[0].what)
    assert doubts(plan()) == []


def test_places_that_must_jam_are_told():
    route = [{"machines": name, "time": "1 min"} for name in ("saw", "lathe", "saw")]
    jam = compiled(shop(routes={"shaft": route}))
    assert any("go round between saw - lathe" in str(doubt.what) for doubt in doubts(jam))


def test_a_place_that_does_not_exist_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match=r"no 'gridner'; nearest: grinder"):
        changed(shop(), "machines.gridner.count", 2)
    with pytest.raises(UnknownName, match=r"no '7'"):
        changed(shop(), "routes.shaft[7].time", "1 min")


def test_a_change_leaves_the_plant_that_it_was_made_from_as_it_was():
    before = shop()
    after = changed(before, "routes.shaft[0].time", "9 min")
    assert before.routes["shaft"][0].time == "4 min +- 10 %"
    assert differences(before, after) == [("routes.shaft[0].time", "4 min +- 10 %", "9 min")]
