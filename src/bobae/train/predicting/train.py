"""Train a prediction: pose the question, learn on folds, weigh against simple rules, write down the model."""

import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol, cast

import numpy as np
from threadpoolctl import threadpool_limits

from bobae.core import BadInput, Dataset, HeldOut, Predictor, Progress, Role, Task, Text, silent, text
from bobae.evidence.folding import shuffled
from bobae.evidence.leak import Leak, leak_meter
from bobae.evidence.skill import Witnesses, decide_by_skill, skill
from bobae.train.assess.roles import find_roles
from bobae.train.outcome import BaselineOutcome, LeakOutcome, PartRows, SplitOutcome
from bobae.train.predicting.classify import Classify
from bobae.train.predicting.forecast import Forecast
from bobae.train.predicting.late import late_of, what_came_of_it
from bobae.train.predicting.outcome import PredictionOutcome, Trials, weights_of
from bobae.train.predicting.posed import Asked, Posed, Question, Said
from bobae.train.predicting.rul import Rul
from bobae.train.predicting.seal import prediction_candidate
from bobae.train.predicting.soft_sensor import SoftSensor
from bobae.train.predicting.worth import worth
from bobae.train.rows import Rows, rows_in_order

QUESTIONS: Mapping[str, Question] = {
    "rul": Rul(),
    "soft-sensor": SoftSensor(),
    "classify": Classify(),
    "forecast": Forecast(),
}
_STEPS = 5


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
    rows = rows_of(dataset)
    posed = question.pose(rows, asked)
    learner = _told(learner, posed.settings)
    progress(text("learning, and trying on rows not seen"), 1, _STEPS)
    share = None if budget_s is None else 0.6 * budget_s
    with threadpool_limits(1):  # many small matrices: threads that wait for each other cost more than they bring
        fitted = learner.fit(posed.data, folds=posed.folding.folds, seed=asked.seed, budget_s=share)
    posed = replace(posed, warnings=(*posed.warnings, *what_came_of_it(posed, fitted.contract)))
    progress(text("weighing it against simple rules"), 2, _STEPS)
    judged = Judgement(question, posed, fitted.held_out, asked)
    progress(text("measuring what a shuffled test would have claimed"), 3, _STEPS)
    affordable = budget_s is None or 2 * (time.process_time() - began) < budget_s
    leaked = _leak(question, posed, learner, judged, asked) if affordable else None
    progress(text("writing it all down"), 4, _STEPS)
    outcome = told(
        question,
        posed,
        fitted.held_out,
        judged,
        tags=tuple(one.name for one in fitted.contract.inputs),
        leak=leaked,
        asked=asked,
        currency=currency,
        learner=learner,
        dataset=dataset,
    )
    sealable = prediction_candidate(outcome, posed, fitted, name=name)
    progress(text("writing it all down"), _STEPS, _STEPS)
    return replace(outcome, candidate=sealable, cpu_s=time.process_time() - began)


def question_of(task: str) -> Question:
    """The question of that task.

    Raises:
        BadInput: it is none that foretells.
    """
    if task not in QUESTIONS:
        raise BadInput(
            "the task {task} foretells nothing; choose one of {tasks}", task=task, tasks=", ".join(QUESTIONS)
        )
    return QUESTIONS[task]


