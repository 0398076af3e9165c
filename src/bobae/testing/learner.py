"""What every learner must keep: honest settings, repeatable answers, a graph that answers as it does itself."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bobae.core import Bools, Contract, Dataset, Fitted, Floats, Fold, HeldOut, Learner, NotEnoughEvidence, Role
from bobae.graph import Runner
from bobae.testing.made_machine import FAULT_TAG, machine, with_columns_in_order
from bobae.testing.made_results import TELLING

ANOTHER_STREAM = 2.0  # the value of `gap` that makes a graph forget everything


class LearnerContract:
    """Inherit it, give the fixture `learner`, and every test of the contract runs on it.

    Override `normal` and `faulty` where it needs other rows, `SCORE_ERROR` where its graph cannot be that near.
    """

    SCORE_ERROR = 1e-9  # largest difference between graph and learner, as a share of the score's range
    MAY_BE_ASKED = (Role.FEATURE, Role.CONTEXT, Role.ASSET)
    FEW_ROWS = 5  # so few that no learner may pretend to have learned

    @pytest.fixture
    def learner(self) -> Learner:
        """The learner under test."""
        raise NotImplementedError("give the fixture `learner` in your test class")

    @pytest.fixture
    def normal(self) -> Dataset:
        """Rows to learn from."""
        return machine(1500, seed=1)

    @pytest.fixture
    def faulty(self) -> Dataset:
        """Rows never seen, the later ones with a fault."""
        return machine(500, seed=2, fault_from=300)

    @pytest.fixture
    def fitted(self, learner: Learner, normal: Dataset) -> Fitted:
        """The learner's model of the normal rows."""
        return self.learned(learner, normal)

    def learned(self, learner: Any, data: Dataset) -> Fitted:
        """What the learner makes of these rows."""
        fitted: Fitted = learner.fit(data, seed=0)
        return fitted

    def test_settings_are_json_and_equal_the_learners_attributes(self, learner: Learner) -> None:
        settings = dict(learner.settings())
        assert json.loads(json.dumps(settings)) == settings
        assert dataclasses.is_dataclass(learner)
        assert {field.name for field in dataclasses.fields(learner)} == set(settings)
        for name, value in settings.items():
            assert _plain(getattr(learner, name)) == _plain(value), name

    def test_a_learner_does_not_change(self, learner: Learner) -> None:
        for name in learner.settings():
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(learner, name, None)

    def test_the_same_seed_gives_the_same_model(self, learner: Learner, normal: Dataset, fitted: Fitted) -> None:
        again = self.learned(learner, normal)
        assert again.contract == fitted.contract
        assert again.graph() == fitted.graph()

    def test_a_known_answer_is_never_an_input(self, fitted: Fitted, normal: Dataset) -> None:
        allowed = {c.name for c in normal.columns if c.role in self.MAY_BE_ASKED}
        assert {given.name for given in fitted.contract.inputs if given.calendar is None} <= allowed

    def test_every_row_gets_every_output(self, fitted: Fitted, faulty: Dataset) -> None:
        x, gap = rows_of(fitted.contract, faulty)
        answers = fitted.run(x, gap)
        assert set(answers) == {output.name for output in fitted.contract.outputs}
        for output in fitted.contract.outputs:
            assert answers[output.name].shape == (len(x), *output.shape)
            assert np.isfinite(answers[output.name]).all()

    def test_the_graph_answers_as_the_learner_does(self, fitted: Fitted, faulty: Dataset) -> None:
        x, gap = rows_of(fitted.contract, faulty)
        self._same(fitted, fitted.run(x, gap), _through_graph(fitted, x, gap))

    def test_the_graph_answers_as_the_learner_does_on_gaps_and_missing_values(
        self, fitted: Fitted, faulty: Dataset
    ) -> None:
        x, gap = rows_of(fitted.contract, faulty)
        x, gap = _with_holes(x), gap.copy()
        gap[[70, 71, 260]] = 1.0
        gap[180] = ANOTHER_STREAM
        answers = fitted.run(x, gap)
        for output in fitted.contract.outputs:
            assert np.isfinite(answers[output.name]).all(), output.name
        self._same(fitted, answers, _through_graph(fitted, x, gap))

    def test_another_stream_starts_afresh(self, fitted: Fitted, normal: Dataset, faulty: Dataset) -> None:
        before, first = rows_of(fitted.contract, normal)
        x, gap = rows_of(fitted.contract, faulty)
        joined = fitted.run(np.concatenate([before, x]), np.concatenate([first, gap]))
        alone = fitted.run(x, gap)
        for name, answer in alone.items():
            assert np.allclose(joined[name][len(before) :], answer, rtol=1e-9, atol=1e-12), name

    def test_the_order_of_columns_does_not_matter(
        self, learner: Learner, normal: Dataset, faulty: Dataset, fitted: Fitted
    ) -> None:
        backwards = [column.name for column in reversed(normal.columns)]
        other = self.learned(learner, with_columns_in_order(normal, backwards))
        here = fitted.run(*rows_of(fitted.contract, faulty))
        there = other.run(*rows_of(other.contract, with_columns_in_order(faulty, backwards)))
        for output in fitted.contract.outputs:
            if output.shape:
                continue  # one number an input: follows the inputs' own order
            near = 0.0 if output.kind == "decision" else 1e-6
            assert np.allclose(here[output.name], there[output.name], rtol=near, atol=near), output.name

    def test_too_few_rows_are_refused(self, learner: Learner, normal: Dataset) -> None:
        with pytest.raises(NotEnoughEvidence, match=r"\d"):
            self.learned(learner, normal.rows(np.arange(self.FEW_ROWS)))

    def _same(self, fitted: Fitted, here: Mapping[str, Floats], there: Mapping[str, Floats]) -> None:
        for output in fitted.contract.outputs:
            ours, graphs = here[output.name], there[output.name]
            if output.kind == "decision":
                assert np.array_equal(ours, graphs), output.name
            else:
                span = max(float(np.ptp(ours)), 1.0)
                assert np.max(np.abs(ours - graphs)) <= self.SCORE_ERROR * span, output.name


