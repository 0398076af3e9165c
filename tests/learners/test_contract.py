from dataclasses import replace
from importlib.metadata import entry_points
from typing import ClassVar

import numpy as np
import pytest

from bobae.core import Role
from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.testing import AnomalyContract, KindContract, LearnerContract, NumberContract
from bobae.testing.made_results import lives, load, parts, vessel, wafers


def learners_of(task):
    """The learners of all plugins that answer one task, each with its default settings."""
    points = sorted(entry_points(group="bobae.learners"), key=lambda point: point.name)
    kinds = {point.name: point.load().LEARNER for point in points}
    return [pytest.param(kind, id=name) for name, kind in kinds.items() if kind.task == task]


class Each:
    @pytest.fixture
    def learner(self, kind):
        return kind()


@pytest.mark.parametrize("kind", learners_of("anomaly"))
class TestEveryAnomalyLearner(Each, AnomalyContract):
    pass


@pytest.mark.parametrize("kind", learners_of("soft-sensor"))
class TestEverySoftSensor(Each, NumberContract):
    ALONE: ClassVar = {"candidates": ("ridge",)}

    @pytest.fixture
    def normal(self):
        return parts(300, seed=1)

    @pytest.fixture
    def faulty(self):
        return parts(300, seed=2)


class TestASoftSensorOfSeveralModes(NumberContract):
    ALONE: ClassVar = {"candidates": ("ridge",)}

    @pytest.fixture
    def learner(self):
        return SoftSensorLearner(candidates=("ridge", "pls", "modes"))

    @pytest.fixture
    def normal(self):
        return wafers(600, seed=1)

    @pytest.fixture
    def faulty(self):
        return wafers(300, seed=2)


class TestASoftSensorThatFollowsLateValues(NumberContract):
    TELLING = "kappa"  # by way of what the laboratory found
    MAY_BE_ASKED = (Role.FEATURE, Role.TARGET)

    @pytest.fixture
    def learner(self):
        return SoftSensorLearner(candidates=("ridge",), late_rows=4, late_s=12_600.0)

    @pytest.fixture
    def normal(self):
        return vessel(600, seed=1)

    @pytest.fixture
    def faulty(self):
        return vessel(300, seed=2)

    def folds(self, data):
        at = np.arange(len(data))
        edges = np.linspace(0, len(data), 5).astype(int)
        return [(at < edges[i] - 4, (at >= edges[i]) & (at < edges[i + 1])) for i in range(1, 4)]

    def test_it_asks_for_the_late_value(self, fitted):
        assert fitted.contract.inputs[-1].name == "kappa"
        assert fitted.contract.inputs[-1].late.rows == 4
        assert fitted.bias.rate > 0.0

    def test_what_is_said_of_a_row_does_not_rest_on_it(self, learner, normal):
        """What the laboratory found is what it follows, so it is what becomes known later that is changed."""
        later = len(normal) - 60
        values = np.array(normal.table.column("kappa").to_numpy())
        values[later:] += 0.01 * np.arange(60)  # so little that the same rate is chosen
        changed = replace(normal, table=normal.table.set_column(3, "kappa", [values]))
        before, after = (self.learned(learner, data).held_out for data in (normal, changed))
        last = before.fold == before.fold.max()
        tried = last & (np.arange(len(normal)) < later + 4)
        assert np.array_equal(before.answers["prediction"][tried], after.answers["prediction"][tried])
        assert not np.array_equal(before.answers["prediction"][last], after.answers["prediction"][last])


@pytest.mark.parametrize("kind", learners_of("classify"))
class TestEveryClassifier(Each, KindContract):
    ALONE: ClassVar = {"candidates": ("trees",)}

    @pytest.fixture
    def normal(self):
        return parts(300, seed=1, kinds=True)

    @pytest.fixture
    def faulty(self):
        return parts(300, seed=2, kinds=True)


@pytest.mark.parametrize("kind", learners_of("rul"))
class TestEveryRulLearner(Each, NumberContract):
    FEW_ROWS = 60  # of one machine
    ALONE: ClassVar = {"cap": 60.0, "candidates": ("ridge",)}

    @pytest.fixture
    def normal(self):
        return lives(24, seed=1)

    @pytest.fixture
    def faulty(self):
        return lives(4, seed=2).rows(np.arange(300))


@pytest.mark.parametrize("kind", learners_of("forecast"))
class TestEveryForecaster(Each, NumberContract):
    TELLING = "energy"  # what was, summed over its lags
    MAY_BE_ASKED = (Role.FEATURE, Role.CONTEXT, Role.ASSET, Role.TARGET)  # what was is known when what will be is told

    @pytest.fixture
    def normal(self):
        return load(40, seed=1)

    @pytest.fixture
    def faulty(self):
        return load(14, seed=2)

    def folds(self, data):
        at = np.arange(len(data))
        edges = np.linspace(0, len(data), 5).astype(int)
        return [(at < edges[i], (at >= edges[i] + 24) & (at < edges[i + 1])) for i in range(1, 4)]

    def test_what_is_said_of_a_row_does_not_rest_on_it(self, learner, normal):
        """What was is what a forecast is made from, so it is what comes later that is mixed up."""
        later = len(normal) * 3 // 4
        values = normal.table.column("energy").to_numpy().copy()
        values[later:] = values[later:][::-1]
        changed = normal.table.set_column(1, "energy", [values])
        alone = replace(learner, candidates=("trees",))
        before, after = (self.learned(alone, data).held_out for data in (normal, replace(normal, table=changed)))
        tried = before.tried & (np.arange(len(normal)) < later - 24)
        assert tried.sum() > 100
        assert np.array_equal(before.answers["prediction"][tried], after.answers["prediction"][tried])


def test_every_learner_is_held_to_a_contract():
    plugins = {point.name for point in entry_points(group="bobae.learners")}
    tasks = ("anomaly", "rul", "soft-sensor", "classify", "forecast")
    assert {param.id for task in tasks for param in learners_of(task)} == plugins
    assert issubclass(TestEveryAnomalyLearner, LearnerContract)
