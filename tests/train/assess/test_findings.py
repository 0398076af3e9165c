import numpy as np

from bobae.core import Role
from bobae.train.assess import assess


def codes(assessment):
    return {found.code: found for found in assessment.findings}


def walk(noise, n, scale=1.0):
    return np.cumsum(noise.normal(size=n)) * scale


def test_times_that_are_doubled_step_back_or_are_left_out_are_told(table, noise):
    seconds = np.concatenate([np.arange(100), [99, 99], np.arange(90, 100), np.arange(500, 600)])
    found = codes(assess(table(time=seconds, x=walk(noise, len(seconds)))))
    assert found["time_duplicate"].rows == 12
    assert found["time_goes_back"].rows == 1
    assert found["time_gaps"].rows == 1


def test_a_clean_clock_gives_no_warning_about_time(table, noise):
    found = codes(assess(table(time=np.arange(500) * 60, x=walk(noise, 500))))
    assert "sampling_regular" in found
    assert not {code for code in found if code.startswith("time_")}


def test_two_machines_at_the_same_times_are_no_duplicates(table, noise):
    data = table(time=np.tile(np.arange(100), 2), machine=np.repeat(["a", "b"], 100), x=walk(noise, 200))
    found = assess(data)
    assert found.time is not None
    assert (found.time.duplicates, found.time.backward) == (0, 0)


def test_a_clock_set_back_an_hour_is_named_as_such(table, noise):
    seconds = np.concatenate([np.arange(0, 36000, 300), np.arange(36000 - 3600, 60000, 300)])
    assert "clock_change" in codes(assess(table(time=seconds, x=walk(noise, len(seconds)))))


def test_rows_that_report_one_change_each_are_by_exception(table, noise):
    seconds = np.cumsum(noise.pareto(1.0, size=1000) * 10 + 1).astype(int)
    which = noise.integers(0, 2, size=1000)
    x, y = walk(noise, 1000), walk(noise, 1000)
    data = table(time=seconds, x=np.where(which == 0, x, np.nan), y=np.where(which == 1, y, np.nan))
    assert assess(data).time.regularity == "by_exception"


def test_rows_without_date_that_follow_on_one_another_are_noticed(table, noise):
    ordered = table(x=walk(noise, 400), y=walk(noise, 400))
    mixed = table(x=noise.normal(size=400), y=noise.normal(size=400))
    assert "ordered_undated" in codes(assess(ordered))
    assert "ordered_undated" not in codes(assess(mixed))


def test_a_stuck_sensor_is_found_and_a_resting_one_is_not(table, noise):
    stuck, resting = noise.normal(size=3000), noise.normal(size=3000)
    stuck[1000:1200] = stuck[1000]
    resting[1000:1200] = resting[2000:2400] = 0.0
    found = codes(assess(table(time=np.arange(3000), stuck=stuck, resting=resting)))
    assert found["sensor_stuck"].columns == ("stuck",)
    assert found["sensor_stuck"].rows == 200


def test_all_columns_standing_still_together_are_a_stopped_recording(table, noise):
    columns = {name: noise.normal(size=3000) for name in "abcd"}
    for values in columns.values():
        values[1000:1200] = values[1000]
    found = codes(assess(table(time=np.arange(3000), **columns)))
    assert set(found["recording_frozen"].columns) == set("abcd")
    assert "sensor_stuck" not in found


def test_a_setpoint_may_stand_still(table, noise):
    level = noise.normal(size=3000)
    level[1000:1200] = level[1000]
    assert "sensor_stuck" not in codes(assess(table(time=np.arange(3000), speed_SP=level, x=noise.normal(size=3000))))


