"""Machines that still live teach too: how long they have lived is a bound on how long they will."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import Dataset
from bobae.learners.making.heads import Examples, Owner
from bobae.learners.rul import RulLearner
from bobae.learners.rul.survival import Survival
from bobae.testing.made_results import lives

FAILED, LIVING = 5, 55


def with_living(seed: int) -> tuple[Dataset, list]:
    """Five machines followed to their end, fifty-five of which only an early part is known; folds of the five."""
    dice, data = np.random.default_rng(seed), lives(FAILED + LIVING, seed=seed)
    machine = np.unique(data.values("machine").astype(str), return_inverse=True)[1]
    left, kept = data.values("left").copy(), np.ones(len(data), dtype=bool)
    for number in range(FAILED, FAILED + LIVING):
        mine = np.flatnonzero(machine == number)
        kept[mine[int(len(mine) * dice.uniform(0.4, 0.95)) :]] = False
        left[mine] = np.nan
    place = data.table.column_names.index("left")
    table = data.table.set_column(place, "left", pa.array(left, from_pandas=True))
    fold = machine[kept] % FAILED
    return replace(data, table=table).rows(kept), [(fold != i, fold == i) for i in range(FAILED)]


def missed(learner: RulLearner, seed: int) -> float:
    data, folds = with_living(seed)
    fresh = lives(30, seed=seed + 100)
    model = learner.fit(data, folds=folds, seed=0)
    machine = np.unique(fresh.values("machine").astype(str), return_inverse=True)[1]
    gap = np.where(np.append(True, np.diff(machine) != 0), 2.0, 0.0)
    said = model.run(model.contract.rows(fresh), gap)["prediction"]
    return float(np.sqrt(np.square(said - np.minimum(fresh.values("left"), 60.0)).mean()))


def test_the_living_make_it_nearer() -> None:
    seeds = range(4)
    with_them = np.mean([missed(RulLearner(cap=60.0), seed) for seed in seeds])
    without = np.mean([missed(RulLearner(cap=60.0, candidates=("ridge",)), seed) for seed in seeds])
    assert with_them < 0.92 * without


@pytest.mark.parametrize("share", [0.0, 0.7])
def test_the_middle_of_exponential_lives_is_found_although_most_still_live(share: float) -> None:
    """Life left is exponential with mean 100: its middle is 69.3, whatever share was cut short."""
    dice = np.random.default_rng(0)
    life, watched = dice.exponential(100.0, 4000), np.full(4000, np.inf)
    watched[: int(4000 * share)] = dice.uniform(0.0, 60.0, int(4000 * share))
    failed = life <= watched
    given = Examples(
        columns=dice.normal(size=(4000, 1)),
        aim=np.where(failed, life, np.nan),
        groups=np.arange(4000),
        weight=np.ones(4000),
        owner=Owner(np.zeros((1, 2), dtype=np.int64), 1),
        least=np.where(failed, np.nan, watched),
    )
    told = Survival((0,))(given, seed=0).run(np.zeros((1, 1)))
    assert told[0, 0] == pytest.approx(100 * np.log(2), rel=0.08)
    naive = np.median(np.where(failed, life, watched))
    assert share == 0.0 or naive < 0.8 * told[0, 0]


def test_without_bounds_only_what_failed_is_taken() -> None:
    given = Examples(
        np.zeros((3, 1)), np.array([1.0, np.nan, 2.0]), np.arange(3), np.ones(3), Owner(np.zeros((1, 2), int), 1)
    )
    assert given.taught_by(Survival((0,))).tolist() == [True, False, True]
    bounded = replace(given, least=np.array([np.nan, 5.0, np.nan]))
    assert bounded.taught_by(Survival((0,))).all()
    assert bounded.chosen(np.array([1])).least.tolist() == [5.0]
