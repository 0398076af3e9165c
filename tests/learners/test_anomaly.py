from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Kind, NotEnoughEvidence, Role
from bobae.learners.anomaly import AnomalyLearner
from bobae.testing.learner import rows_of
from bobae.testing.made_machine import FAULT_TAG, SENSORS, machine

FAULT_FROM = 330  # not at a change of product
NUMBERS = 5


def pump(rows, *, seed, drift=0.0, stops=(), first=0):
    """A pump whose sensors follow one load; `drift` spreads a row on the last sensor, standing near zero in `stops`."""
    dice = np.random.default_rng(seed)
    load = np.zeros(rows)
    for i in range(1, rows):
        load[i] = 0.9 * load[i - 1] + dice.normal() * 0.43
    x = 50.0 + np.outer(load, [3.0, 2.0, 4.0, 1.0, 2.0]) + dice.normal(size=(rows, NUMBERS))
    x[:, -1] += drift * np.arange(first, first + rows)
    for begin, end in stops:
        x[begin:end] = 0.02 * dice.normal(size=(end - begin, NUMBERS))
    return numbers(x, first=first)


def numbers(x, *, first=0):
    """Rows 10 s apart as a dataset."""
    time = (1_767_225_600 + 10 * np.arange(first, first + len(x))) * 1_000_000_000
    names = [f"tag{i}" for i in range(x.shape[1])]
    table = pa.table({"time": pa.array(time, type=pa.timestamp("ns", tz="UTC")), **dict(zip(names, x.T, strict=True))})
    columns = (Column("time", Kind.TIME, Role.TIME), *(Column(n, Kind.NUMBER, Role.FEATURE) for n in names))
    return Dataset(table, columns, origin="a made pump")


def watched(detector, data):
    return detector.run(*rows_of(detector.contract, data))


@pytest.fixture(scope="module")
def detector():
    return AnomalyLearner().fit(machine(1500, seed=1), seed=0).calibrate(machine(3000, seed=3), budget_per_week=1.0)


def test_a_step_in_one_sensor_alarms_within_a_few_rows_and_names_it(detector):
    answers = watched(detector, machine(500, seed=2, fault_from=FAULT_FROM))
    opened = np.flatnonzero(answers["alarm"])
    assert FAULT_FROM <= opened[0] < FAULT_FROM + 15
    assert answers["alarm"][FAULT_FROM + 15 :].all()
    first = answers["contribution"][FAULT_FROM : FAULT_FROM + 30].mean(axis=0)
    assert detector.contract.inputs[int(first.argmax())].name == FAULT_TAG


def test_a_change_of_product_does_not_alarm(detector):
    data = machine(3000, seed=4)
    assert [given.name for given in detector.inputs if given.categories] == ["product"]
    assert len(set(data.values("product"))) == 2
    assert not watched(detector, data)["alarm"].any()


def test_bursts_of_missing_values_do_not_alarm(detector):
    x, gap = rows_of(detector.contract, machine(1500, seed=5))
    x[200:205, 0] = np.nan
    x[400:420, : len(SENSORS)] = np.nan
    x[700:703, 2] = np.inf
    x[:2, 1] = np.nan
    answers = detector.run(x, gap)
    assert np.isfinite(answers["score"]).all()
    assert not answers["alarm"].any()


def test_a_gap_in_time_does_not_alarm(detector):
    x, gap = rows_of(detector.contract, machine(1500, seed=6))
    gap[[300, 301, 900]] = 1.0
    assert not detector.run(x, gap)["alarm"].any()


def test_a_smaller_budget_raises_the_limit(detector):
    bases = [detector.calibrate(machine(3000, seed=3), budget_per_week=b).limit.base for b in (100.0, 10.0, 1.0, 0.1)]
    assert bases == sorted(bases)
    assert bases[0] < bases[-1]


def test_the_held_out_rate_is_not_far_above_the_budget(detector):
    weeks = 20_000 * 10.0 / (7 * 86400)
    often = detector.calibrate(machine(10_000, seed=3), budget_per_week=60.0)
    alarm = watched(often, machine(20_000, seed=7))["alarm"]
    episodes = int((np.diff(alarm, prepend=0.0) > 0).sum())
    assert 0 < episodes <= 3 * 60.0 * weeks