class AnomalyContract(LearnerContract):
    """What a learner of the task `anomaly` must keep beyond that: it sees a plain fault and names its sensor."""

    def test_it_says_score_alarm_and_contribution(self, learner: Learner, fitted: Fitted) -> None:
        assert learner.task == "anomaly"
        kinds = {output.name: output.kind for output in fitted.contract.outputs}
        assert kinds["score"] == "score"
        assert kinds["alarm"] == "decision"
        assert kinds["contribution"] == "score"

    def test_alarms_are_none_or_one(self, fitted: Fitted, faulty: Dataset) -> None:
        alarm = fitted.run(*rows_of(fitted.contract, faulty))["alarm"]
        assert set(np.unique(alarm)) <= {0.0, 1.0}

    def test_a_fault_scores_higher_than_normal_running(self, fitted: Fitted, faulty: Dataset) -> None:
        score = fitted.run(*rows_of(fitted.contract, faulty))["score"]
        marked = faulty.values("fault") > 0
        assert np.median(score[marked]) > np.quantile(score[~marked], 0.95)

    def test_the_sensor_at_fault_contributes_most(self, fitted: Fitted, faulty: Dataset) -> None:
        shares = fitted.run(*rows_of(fitted.contract, faulty))["contribution"]
        mean = shares[faulty.values("fault") > 0].mean(axis=0)
        assert fitted.contract.inputs[int(mean.argmax())].name == FAULT_TAG
        assert (shares >= 0).all()


