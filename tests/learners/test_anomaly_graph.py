"""The graph answers row by row as the detector does, whatever the rows look like."""

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Column, Dataset, Kind, Role
from bobae.graph import Runner
from bobae.learners.anomaly import AnomalyLearner

SENSORS = 4
STEP_NS = 10_000_000_000


def plant(rows, *, seed):
    """Two assets and two recipes with levels of their own, stops, gaps and holes; rows 10 s apart."""
    dice = np.random.default_rng(seed)
    asset, recipe = np.arange(rows) // (rows // 2) % 2, np.arange(rows) // 130 % 2
    common = np.convolve(dice.normal(size=rows + 20), np.ones(21) / 4.6, mode="valid")
    x = 60.0 + 5.0 * asset[:, None] + 9.0 * recipe[:, None] + np.outer(common, [2.0, 1.0, 3.0, 1.5])
    x += dice.normal(size=x.shape)
    for begin in range(100, rows - 60, 310):
        x[begin : begin + 45] = 0.05 * dice.normal(size=(45, SENSORS))
    x[dice.random(x.shape) < 0.01] = np.nan
    time = np.cumsum(np.where(dice.random(rows) < 0.005, 40, 1)) * STEP_NS
    names = [f"s{i}" for i in range(SENSORS)]
    columns = {"time": pa.array(time, type=pa.timestamp("ns", tz="UTC"))}
    columns |= {name: pa.array(values) for name, values in zip(names, x.T, strict=True)}
    columns |= {"asset": pa.array(np.array(["p1", "p2"])[asset]), "recipe": pa.array(np.array(["a", "b"])[recipe])}
    roles = [Column("time", Kind.TIME, Role.TIME), *(Column(n, Kind.NUMBER, Role.FEATURE) for n in names)]
    roles += [Column("asset", Kind.CATEGORY, Role.ASSET), Column("recipe", Kind.CATEGORY, Role.CONTEXT)]
    return Dataset(pa.table(columns), tuple(roles), origin="a made plant")


@pytest.fixture(scope="module")
def detector():
    return AnomalyLearner().fit(plant(2600, seed=0), seed=0).calibrate(plant(1300, seed=1), budget_per_week=2000.0)


@pytest.fixture(scope="module")
def runner(detector):
    return Runner(detector.graph(), detector.contract)


@pytest.mark.parametrize("seed", range(6))
def test_the_graph_and_the_detector_agree_over_gaps_stops_categories_and_holes(detector, runner, seed):
    dice = np.random.default_rng(seed)
    data = plant(900, seed=10 + seed)
    x = detector.contract.rows(data)
    gap = dice.choice([0.0, 1.0, 2.0], p=[0.995, 0.003, 0.002], size=len(x))
    gap[0] = 2.0
    sensors = x[:, :SENSORS]
    sensors[dice.random(sensors.shape) < 0.02] = np.nan
    sensors[dice.random(sensors.shape) < 0.002] = np.inf
    x[565:645, dice.integers(SENSORS)] += 40.0
    x[dice.integers(len(x)), -1] = np.nan  # a recipe never seen
    ours, graphs = detector.run(x, gap), runner.run(x, gap)
    for output in detector.contract.outputs:
        if output.kind == "decision":
            assert np.array_equal(ours[output.name], graphs[output.name]), output.name
        else:
            assert np.allclose(ours[output.name], graphs[output.name], rtol=1e-9, atol=1e-12), output.name
    assert ours["alarm"].any()
    assert not ours["alarm"].all()


def test_what_was_made_holds_stops_and_both_categories(detector):
    assert detector.operation.running.column is not None
    assert [given.name for given in detector.inputs if given.categories] == ["recipe", "asset"]
