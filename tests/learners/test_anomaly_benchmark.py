"""The benchmark's own figures on public data: what the README says stays true."""

import importlib
import sys
from collections import Counter

import pytest


@pytest.fixture
def benchmark(repository, monkeypatch):
    """A part of the benchmark by name, as its script would import it."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    yield lambda part: importlib.import_module(f"_anomaly.{part}")
    for name in [name for name in sys.modules if name.split(".")[0] == "_anomaly"]:
        del sys.modules[name]


def missed(rows):
    return [f"{row['figure']}: {row['value']:.4g}, target {row['target']}" for row in rows if row["met"] is False]


@pytest.mark.parametrize(("part", "data"), [("drift", "skab"), ("tep", "tep"), ("cause", "tep")], ids=lambda v: v)
def test_every_target_on_public_data_is_met(benchmark, shared_data, part, data):
    rows = benchmark(part).rows(shared_data(data).parent, Counter())
    assert any(row["met"] for row in rows)
    assert missed(rows) == []


def test_alarms_on_skab_are_right_more_often_than_the_best_published(benchmark, shared_data):
    found = {row["figure"]: row["value"] for row in benchmark("skab").rows(shared_data("skab").parent, Counter())}
    assert found["SKAB F1"] >= 0.80
    assert found["SKAB false alarm rows"] <= 27.0
    assert abs(found["SKAB F1, always alarming"] - 0.698) < 0.001


def test_a_fleet_is_learned_as_scikit_learn_would_learn_it(benchmark):
    fleet = benchmark("fleet")
    x = fleet.made_fleet(20)
    assert fleet.difference(fleet.fit_fleet(x, quantile=fleet.QUANTILE), x, 1) < fleet.SAME