class Asks(Protocol):
    """Who answers: a learner, or what a sealed model says of its own."""

    @property
    def name(self) -> str:
        """Of the learner."""
        ...

    @property
    def task(self) -> Task:
        """The question."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        ...


class Judgement:
    """The model and the rules on the rows tried: figures, skill over the best rule, verdict."""

    def __init__(self, question: Question, posed: Posed, held: HeldOut, asked: Asked) -> None:
        groups = posed.folding.groups
        self.witnesses = Witnesses(
            groups, np.ones(len(groups)), posed.folding.kind in ("time", "block", "sorted"), asked.seed
        )
        model = Said("model", text("this model"), held.answers)
        ours = question.losses(model, posed, held)
        rules = question.rules(posed, held)
        losses = {rule.name: question.losses(rule, posed, held) for rule in rules}
        # where a rule can say nothing, nobody is compared; one that can say nothing anywhere is no rival
        found = {rule.name: skill(ours, losses[rule.name], self.witnesses) for rule in rules}
        rules.sort(key=lambda rule: np.nan_to_num(found[rule.name].value, nan=np.inf))
        self.best = rules[0]
        self.skill = found[self.best.name]
        counted = np.isfinite(ours)
        self.count = len(np.unique(groups[counted]))
        self.weighing = decide_by_skill(self.skill, self.count, best=self.best.title)
        self.metrics = question.figures(model, posed, held, self.witnesses)
        self.baselines = tuple(
            BaselineOutcome(rule.name, rule.title, question.figures(rule, posed, held, self.witnesses))
            for rule in rules
        )


def told(
    question: Question,
    posed: Posed,
    held: HeldOut,
    judged: Judgement,
    *,
    tags: tuple[str, ...],
    leak: Leak | None,
    asked: Asked,
    currency: str,
    learner: Asks,
    dataset: Dataset,
) -> PredictionOutcome:
    """Everything as one outcome; the candidate and the time it took are still missing."""
    rows, tried = posed.rows, held.tried & posed.known
    value = worth(posed, held, judged.best, asked, currency)
    warnings = [*(rows.warnings if rows.has_time else ()), *posed.warnings]
    if leak is not None and leak.warns:
        warnings.append(leak.said())
    at = np.flatnonzero(tried)
    return PredictionOutcome(
        task=learner.task,
        target=posed.target,
        verdict=judged.weighing.verdict,
        headlines=judged.weighing.said,
        split=_split(posed, held),
        metrics=judged.metrics,
        titles=question.titles(posed),
        baselines=judged.baselines,
        skill=judged.skill,
        witnesses=judged.count,
        leak=None if leak is None else _told_leak(leak, next(iter(judged.metrics))),
        weights=weights_of(held.answers["contribution"], np.where(tried, held.fold, -1), tags),
        trials=Trials(
            rows.source[at],
            rows.time_ns[at],
            rows.machine[at],
            rows.machines,
            held.fold[at],
            posed.truth[at],
            {name: values[at] for name, values in held.answers.items()},
        ),
        tried=held.said,
        value=value,
        warnings=tuple(warnings),
        seed=asked.seed,
        cpu_s=0.0,
        dataset_sha256=dataset.sha256,
        origin=dataset.origin,
        learner=learner.name,
        candidate=None,
        sampling_s=rows.sampling_s,
        has_time=rows.has_time,
        settings=learner.settings(),
    )


def rows_of(dataset: Dataset) -> Rows:
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


def _told(learner: Predictor, settings: Mapping[str, Any]) -> Predictor:
    known: set[str] = {one.name for one in fields(learner)} if is_dataclass(learner) else set()
    chosen = {name: value for name, value in settings.items() if name in known}
    return cast(Predictor, replace(cast(Any, learner), **chosen)) if chosen else learner


def _leak(question: Question, posed: Posed, learner: Predictor, judged: Judgement, asked: Asked) -> Leak | None:
    """The main figure on shuffled rows over the honest one.

    None where the honest folds are drawn by lot themselves, or where late values are followed: nothing follows on
    anything in shuffled rows.
    """
    if posed.folding.kind == "row" or not posed.counted.all() or late_of(posed) is not None:
        return None
    folds = shuffled(posed.folding, posed.truth, seed=asked.seed)
    mixed = replace(posed, folding=replace(posed.folding, folds=folds))
    with threadpool_limits(1):
        again = learner.fit(posed.data, folds=folds, seed=asked.seed)
    main = next(iter(judged.metrics))
    figure = question.figures(
        Said("model", text("this model"), again.held_out.answers), mixed, again.held_out, judged.witnesses
    )
    return leak_meter(figure[main].value, judged.metrics[main].value, higher_is_better=False)


def _told_leak(leak: Leak, metric: str) -> LeakOutcome:
    return LeakOutcome(metric, leak.shuffled, leak.honest, leak.ratio, leak.warns, leak.said())


def _split(posed: Posed, held: HeldOut) -> SplitOutcome:
    rows, folding = posed.rows, posed.folding
    tried = held.tried & posed.known
    parts = (
        _part("fit", text("learned from in the end"), rows, posed.known),
        _part("prove", text("tried on, by models that had not seen them"), rows, tried),
    )
    by: Text = text("{by}, in {count} parts", by=folding.by, count=len(folding.folds))
    return SplitOutcome(folding.kind, by, folding.reason, parts)


def _part(part: Any, title: Text, rows: Rows, inside: np.ndarray) -> PartRows:
    time_ns = rows.time_ns[inside]
    start, end = (int(time_ns.min()), int(time_ns.max())) if len(time_ns) else (None, None)
    return PartRows(part, title, int(inside.sum()), start, end)