def test_a_machine_that_is_switched_off_is_told_apart(table, noise):
    on = (np.arange(4000) // 500) % 4 != 3
    data = table(
        time=np.arange(4000),
        current=np.where(on, 10 + noise.normal(size=4000), 0.01 * noise.random(4000)),
        speed=np.where(on, 1500 + noise.normal(size=4000), 0.0),
        temperature=40 + walk(noise, 4000, 0.01),
    )
    assert codes(assess(data))["machine_off"].rows == 1000


def test_a_code_for_no_value_is_not_taken_for_a_measurement(table, noise):
    x = noise.normal(20, 2, size=1000)
    x[::100] = -9999
    assert codes(assess(table(time=np.arange(1000), x=x)))["value_code"].rows == 10


def test_a_single_wild_value_is_told(table, noise):
    x = noise.normal(20, 2, size=5000)
    x[77] = 5000
    assert codes(assess(table(time=np.arange(5000), x=x)))["value_spikes"].rows == 1


def test_a_negative_pressure_is_told(table, noise):
    found = codes(assess(table(time=np.arange(500), pressure=noise.normal(0.5, 0.2, size=500))))
    assert found["value_negative"].columns == ("pressure",)


def test_two_sensors_that_move_as_one_are_told(table, noise):
    x = walk(noise, 500)
    found = codes(assess(table(time=np.arange(500), x=x, y=2 * x + 1e-3 * noise.normal(size=500))))
    assert found["columns_alike"].columns == ("x", "y")


def test_faults_and_their_kinds_that_contradict_are_counted(table, noise):
    fault = noise.random(5000) < 0.04
    first = noise.random(5000) < 0.5
    a, b = fault & first, fault & ~first
    nameless, stray = np.flatnonzero(fault)[:5], np.flatnonzero(~fault)[:3]
    a[nameless] = b[nameless] = False
    a[stray] = True
    found = codes(assess(table(x=noise.normal(size=5000), failure=fault, AAF=a, BBF=b)))
    assert found["label_without_kind"].rows == 5
    assert found["label_contradiction"].rows == 3
    assert set(found["leak"].columns) == {"AAF", "BBF"}


def test_a_result_written_twice_is_a_leak_and_a_good_predictor_is_not(table, noise):
    kwh = noise.gamma(2, 10, size=2000)
    data = table(usage_kwh=kwh, co2=np.round(kwh * 0.0005, 3), current=kwh + noise.normal(0, 8, size=2000))
    assert set(assess(data, chosen={Role.TARGET: "usage_kwh"}).leaks) == {"co2"}


def test_an_outcome_that_never_changes_in_a_run_counts_runs_not_rows(table, noise):
    data = table(
        file=np.repeat([f"r{i}" for i in range(8)], 100),
        x=walk(noise, 800),
        y=walk(noise, 800),
        tool_condition=np.repeat(["worn", "new"] * 4, 100),
    )
    found = assess(data)
    assert codes(found)["label_fixed_in_group"].rows == 8
    assert codes(found)["few_groups"].rows == 8
    assert {t.task: t.ready for t in found.tasks}["classify"] == "nearly"


def test_two_spellings_of_one_word_are_told_and_numbered_words_are_not(table, noise):
    step = np.array(["End"] * 300 + ["end"] * 8 + ["Layer 1 Up"] * 100 + ["Layer 2 Up"] * 100)
    found = [f for f in assess(table(step=step, x=noise.normal(size=508))).findings if f.code == "category_spelling"]
    assert [f.text.values["one"] for f in found] == ["End"]


def test_a_rare_fault_is_told(table, noise):
    fault = np.zeros(10_000, dtype=bool)
    fault[500:504] = True
    assert codes(assess(table(time=np.arange(10_000), x=walk(noise, 10_000), fault=fault)))["label_rare"].rows == 4


def test_rows_that_repeat_far_apart_are_told(table, noise):
    rows = noise.normal(size=(300, 4))
    doubled = np.concatenate([rows, rows[:60]])
    found = codes(assess(table(**dict(zip("abcd", doubled.T, strict=True)))))
    assert found["rows_repeated"].rows == 60


def test_a_designed_experiment_is_no_record_in_time(table, noise):
    a, b = np.meshgrid(np.arange(5.0), np.arange(60.0))
    data = table(a=a.ravel(), b=b.ravel(), y=(a + b).ravel() + noise.normal(size=300))
    found = assess(data)
    assert codes(found)["full_grid"].columns == ("a", "b")
    assert {t.task: t.ready for t in found.tasks}["anomaly"] == "no"


def test_whole_lives_make_remaining_life_the_first_question(table, noise):
    lengths = noise.integers(50, 120, size=25)
    data = table(
        unit=np.repeat(np.arange(25), lengths),
        cycle=np.concatenate([np.arange(1, n + 1) for n in lengths]),
        x=walk(noise, int(lengths.sum())),
        y=walk(noise, int(lengths.sum())),
    )
    found = assess(data)
    assert found.tasks[0].task == "rul"
    assert "run_to_failure" in codes(found)


def test_columns_with_a_few_holes_are_told_together(table, noise):
    x, y, z = (noise.normal(size=2000) for _ in range(3))
    x[:5] = y[:3] = z[:500] = np.nan
    found = codes(assess(table(time=np.arange(2000), x=x, y=y, z=z)))
    assert found["values_missing"].columns == ("z",)
    assert found["values_missing_some"].columns == ("x", "y")
