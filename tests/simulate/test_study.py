import numpy as np
import pytest
from scipy import stats

from bobae.core import BadInput
from bobae.flow import Production, compiled
from bobae.simulate.figures import Key
from bobae.simulate.study import Span, interval, paired, study, study_until
from bobae.simulate.warm_up import mser, warm_up_days

from .plants import plan, shop

SPAN = Span(days=10, warm_up_days=1)


def test_shares_of_time_add_up_and_what_comes_out_is_what_was_released():
    found = study(plan(), SPAN, runs=4)
    for name in found.plan.groups:
        words = ("idle", "busy", "blocked", "closed", "maintenance", "down")
        assert sum(found.figure(Key(word, name)).value for word in words) == pytest.approx(1.0, abs=1e-12)
    released = 24 * 60 / 6
    good, lost = found.figure(Key("throughput", "shaft")).value, found.figure(Key("scrapped", "shaft")).value
    assert good == pytest.approx(released * (1.0 - lost), rel=0.01)
    assert lost == pytest.approx(0.01, abs=0.004)


def test_money_is_what_is_sold_less_material_machines_and_energy():
    found = study(plan(), SPAN, runs=3)
    value = {key: found.figure(key).value for key in found.runs}
    hours = 24 * (20 + 2 * 35 + 40 + 15)
    assert value[Key("machine_cost")] == pytest.approx(hours)
    busy = value[Key("busy", "saw")]
    assert value[Key("energy")] == pytest.approx(24 * (4.0 * busy + 1.0 * (1 - busy)))
    left = value[Key("good_pieces")] * 30.0 - value[Key("material")] - hours - 0.2 * value[Key("energy")]
    assert value[Key("margin")] == pytest.approx(left)
    assert value[Key("material")] == pytest.approx(8.0 * 24 * 60 / 6, rel=0.005)


def test_oee_is_availability_times_quality():
    found = study(plan(), SPAN, runs=3)
    for name in found.plan.groups:
        parts = found.runs[Key("availability", name)] * found.runs[Key("quality", name)]
        assert found.runs[Key("oee", name)] == pytest.approx(parts)
    assert found.figure(Key("quality", "grinder")).value == pytest.approx(0.98, abs=0.01)


def test_the_number_of_cores_changes_nothing(monkeypatch):
    many = study(plan(), SPAN, runs=4)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert study(plan(), SPAN, runs=4).hashes == many.hashes


def test_an_interval_is_students():
    values = np.array([3.0, 5.0, 4.0, 6.0])
    low, high = stats.t.interval(0.95, 3, loc=4.5, scale=stats.sem(values))
    assert interval(values).low == pytest.approx(low)
    assert interval(values).high == pytest.approx(high)


def test_runs_go_on_until_the_figure_is_known_closely_enough():
    key = Key("cycle_time")
    loose = study_until(plan(), SPAN, key=key, within=0.2, most=60)
    close = study_until(plan(), SPAN, key=key, within=0.05, most=60)
    assert len(loose.hashes) < len(close.hashes) < 60
    told = close.figure(key)
    assert told.high - told.value <= 0.05 * told.value
    assert close.hashes[: len(loose.hashes)] == loose.hashes


def test_the_same_chance_makes_a_difference_surer():
    slower = compiled(shop(releases=[{"product": "shaft", "every": "6.2 min", "due": "3 h"}]))
    before, after = study(plan(), SPAN, runs=12), study(slower, SPAN, runs=12)
    other = study(slower, SPAN, runs=12, seed=500)
    key = Key("cycle_time")
    with_it, without = paired(before, after, key), paired(before, other, key)
    assert with_it.high - with_it.low < 0.6 * (without.high - without.low)


def test_the_beginning_of_a_series_that_climbs_is_cut_off():
    dice = np.random.default_rng(1)
    series = 10.0 * (1.0 - np.exp(-np.arange(1000) / 60.0)) + dice.normal(size=1000)
    assert 120 <= mser(series) <= 400
    assert mser(dice.normal(size=1000)) <= 100


def test_a_plant_that_never_fills_is_too_short_to_tell():
    flooded = Production.model_validate(
        {
            "machines": {"saw": {}},
            "routes": {"board": [{"machines": "saw", "time": "2 min"}]},
            "releases": [{"product": "board", "every": "1 min"}],
        }
    )
    assert warm_up_days(compiled(flooded), 10.0) is None
    assert warm_up_days(plan(), 20.0) < 5.0


def test_a_span_of_no_days_is_refused():
    with pytest.raises(BadInput, match="counts nothing"):
        Span(days=0)