def test_a_standing_machine_does_not_alarm_nor_does_its_start():
    stops = [(at, at + 90) for at in range(300, 2000, 400)]
    detector = AnomalyLearner().fit(pump(2000, seed=1, stops=stops), seed=0)
    detector = detector.calibrate(pump(2000, seed=2, stops=stops), budget_per_week=1.0)
    answers = watched(detector, pump(2000, seed=3, stops=[(500, 900), (1200, 1210)]))
    assert detector.operation.running.column is not None
    assert not answers["alarm"].any()


def test_a_fault_is_seen_in_a_machine_that_often_stands():
    stops = [(at, at + 90) for at in range(300, 2000, 400)]
    detector = AnomalyLearner().fit(pump(2000, seed=1, stops=stops), seed=0)
    detector = detector.calibrate(pump(2000, seed=2, stops=stops), budget_per_week=1.0)
    x, gap = rows_of(detector.contract, pump(1000, seed=3, stops=[(200, 260)]))
    x[400:, 1] += 8.0
    alarm = detector.run(x, gap)["alarm"]
    assert not alarm[:400].any()
    assert alarm[440:].all()


@pytest.fixture(scope="module")
def drifting():
    """Calibrated on rows in which one sensor drifts as slowly as it will later."""
    detector = AnomalyLearner().fit(pump(2000, seed=1, drift=SLOW), seed=0)
    return detector.calibrate(pump(4000, seed=2, drift=SLOW, first=2000), budget_per_week=1.0)


SLOW = 1e-3


def test_a_slow_drift_is_followed_and_the_move_is_told(drifting):
    later = pump(8000, seed=3, drift=SLOW, first=6000)
    answers = watched(drifting, later)
    frozen = watched(replace(drifting, limit=replace(drifting.limit, rate=0.0)), later)
    assert answers["alarm"].mean() < 0.02
    assert frozen["alarm"].mean() > 0.2
    assert not answers["moved"][:100].any()
    assert answers["moved"][-1] == 1.0


def test_a_fault_is_not_followed(drifting):
    x, gap = rows_of(drifting.contract, pump(3000, seed=4, drift=SLOW, first=6000))
    x[500:, 2] += 6.0
    answers = drifting.run(x, gap)
    assert answers["alarm"][540:].all()


def test_rows_in_any_order_teach_the_same():
    data = machine(1200, seed=1)
    mixed = data.rows(np.random.default_rng(0).permutation(len(data)))
    assert AnomalyLearner().fit(mixed, seed=0).graph() == AnomalyLearner().fit(data, seed=0).graph()


def test_a_sensor_that_never_moves_is_left_out():
    data = pump(400, seed=1)
    still = data.table.set_column(2, "tag1", pa.array(np.full(400, 7.0)))
    detector = AnomalyLearner().fit(replace(data, table=still), seed=0)
    assert [given.name for given in detector.inputs] == ["tag0", "tag2", "tag3", "tag4"]


def test_data_without_a_moving_sensor_is_refused():
    with pytest.raises(NotEnoughEvidence, match="0 sensors"):
        AnomalyLearner().fit(numbers(np.ones((500, 3))), seed=0)


def test_calibration_on_hardly_any_row_is_refused(detector):
    with pytest.raises(NotEnoughEvidence, match="at least 20"):
        detector.calibrate(machine(15, seed=3), budget_per_week=1.0)


def test_no_budget_is_so_small_that_a_sensor_far_off_does_not_alarm():
    cautious = AnomalyLearner().fit(pump(800, seed=5), seed=0).calibrate(pump(300, seed=6), budget_per_week=1e-40)
    data = pump(400, seed=7)
    x, gap = rows_of(cautious.contract, data)
    x[100:, 2] += 60.0
    assert cautious.run(x, gap)["alarm"][160:].all()


def test_a_limit_that_had_to_be_lowered_tells_what_it_will_cost():
    learner = AnomalyLearner().fit(pump(800, seed=5), seed=0)
    cautious = learner.calibrate(pump(300, seed=6), budget_per_week=1e-40).calibration.threshold
    assert not cautious.extrapolated
    assert cautious.expected_per_week > 1e-30
