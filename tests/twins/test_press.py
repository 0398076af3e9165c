from itertools import pairwise

import numpy as np
import pytest

from bobae.core import BadInput, UnknownName
from bobae.twins.press import KINDS, RECIPES, START_NS, TAGS, Fault, Mode, Press, history, history_and_new_day
from bobae.twins.press.kinds import F
from bobae.twins.press.physics import HEAT_KJ_PER_K, S, cold_press, cooling_kw, heat

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
MORNING_NS = START_NS + 30 * HOUR_NS + HOUR_NS // 2


@pytest.fixture(scope="module")
def past():
    return history(days=14, step_s=30, seed=3)


def running(rows, product=None):
    mask = rows.mode == Mode.RUN
    return mask if product is None else mask & (rows.product == product)


def broken(kind, *, severity=1.0, hours=3.0, tag=None, seed=5):
    """A working morning with the fault, and the same morning without."""
    fault = Fault(kind, MORNING_NS, MORNING_NS + HOUR_NS, MORNING_NS + 20 * HOUR_NS, severity, tag)
    pair = []
    for faults in ((fault,), ()):
        press = Press(seed, faults=faults)
        press.run(32 * 360, step_s=10)
        pair.append(press.run(round(hours * 360), step_s=10))
    return pair


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.machine])
def test_a_fault_shows_in_the_sensors_it_names_first(kind):
    with_it, without = broken(kind)
    tag = KINDS[kind].tags[0]
    column = [t.name for t in TAGS].index(tag)
    product = np.bincount(with_it.product[running(with_it)]).argmax()
    bad = with_it.values[running(with_it, product), column]
    good = without.values[running(without, product), column]
    shift = abs(np.nanmean(bad) - np.nanmean(good)) / np.nanstd(good)
    assert shift > 3.0


@pytest.mark.parametrize(("kind", "unharmed"), [("bearing_wear", "oil_level"), ("oil_leak", "vibration")])
def test_a_fault_leaves_other_sensors_alone(kind, unharmed):
    with_it, without = broken(kind)
    column = [t.name for t in TAGS].index(unharmed)
    bad, good = (np.nanmean(r.values[running(r), column]) for r in (with_it, without))
    assert abs(bad - good) < 0.5 * np.nanstd(without.values[running(without), column])


def test_the_same_seed_gives_the_same_bytes():
    assert history(1, 60, seed=4).rows.values.tobytes() == history(1, 60, seed=4).rows.values.tobytes()


def test_another_seed_gives_another_history():
    assert history(1, 60, seed=4).rows.values.tobytes() != history(1, 60, seed=5).rows.values.tobytes()


def test_stepping_gives_the_rows_of_a_history():
    bulk = Press(2).run(60, step_s=1.5)
    press = Press(2)
    stepped = [press.step(1.5) for _ in range(60)]
    assert np.concatenate([r.values for r in stepped]).tobytes() == bulk.values.tobytes()
    assert stepped[-1].time_ns[0] == bulk.time_ns[-1] == press.time_ns


def test_a_restored_press_goes_on_as_if_never_stopped():
    press = Press(2)
    press.run(3_000, step_s=10)
    kept = press.snapshot()
    first = press.run(50, step_s=10)
    press.restore(kept)
    assert press.run(50, step_s=10).values.tobytes() == first.values.tobytes()
    assert all(isinstance(array, np.ndarray) for array in kept.values())


def test_the_first_week_holds_no_machine_fault_and_the_last_four_days_at_least_five(past):
    machine = [f for f in past.faults if f.machine]
    assert all(f.start_ns >= START_NS + 7 * DAY_NS for f in machine)
    assert sum(f.start_ns >= START_NS + 10 * DAY_NS for f in machine) >= 5
    assert any(not f.machine for f in past.faults)
    assert not past.marked()[: 7 * 2880].any()
    assert 0.05 < past.marked().mean() < 0.35


def test_faults_of_a_history_do_not_overlap(past):
    logged = sorted((f for f in past.faults if f.logged), key=lambda f: f.start_ns)
    assert all(a.end_ns < b.start_ns for a, b in pairwise(logged))


def test_the_new_day_is_a_full_working_day_with_one_fault():
    past, day = history_and_new_day(6, 60, seed=1)
    assert len(day) == 1440
    assert day.rows.time_ns[0] > past.rows.time_ns[-1]
    assert len(day.faults) == 1
    assert day.marked().any()
    assert (day.rows.mode[: 12 * 60] == Mode.RUN).mean() > 0.2


