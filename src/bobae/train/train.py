"""Train: from rows to a proven model. Split as it will be used, fit, set the limit, prove it, weigh it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from bobae.core import BadInput, Dataset, Learner, Progress, Role, silent, text
from bobae.evidence.value import Prices
from bobae.train.assess.roles import find_roles
from bobae.train.candidate import candidate
from bobae.train.findings import Findings, Origin, told_split
from bobae.train.fitting import false_share, fit, leak, naive_rules, split_rows, truth_of
from bobae.train.known import LoggedFault, known_faults
from bobae.train.outcome import Outcome
from bobae.train.proof import Rule, Terms, prove
from bobae.train.rows import rows_in_order
from bobae.train.timeline import part_codes

_STEPS = 5


def train(
    dataset: Dataset,
    learner: Learner,
    *,
    alarm_budget: float = 1.0,
    costs: Mapping[str, float] | None = None,
    currency: str = "KRW",
    log: tuple[LoggedFault, ...] | None = None,
    seed: int = 0,
    budget_s: float | None = None,
    name: str = "anomaly",
    progress: Progress = silent,
) -> Outcome:
    """A model of these rows with everything that was proved about it.

    Args:
        dataset: rows as read; roles are found unless some column already is a feature.
        learner: of the task 'anomaly'; its models can be calibrated (see `fitting.Detector`).
        alarm_budget: false alarm episodes a week that one asset may cost.
        costs: 'missed' and 'false' in money, 'late' in money an hour; assumed where missing.
        currency: of the costs.
        log: known faults from a maintenance log, instead of a target column.
        seed: of everything random.
        budget_s: CPU seconds that may be spent; the leak meter is left out where it would go over.
        name: of the model.
        progress: told how far it is.

    Raises:
        Refused: the order of the rows was destroyed.
        NotEnoughEvidence: too few rows for an honest test.
        BadInput: no measured column, the target column marks no faults, or the learner answers another question.
    """
    began = time.process_time()
    if learner.task != "anomaly":
        raise BadInput("training for the task {task} is not possible yet; choose anomaly", task=learner.task)
    progress(text("finding out what each column is"), 0, _STEPS)
    rows = rows_in_order(dataset if dataset.names(Role.FEATURE) else find_roles(dataset))
    known = known_faults(rows, log)
    terms = Terms(alarm_budget, Prices.of(costs or {}, currency), currency, seed)
    split = split_rows(rows, known)
    part = part_codes((split.fit, split.calibrate, split.prove))

    progress(text("learning what normal running looks like"), 1, _STEPS)
    found = fit(rows, known, learner, part, budget_per_week=alarm_budget, seed=seed, budget_s=budget_s)
    progress(text("proving it on rows it has not seen"), 2, _STEPS)
    truth = truth_of(rows, known, part)
    naive = naive_rules(rows, known, part, budget_per_week=alarm_budget)
    model = Rule("model", found.trace.score, found.trace.alarm)
    proof = prove(model, naive, truth, terms, threshold=found.threshold)
    progress(text("measuring what a shuffled test would have claimed"), 3, _STEPS)
    leaked = None
    if budget_s is None or 2 * (time.process_time() - began) < budget_s:
        honest = false_share(found.trace, known, part)
        leaked = leak(rows, known, learner, honest, budget_per_week=alarm_budget, seed=seed)
    progress(text("writing it all down"), 4, _STEPS)
    findings = Findings(rows, known, part, found.trace, proof)
    outcome = findings.outcome(
        told_split(split, rows, known, part),
        Origin(learner.name, learner.settings(), seed, dataset.sha256),
        leak=leaked,
        cpu_s=time.process_time() - began,
    )
    sealable = candidate(outcome, findings, found.detector, found.x, name=name)
    progress(text("writing it all down"), _STEPS, _STEPS)
    return replace(outcome, candidate=sealable, cpu_s=time.process_time() - began)
