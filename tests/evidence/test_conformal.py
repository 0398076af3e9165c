"""Intervals hold what they promise on rows whose group was not seen, and say less where less is known."""

import numpy as np
import pytest

from bobae.evidence.conformal import LEVELS, covered, crossed_bands, error_bands, weighted_quantiles


def machines(count: int, rows: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, prediction and machine: errors grow with the prediction, and each machine has an error of its own."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(count), rows)
    predicted = rng.uniform(0, 100, count * rows)
    own = rng.normal(size=count)[groups]
    return predicted + (1 + 0.1 * predicted) * (0.7 * own + 0.7 * rng.normal(size=count * rows)), predicted, groups


def test_intervals_of_other_machines_hold_nine_of_ten() -> None:
    truth, predicted, groups = machines(200, 40, seed=0)
    low, high, _ = crossed_bands(truth, predicted, groups, groups % 5)
    share, _ = covered(truth, low, high, groups)
    assert share == pytest.approx(0.9, abs=0.025)
    for part in (predicted < 20, predicted > 80):  # in each band, not only over all
        assert covered(truth[part], low[part], high[part], groups[part])[0] == pytest.approx(0.9, abs=0.04)
    assert (high - low)[predicted > 80].mean() > 2 * (high - low)[predicted < 20].mean()


def test_rows_of_one_machine_are_one_witness() -> None:
    """A machine with a thousand rows weighs no more than one with ten."""
    errors = np.concatenate([np.zeros(1000), np.ones(10), 2 * np.ones(10)])
    groups = np.concatenate([np.zeros(1000), np.ones(10), 2 * np.ones(10)]).astype(int)
    edges, table = error_bands(errors, np.zeros(len(errors)), groups)
    assert not len(edges)
    assert table[0, 2 + int(np.searchsorted(LEVELS, 0.5))] == 1.0


def test_few_witnesses_make_wide_intervals() -> None:
    rng = np.random.default_rng(0)
    errors = rng.normal(size=2000)
    many = error_bands(errors, np.zeros(2000), np.arange(2000))[1][0]
    few = error_bands(errors, np.zeros(2000), np.arange(2000) % 8)[1][0]
    assert few[1] - few[0] > 1.5 * (many[1] - many[0])


def test_the_chance_to_be_below_follows_the_quantiles() -> None:
    truth, predicted, groups = machines(100, 20, seed=1)
    _, _, quantiles = crossed_bands(truth, predicted, groups, groups % 5)
    told = (quantiles <= 30.0).mean(axis=1)
    for low, high in ((0.2, 0.5), (0.5, 0.8)):
        part = (told > low) & (told < high)
        assert low - 0.1 < (truth[part] <= 30.0).mean() < high + 0.1


def test_weighted_quantiles() -> None:
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    assert weighted_quantiles(values, weight, np.array([0.0, 0.25, 0.5, 0.75, 1.0])).tolist() == [1, 1, 2, 2, 3]
