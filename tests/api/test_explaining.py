"""Why a prediction is as it is: every input's share, and which way it moved the answer."""

import numpy as np

from bobae.api.inference.explaining import explained
from bobae.learners.classify import ClassifyLearner
from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.testing.made_results import TELLING, parts


def folds(rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    number = np.arange(rows) // 10 % 3
    return [(number != i, number == i) for i in range(3)]


def test_a_prediction_is_explained_by_share_and_effect() -> None:
    data = parts(300, seed=1)
    model = SoftSensorLearner(candidates=("ridge",)).fit(data, folds=folds(300), seed=0)
    x = model.contract.rows(data)
    answers = model.run(x, np.zeros(len(x)))
    told = explained(model.contract, x, answers)
    for row, each in enumerate(told):
        assert each["low"] <= each["prediction"] <= each["high"]
        assert sum(one["share"] for one in each["inputs"]) == 1.0 or np.isclose(
            sum(o["share"] for o in each["inputs"]), 1
        )
        effects = sum(one["effect"] for one in each["inputs"])
        assert np.isclose(
            answers["prediction"][row] - effects, answers["prediction"][0] - answers["contribution"][0].sum()
        )
    high = max(told, key=lambda each: each["prediction"])
    assert high["inputs"][0]["name"] == TELLING
    assert high["inputs"][0]["effect"] > 0
    assert TELLING in high["text"]


def test_chances_of_all_kinds_are_told() -> None:
    data = parts(300, seed=1, kinds=True)
    model = ClassifyLearner(candidates=("logit",)).fit(data, folds=folds(300), seed=0)
    x = model.contract.rows(data)[:5]
    for each in explained(model.contract, x, model.run(x, np.zeros(5))):
        assert np.isclose(sum(each["chances"]), 1.0)
        assert len(each["chances"]) == 2
