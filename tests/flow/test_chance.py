"""Chance that is drawn by counting is as good as any, and the same everywhere."""

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from bobae.flow import compiled
from bobae.flow.engine import Run
from bobae.flow.kernel import chance
from bobae.flow.kernel import words as w
from bobae.flow.plain.dice import Dice
from bobae.flow.times import time

from .test_engine import DAY_S, small

MANY = 100_000


def drawn(text, count=MANY, seed=5):
    """Seconds, as the plain engine draws them (test_plain.py holds the compiled one to the same)."""
    told = time(text)
    rows = np.zeros(1, [("kind", "i8"), ("values", "i8"), ("a", "f8"), ("b", "f8"), ("c", "f8")])
    a, b, c = (*told.parameters, 0.0, 0.0)[:3]
    rows[0] = (told.kind, 0, a, b, c)
    values = np.array([len(told.parameters), *told.parameters])
    dice = Dice(SimpleNamespace(tables=SimpleNamespace(distributions=rows, values=values)), seed)
    return np.array([dice.time(0, w.P_TIME, 7, k) for k in range(count)]) / 1e6


def units(count=MANY, *, seed=1, purpose=w.P_TIME, who=0):
    return np.array([chance.unit(seed, purpose, who, k) for k in range(count)])


def test_units_are_uniform():
    found = units()
    assert 0.0 < found.min() < found.max() < 1.0
    assert stats.kstest(found, "uniform").pvalue > 0.001
    pairs = np.histogram2d(found[:-1], found[1:], bins=20, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > 0.001


@pytest.mark.parametrize("other", [{"seed": 2}, {"purpose": w.P_MOVE}, {"who": 1}, {"who": 1 << 40}])
def test_neighbouring_streams_have_nothing_to_do_with_each_other(other):
    one, two = units(), units(**other)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.0 / math.sqrt(MANY)
    assert not np.isin(one, two).any()


def test_logarithm_exponential_and_normal_are_what_they_are_called():
    x = np.exp(np.linspace(-36, 36, 2001))
    assert np.array([chance.log(float(v)) for v in x]) == pytest.approx(np.log(x), rel=1e-14, abs=1e-14)
    y = np.linspace(-30, 30, 2001)
    assert np.array([chance.exp(float(v)) for v in y]) == pytest.approx(np.exp(y), rel=1e-11)
    u = np.concatenate([np.logspace(-12, -1, 500), np.linspace(0.1, 0.999999, 500)])
    assert np.array([chance.normal(float(v)) for v in u]) == pytest.approx(stats.norm.ppf(u), rel=2e-9, abs=2e-9)


@pytest.mark.parametrize(
    ("text", "mean", "deviation"),
    [
        ("uniform(2 s, 6 s)", 4.0, 4 / math.sqrt(12)),
        ("10 s +- 20 %", 10.0, 4 / math.sqrt(12)),
        ("exponential(3 s)", 3.0, 3.0),
        ("triangular(1 s, 2 s, 6 s)", 3.0, math.sqrt((1 + 4 + 36 - 2 - 6 - 12) / 18)),
        ("erlang(6 s, 3)", 6.0, 6 / math.sqrt(3)),
        ("normal(10 s, 2 s)", 10.0, 2.0),
        ("lognormal(5 s, 3 s)", 5.0, 3.0),
        ("weibull(4 s, 2)", 4 * math.gamma(1.5), 4 * math.sqrt(math.gamma(2) - math.gamma(1.5) ** 2)),
        ("geometric(2 s, 0.25)", 8.0, 2 * math.sqrt(0.75) / 0.25),
        ("empirical(1 s, 2 s, 6 s)", 3.0, math.sqrt((4 + 1 + 9) / 3)),
    ],
)
def test_a_distribution_has_its_mean_and_its_deviation(text, mean, deviation):
    found = drawn(text)
    assert found.min() >= 0.0
    assert time(text).mean / 1e6 == pytest.approx(mean, rel=1e-7)
    assert found.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(MANY))
    assert found.std() == pytest.approx(deviation, rel=0.03)


def test_runs_side_by_side_are_runs_one_after_the_other():
    plan = compiled(small())

    def told(seed):
        run = Run.new(plan, seed=seed)
        run.until(3 * DAY_S)
        return run.hash

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(told, range(8))) == [told(seed) for seed in range(8)]


def test_another_process_with_another_order_of_sets_tells_the_same():
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_engine import small\nfrom bobae.flow import compiled\nfrom bobae.flow.engine import Run\n"
        "run = Run.new(compiled(small()), seed=3); run.until(86400.0); print(run.plan.version, run.hash)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    run = Run.new(compiled(small()), seed=3)
    run.until(86_400.0)
    assert told == {f"{run.plan.version} {run.hash}\n"}
