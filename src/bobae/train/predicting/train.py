"""Train a prediction: pose the question, learn on folds, weigh against simple rules, write down the model."""

import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from threadpoolctl import threadpool_limits

from bobae.core import Dataset, Predictor, Progress, Role, silent, text
from bobae.evidence.folding import shuffled
from bobae.evidence.leak import Leak, leak_meter
from bobae.train.assess.roles import find_roles
from bobae.train.predicting.judgement import Judgement
from bobae.train.predicting.late import late_of, what_came_of_it
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Asked, Said
from bobae.train.predicting.questions import question_of
from bobae.train.predicting.seal import prediction_candidate
from bobae.train.proven import Origin
from bobae.train.rows import Rows, rows_in_order

_STEPS = 5
_LEARNING = 0.4  # of the budget: the leak meter learns once more


def train_prediction(
    dataset: Dataset,
    learner: Predictor,
    *,
    asked: Asked | None = None,
    currency: str = "KRW",
    budget_s: float | None = None,
    name: str = "prediction",
    progress: Progress = silent,
) -> PredictionOutcome:
    """A model of these rows with everything that was proved about it.

    Args:
        dataset: rows as read; roles are found unless some column already is a feature.
        learner: of the task.
        asked: what the user said beyond the columns.
        currency: of the costs.
        budget_s: CPU seconds that may be spent, about; the leak meter is left out where it would go over.
        name: of the model.
        progress: told how far it is.

    Raises:
        NotEnoughEvidence: too few rows, machines or lots for an honest test.
        BadInput: the rows do not hold what the question asks of.
    """
    began = time.process_time()
    asked = asked or Asked()
    question = question_of(learner.task)
    progress(text("finding out what each column is"), 0, _STEPS)
    rows = _rows_of(dataset)
    posed = question.pose(rows, asked)
    learner = _instructed(learner, posed.settings)
    progress(text("learning, and trying on rows not seen"), 1, _STEPS)
    share = None if budget_s is None else _LEARNING * budget_s
    with threadpool_limits(1):  # many small matrices: threads that wait for each other cost more than they bring
        fitted = learner.fit(posed.data, folds=posed.folding.folds, seed=asked.seed, budget_s=share)
    posed = replace(posed, warnings=(*posed.warnings, *what_came_of_it(posed, fitted.contract)))
    progress(text("weighing it against simple rules"), 2, _STEPS)
    judged = Judgement(question, posed, fitted.held_out, asked)
    progress(text("measuring what a shuffled test would have claimed"), 3, _STEPS)
    affordable = budget_s is None or 2 * (time.process_time() - began) < budget_s
    leaked = _leak(judged, learner) if affordable else None
    progress(text("writing it all down"), 4, _STEPS)
    origin = Origin(learner.name, learner.settings(), asked.seed, dataset.sha256)
    tags = tuple(one.name for one in fitted.contract.inputs)
    outcome = judged.outcome(learner.task, origin, tags=tags, leak=leaked, currency=currency)
    sealable = prediction_candidate(outcome, posed, fitted, name=name)
    progress(text("writing it all down"), _STEPS, _STEPS)
    return replace(outcome, candidate=sealable, cpu_s=time.process_time() - began)


def _rows_of(dataset: Dataset) -> Rows:
    """The rows in order; a lone series is its own measured column.

    Raises:
        BadInput: no column holds measured numbers.
    """
    told = dataset.names(Role.FEATURE) or dataset.names(Role.TARGET)
    found = dataset if told else find_roles(dataset)
    target = found.name_of(Role.TARGET)
    if found.names(Role.FEATURE) or target is None:
        return rows_in_order(found)
    rows = rows_in_order(found.with_role(target, Role.FEATURE))
    return replace(rows, data=rows.data.with_role(target, Role.TARGET))


def _instructed(learner: Predictor, settings: Mapping[str, Any]) -> Predictor:
    """The learner with those of the settings that it has."""
    known: set[str] = {one.name for one in fields(learner)} if is_dataclass(learner) else set()
    chosen = {name: value for name, value in settings.items() if name in known}
    return cast(Predictor, replace(cast(Any, learner), **chosen)) if chosen else learner


def _leak(judged: Judgement, learner: Predictor) -> Leak | None:
    """The main figure on shuffled rows over the honest one.

    None where the honest folds are drawn by lot themselves, or where late values are followed: nothing follows on
    anything in shuffled rows.
    """
    posed, seed = judged.posed, judged.asked.seed
    if posed.folding.kind == "row" or not posed.counted.all() or late_of(posed) is not None:
        return None
    folds = shuffled(posed.folding, posed.truth, seed=seed)
    mixed = replace(posed, folding=replace(posed.folding, folds=folds))
    with threadpool_limits(1):
        again = learner.fit(posed.data, folds=folds, seed=seed).held_out
    said = Said("model", text("this model"), again.answers)
    main = next(iter(judged.metrics))
    figure = judged.question.figures(said, mixed, again, judged.witnesses)[main]
    return leak_meter(figure.value, judged.metrics[main].value, higher_is_better=False)
