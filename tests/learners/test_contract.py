from importlib.metadata import entry_points

import pytest

from bobae.testing import AnomalyContract, LearnerContract


def learners_of(task):
    """The learners of all plugins that answer one task, each with its default settings."""
    found = []
    for point in sorted(entry_points(group="bobae.learners"), key=lambda p: p.name):
        plugin = point.load()
        kinds = [getattr(plugin, name) for name in plugin.__all__]
        found += [pytest.param(kind, id=point.name) for kind in kinds if hasattr(kind, "fit") and kind.task == task]
    return found


@pytest.mark.parametrize("kind", learners_of("anomaly"))
class TestEveryAnomalyLearner(AnomalyContract):
    @pytest.fixture
    def learner(self, kind):
        return kind()


def test_every_learner_is_held_to_a_contract():
    plugins = {point.name for point in entry_points(group="bobae.learners")}
    assert {param.id for param in learners_of("anomaly")} == plugins
    assert issubclass(TestEveryAnomalyLearner, LearnerContract)
