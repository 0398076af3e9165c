"""The suites themselves: each must catch the plugin that breaks its promise."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bobae.core import Dataset, Kind, Role
from bobae.learners.anomaly import AnomalyLearner
from bobae.testing import AnomalyContract, TwinContract, machine, with_columns_in_order
from bobae.twins.press import Press

SUITE = AnomalyContract()


@pytest.fixture(scope="module")
def normal():
    return machine(400, seed=1)


@pytest.fixture(scope="module")
def faulty():
    return machine(200, seed=2, fault_from=120)


@pytest.fixture(scope="module")
def fitted(normal):
    return AnomalyLearner().fit(normal, seed=0)


@dataclass(frozen=True)
class Answering:
    """A model whose own answers or graph have been tampered with."""

    contract: object
    answers: object
    written: bytes

    def run(self, x, gap):
        return self.answers(x, gap)

    def graph(self):
        return self.written


def test_a_graph_that_answers_otherwise_is_caught(fitted, normal, faulty):
    shifted = Answering(
        fitted.contract,
        lambda x, gap: dict(fitted.run(x, gap)) | {"score": fitted.run(x, gap)["score"] * 1.001},
        fitted.graph(),
    )
    with pytest.raises(AssertionError, match="score"):
        SUITE.test_the_graph_answers_as_the_learner_does(shifted, faulty)


def test_one_other_decision_is_caught(fitted, faulty):
    def flipped(x, gap):
        answers = dict(fitted.run(x, gap))
        answers["alarm"] = answers["alarm"].copy()
        answers["alarm"][50] = 1.0 - answers["alarm"][50]
        return answers

    with pytest.raises(AssertionError, match="alarm"):
        SUITE.test_the_graph_answers_as_the_learner_does(Answering(fitted.contract, flipped, fitted.graph()), faulty)


def test_a_model_that_remembers_another_stream_is_caught(fitted, normal, faulty):
    def remembering(x, gap):
        return {"score": np.cumsum(fitted.run(x, gap)["score"])}

    with pytest.raises(AssertionError, match="score"):
        SUITE.test_another_stream_starts_afresh(Answering(fitted.contract, remembering, b""), normal, faulty)


def test_a_known_answer_among_the_inputs_is_caught(faulty):
    leaking = AnomalyLearner().fit(faulty.with_role("fault", Role.FEATURE), seed=0)
    with pytest.raises(AssertionError):
        SUITE.test_a_known_answer_is_never_an_input(leaking, faulty)


def test_a_learner_that_hides_a_setting_is_caught():
    class Hiding(AnomalyLearner):
        def settings(self):
            return {name: value for name, value in super().settings().items() if name != "clip"}

    with pytest.raises(AssertionError):
        SUITE.test_settings_are_json_and_equal_the_learners_attributes(Hiding())


def test_a_learner_that_is_never_short_of_rows_is_caught(normal, fitted):
    class Bold(AnomalyLearner):
        def fit(self, data, *, seed, budget_s=None):
            return fitted

    with pytest.raises(pytest.fail.Exception):
        SUITE.test_too_few_rows_are_refused(Bold(), normal)


def test_a_learner_that_changes_with_the_seed_of_the_day_is_caught(normal, fitted):
    class Moody(AnomalyLearner):
        def fit(self, data, *, seed, budget_s=None):
            return replace(fitted, settling=fitted.settling + 1)

    with pytest.raises(AssertionError):
        SUITE.test_the_same_seed_gives_the_same_model(Moody(), normal, fitted)


def test_a_twin_whose_snapshot_leaves_something_out_is_caught():
    class Leaky(Press):
        def restore(self, snapshot):
            super().restore(snapshot | {"dice": self._dice})

    with pytest.raises(AssertionError):
        TwinContract().test_a_snapshot_is_plain_arrays_and_takes_it_back(Leaky)


def test_the_made_machine_is_the_same_for_the_same_seed_and_marks_its_fault():
    data = machine(50, seed=3, fault_from=30)
    assert data.sha256 == machine(50, seed=3, fault_from=30).sha256 != machine(50, seed=4, fault_from=30).sha256
    assert data.values("fault").sum() == 20
    assert data.column("fault").kind is Kind.FLAG


def test_columns_in_another_order_hold_the_same_values():
    data = machine(20, seed=3)
    other = with_columns_in_order(data, [c.name for c in reversed(data.columns)])
    assert isinstance(other, Dataset)
    assert all(np.array_equal(data.values(c.name), other.values(c.name)) for c in data.columns)
