"""What learners are made of, held against the libraries that it stands beside."""

import lightgbm
import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import ExtraTreesClassifier

from bobae.learners.making.boosting import Boosting
from bobae.learners.making.forest import Forest
from bobae.learners.making.heads import Examples, Owner
from bobae.learners.making.held import tried
from bobae.learners.making.linear import PartialLeastSquares, Ridge

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 6))
Y = X[:, 0] ** 2 + X[:, 1] + 0.1 * RNG.normal(size=600)
OWN = Owner(np.repeat(np.arange(6)[:, None], 2, axis=1), 6)


def examples(x: np.ndarray, y: np.ndarray) -> Examples:
    return Examples(x, y, np.arange(len(y)) // 10, np.ones(len(y)), OWN)


@pytest.mark.parametrize("classes", [0, 3])
def test_boosted_trees_answer_bit_for_bit_as_lightgbm(classes: int) -> None:
    x = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
    y = np.digitize(Y, np.quantile(Y, [0.3, 0.6])).astype(float) if classes else Y
    boosting = Boosting("multiclass" if classes else "regression", trees=40, classes=max(classes, 1))
    head = boosting(examples(x, y), seed=3)
    model = lightgbm.train(boosting._parameters(len(y), seed=3), lightgbm.Dataset(x, y, weight=np.ones(len(y))), 40)
    told = head.run(x).reshape(len(x), max(classes, 1), 7)
    assert np.array_equal(told[:, :, 0].squeeze(), model.predict(x, raw_score=True))


def test_what_the_inputs_brought_about_adds_up_to_the_answer() -> None:
    told = Boosting(trees=60, members=2)(examples(X, Y), seed=0).run(X)
    rest = told[:, 0] - told[:, 1:].sum(axis=1)
    assert np.ptp(rest) < 1e-9
    assert np.abs(told[:, 1:]).mean(axis=0).argsort()[-2:].tolist() in ([0, 1], [1, 0])


def test_a_column_of_two_inputs_is_shared_by_them() -> None:
    owner = Owner(np.array([[0, 1]]), 3)
    x = X[:, :1] * X[:, 1:2]
    told = Ridge((0,))(Examples(x, 2 * x[:, 0], np.arange(600) // 10, np.ones(600), owner), seed=0).run(x)
    assert np.allclose(told[:, 1], told[:, 2])
    assert np.allclose(told[:, 3], 0)
    assert np.allclose(told[:, 1] + told[:, 2] + 2 * x.mean(), told[:, 0], atol=1e-6)


def test_extremely_randomised_trees_vote_as_scikit_learns() -> None:
    y = (np.median(Y) < Y).astype(np.int64)
    trees = Forest(20).grown(X, y, np.ones(600), 2, seed=0)
    theirs = ExtraTreesClassifier(20, random_state=0, max_features="sqrt").fit(X.astype(np.float32), y)
    assert np.allclose(trees.run(X), theirs.predict_proba(X), atol=1e-9)


def test_partial_least_squares_is_that_of_scikit_learn() -> None:
    y = X @ np.array([1.0, -2.0, 0.5, 0, 0, 0]) + 0.5 * RNG.normal(size=600)
    told = PartialLeastSquares((0,) * 6)(examples(X, y), seed=0).run(X)[:, 0]
    theirs = [PLSRegression(n).fit(X, y).predict(X).ravel() for n in range(1, 7)]
    assert min(np.abs(told - other).max() for other in theirs) < 1e-6


def test_squares_see_what_a_line_does_not() -> None:
    line, curve = (Ridge((0,) * 6, squares=squares)(examples(X, Y), seed=0).run(X)[:, 0] for squares in (False, True))
    assert np.square(curve - Y).mean() < 0.1 * np.square(line - Y).mean()


def test_missing_values_and_new_categories_are_answered() -> None:
    x = np.column_stack([X[:, 0], RNG.integers(3, size=600)])
    owner = Owner(np.repeat(np.arange(2)[:, None], 2, axis=1), 2)
    head = Ridge((0, 3))(Examples(x, Y, np.arange(600), np.ones(600), owner), seed=0)
    assert np.isfinite(head.run(np.array([[np.nan, 1.0], [0.0, np.nan], [0.0, -1.0], [np.inf, 7.0]]))).all()


def test_the_choice_for_a_fold_is_asked_of_the_others() -> None:
    """One candidate is good in fold 0 only, the other in folds 1 and 2 only: each fold gets the wrong one."""
    fold = np.arange(30) // 10
    folds = [(fold != i, fold == i) for i in range(3)]
    truth = np.zeros(30)

    def first(fit: np.ndarray, prove: np.ndarray) -> np.ndarray:
        return np.where(fold[prove] == 0, 0.0, 1.0)

    def second(fit: np.ndarray, prove: np.ndarray) -> np.ndarray:
        return np.where(fold[prove] == 0, 10.0, 0.0)

    def loss(said: np.ndarray, rows: np.ndarray) -> float:
        return float(np.abs(said - truth)[rows].mean())

    found = tried({"first": first, "second": second}, folds, np.ones(30, dtype=bool), loss)
    assert found.chosen()[fold == 0].mean() == 10.0
    assert found.best() == ("first",)


def test_a_spent_budget_leaves_the_first_candidate() -> None:
    fold = np.arange(20) // 10
    folds = [(fold != i, fold == i) for i in range(2)]

    def zero(fit: np.ndarray, prove: np.ndarray) -> np.ndarray:
        return np.zeros(prove.sum())

    found = tried({"a": zero, "b": zero}, folds, np.ones(20, dtype=bool), lambda *_: 0.0, budget_s=0.0)
    assert list(found.said) == ["a"]
