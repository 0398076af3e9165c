"""Train: from rows to a proven model. Split as it will be used, fit, set the limit, prove it, weigh it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from bobae.core import BadInput, Dataset, Ints, Learner, Progress, Role, silent, text
from bobae.evidence.leak import Leak
from bobae.evidence.value import Prices
from bobae.train.assess.roles import find_roles
from bobae.train.findings import Findings, told_split
from bobae.train.fitting import Fit, false_share, fit, leak, naive_rules, split_rows, truth_of
from bobae.train.known import Known, LoggedFault, known_faults
from bobae.train.outcome import Outcome
from bobae.train.proof import Proof, Rule, Terms, prove
from bobae.train.proven import Origin
from bobae.train.rows import Rows, rows_in_order
from bobae.train.seal import watch_candidate
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
    findings = Findings(rows, known, part, found.trace, _proved(rows, known, part, found, terms))
    progress(text("measuring what a shuffled test would have claimed"), 3, _STEPS)
    affordable = budget_s is None or 2 * (time.process_time() - began) < budget_s
    leaked = _leaked(findings, learner, terms) if affordable else None
    progress(text("writing it all down"), 4, _STEPS)
    origin = Origin(learner.name, learner.settings(), seed, dataset.sha256)
    outcome = findings.outcome(told_split(split, rows, known, part), origin, leak=leaked)
    sealable = watch_candidate(outcome, findings, found.detector, found.x, name=name)
    progress(text("writing it all down"), _STEPS, _STEPS)
    return replace(outcome, candidate=sealable, cpu_s=time.process_time() - began)


def _proved(rows: Rows, known: Known, part: Ints, found: Fit, terms: Terms) -> Proof:
    model = Rule("model", found.trace.score, found.trace.alarm)
    naive = naive_rules(rows, known, part, budget_per_week=terms.budget_per_week)
    return prove(model, naive, truth_of(rows, known, part), terms, threshold=found.threshold)


def _leaked(findings: Findings, learner: Learner, terms: Terms) -> Leak:
    rows, known = findings.rows, findings.known
    honest = false_share(findings.trace, known, findings.part)
    return leak(rows, known, learner, honest, budget_per_week=terms.budget_per_week, seed=terms.seed)
