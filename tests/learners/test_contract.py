from importlib.metadata import entry_points

import pytest

from bobae.testing import AnomalyContract, LearnerContract


def learners_of(task):
    """The learners of all plugins that answer one task, each with its default settings."""
    points = sorted(entry_points(group="bobae.learners"), key=lambda point: point.name)
    kinds = {point.name: point.load().LEARNER for point in points}
    return [pytest.param(kind, id=name) for name, kind in kinds.items() if kind.task == task]


@pytest.mark.parametrize("kind", learners_of("anomaly"))
class TestEveryAnomalyLearner(AnomalyContract):
    @pytest.fixture
    def learner(self, kind):
        return kind()


def test_every_learner_is_held_to_a_contract():
    plugins = {point.name for point in entry_points(group="bobae.learners")}
    assert {param.id for param in learners_of("anomaly")} == plugins
    assert issubclass(TestEveryAnomalyLearner, LearnerContract)