def test_at_rest_the_press_draws_nothing_and_cools_to_the_hall(past):
    sunday = slice(int(7.3 * 2880), int(7.9 * 2880))
    assert (past.rows.mode[sunday] == Mode.OFF).all()
    assert np.nanmax(past.column("motor_current")[sunday]) < 1.0
    gap = past.column("oil_temperature")[sunday] - past.column("ambient_temperature")[sunday]
    assert abs(np.nanmedian(gap)) < 3.0


def test_heavier_products_take_more_force_current_and_time(past):
    early = np.arange(len(past)) < 6 * 2880
    for name in ("tonnage", "motor_current", "cycle_time"):
        means = [np.nanmean(past.column(name)[running(past.rows, p) & early]) for p in range(len(RECIPES))]
        assert means == sorted(means)
        assert means[2] > 1.2 * means[0]


def test_readings_stay_within_their_range_and_have_their_digits(past):
    for i, tag in enumerate(TAGS):
        seen = past.rows.values[:, i]
        seen = seen[~np.isnan(seen)]
        assert tag.low <= seen.min() < seen.max() <= tag.high, tag.name
        assert np.array_equal(np.round(seen, tag.decimals), seen), tag.name


def test_some_values_are_lost_and_a_silent_sensor_sends_none(past):
    share = np.isnan(past.rows.values).mean()
    assert 1e-4 < share < 0.01
    silent = next(f for f in past.faults if f.kind == "sensor_silent")
    assert np.isnan(past.column(silent.tags[0])[past.during(silent)]).all()


def test_a_stuck_sensor_repeats_one_value(past):
    stuck = next(f for f in past.faults if f.kind == "sensor_stuck")
    seen = past.column(stuck.tags[0])[past.during(stuck)]
    assert len(np.unique(seen[~np.isnan(seen)])) == 1


def test_a_drifting_sensor_leaves_the_machine_as_it_was():
    with_it, without = broken("sensor_drift", severity=15.0, tag="die_temperature")
    column = [t.name for t in TAGS].index("die_temperature")
    others = [i for i in range(len(TAGS)) if i != column]
    assert np.array_equal(with_it.values[:, others], without.values[:, others], equal_nan=True)
    assert np.nanmean(with_it.values[-60:, column] - without.values[-60:, column]) == pytest.approx(15.0, abs=1.0)


def test_the_filter_clogs_until_it_is_changed(past):
    assert len(past.changed_ns) == 1
    dp, run = past.column("filter_dp"), running(past.rows, 1)
    day = (past.rows.time_ns - START_NS) / DAY_NS
    change = (past.changed_ns[0] - START_NS) / DAY_NS
    before, after = run & (day > change - 2) & (day < change), run & (day > change)
    assert np.nanmedian(dp[before]) > 1.15 * np.nanmedian(dp[after])


def testheat_put_into_the_oil_equalsheat_stored_plusheat_given_off():
    state, well = cold_press(), np.zeros(len(F))
    stored = given = 0.0
    begin = state[S.OIL_C]
    for _ in range(2_000):
        tank, cooler, _ = cooling_kw(state[S.OIL_C], state[S.AMBIENT_C], well)
        given += (tank + cooler) * 10.0
        heat(state, 12.0, 10.0, well)
    stored = (state[S.OIL_C] - begin) * HEAT_KJ_PER_K
    assert stored + given == pytest.approx(12.0 * 20_000.0, rel=1e-9)
    assert 44.0 < state[S.OIL_C] < 56.0


def test_averages_do_not_hang_on_the_step():
    def mean_of(step_s):
        press = Press(9)
        press.run(round(32 * 3600 / 20), step_s=20)
        rows = press.run(round(2 * 3600 / step_s), step_s=step_s)
        return np.nanmean(rows.values[running(rows)], axis=0)

    fine, coarse = mean_of(1.0), mean_of(10.0)
    assert np.all(np.abs(fine - coarse) < 0.05 * np.abs(fine) + 0.1)


def test_an_unknown_fault_or_sensor_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="pump_leakage"):
        Fault("pump_leak", 0, 1, 2)
    with pytest.raises(UnknownName, match="oil_level"):
        Fault("sensor_stuck", 0, 1, 2, tag="oil_lvl")


def test_a_step_the_physics_cannot_take_is_refused():
    with pytest.raises(BadInput, match=r"500 s is outside"):
        Press().step(500)
    with pytest.raises(BadInput, match="0 days"):
        history(days=0)