class PredictorContract(LearnerContract):
    """What a learner that foretells must keep beyond that; give `normal`, `faulty` and, where it differs, `folds`.

    The rows of `normal` and `faulty` come machine after machine in time order, with one target.
    """

    LEARNED: tuple[str, ...] = ("prediction", "contribution")  # answers that are learned on the other folds alone
    TELLING = TELLING  # the input that its answers rest on most
    ALONE: Mapping[str, Any] = {}  # settings with which there is nothing to choose between

    def learned(self, learner: Any, data: Dataset) -> Fitted:
        """What the learner makes of these rows, tried on folds of whole groups."""
        fitted: Fitted = learner.fit(data, folds=self.folds(data), seed=0)
        return fitted

    def folds(self, data: Dataset) -> Sequence[Fold]:
        """Three folds of whole machines or lots."""
        name = data.name_of(Role.ASSET) or data.name_of(Role.LOT)
        assert name is not None, "override `folds` where rows belong to no machine or lot"
        number = np.unique(data.values(name).astype(str), return_inverse=True)[1] % 3
        return [(number != i, number == i) for i in range(3)]

    @pytest.fixture
    def evidence(self, fitted: Any) -> HeldOut:
        """What was said of rows not seen."""
        found: HeldOut = fitted.held_out
        return found

    def test_the_telling_signal_counts_most(self, fitted: Fitted, faulty: Dataset) -> None:
        shares = np.abs(fitted.run(*rows_of(fitted.contract, faulty))["contribution"]).mean(axis=0)
        assert fitted.contract.inputs[int(shares.argmax())].name == self.TELLING

    def test_every_tried_row_was_answered(self, normal: Dataset, evidence: HeldOut) -> None:
        assert len(evidence.fold) == len(evidence.truth) == len(normal)
        assert evidence.tried.any()
        for answer in evidence.answers.values():
            assert np.isfinite(answer[evidence.tried]).all()

    def test_what_is_said_of_a_row_does_not_rest_on_it(self, learner: Any, normal: Dataset) -> None:
        """The targets of one fold are mixed up: what is said of its own rows stays as it was, bit for bit."""
        alone, prove = replace(learner, **self.ALONE), self.folds(normal)[-1][1]
        before, after = (
            self.learned(alone, data).held_out.answers  # type: ignore[attr-defined]
            for data in (normal, _with_mixed_targets(normal, prove))
        )
        for name in self.LEARNED:
            assert np.array_equal(before[name][prove], after[name][prove]), name


class NumberContract(PredictorContract):
    """What a learner that foretells numbers must keep beyond that: it beats the mean, its intervals hold."""

    def test_it_is_nearer_than_the_mean(self, evidence: HeldOut) -> None:
        tried = evidence.tried
        truth, said = evidence.truth[tried], evidence.answers["prediction"][tried]
        known = np.isfinite(truth)
        assert np.square(truth - said)[known].mean() < 0.5 * np.square(truth - np.nanmean(truth))[known].mean()

    def test_nine_values_of_ten_lie_inside_the_interval(self, evidence: HeldOut) -> None:
        known = evidence.tried[:, None] & np.isfinite(evidence.truth.reshape(len(evidence.fold), -1))
        low, high = (evidence.answers[name].reshape(known.shape) for name in ("low", "high"))
        truth = np.minimum(evidence.truth.reshape(known.shape), evidence.answers["prediction"].max())
        inside = (truth >= low) & (truth <= high)
        assert 0.8 <= inside[known].mean() <= 0.99


class KindContract(PredictorContract):
    """What a learner that foretells kinds must keep beyond that: it beats the commonest, its chances sum to one."""

    LEARNED = ("contribution",)  # what is decided rests on the chances of all folds together

    def test_it_is_right_more_often_than_the_commonest_kind(self, evidence: HeldOut) -> None:
        truth, said = evidence.truth[evidence.tried], evidence.answers["prediction"][evidence.tried]
        assert (truth == said).mean() > np.bincount(truth.astype(np.int64)).max() / len(truth)

    def test_chances_sum_to_one(self, evidence: HeldOut) -> None:
        chances = evidence.answers["chances"][evidence.tried]
        assert (chances >= 0).all()
        assert np.allclose(chances.sum(axis=1), 1.0)


def _with_mixed_targets(data: Dataset, chosen: Bools) -> Dataset:
    name = data.names(Role.TARGET)[0]
    order = np.arange(len(data))
    order[chosen] = np.random.default_rng(0).permutation(np.flatnonzero(chosen))
    place = data.table.column_names.index(name)
    return replace(data, table=data.table.set_column(place, name, data.table.column(name).take(order)))


def rows_of(contract: Contract, data: Dataset) -> tuple[Floats, Floats]:
    """The rows of one unbroken stream as a model takes them: x (rows, inputs) and gap (rows,)."""
    gap = np.zeros(len(data))
    gap[0] = ANOTHER_STREAM
    return contract.rows(data), gap


def _through_graph(fitted: Fitted, x: Floats, gap: Floats) -> dict[str, Floats]:
    return Runner(fitted.graph(), fitted.contract).run(x, gap)


def _with_holes(x: Floats) -> Floats:
    """The same rows with a first value, single cells, whole rows and a long stretch of one sensor missing."""
    holed = x.copy()
    holed[0, 0] = np.nan
    holed[20::37, 1] = np.nan
    holed[90:93] = np.nan
    holed[200:280, 2] = np.nan
    return holed


def _plain(value: object) -> object:
    return json.loads(json.dumps(value))
