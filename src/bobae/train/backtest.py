"""Backtest: the same honest judgement of a sealed model on data it has never seen; every row of them proves."""

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bobae.core import Bools, Contract, Dataset, Floats, Manifest, Progress, silent, text
from bobae.evidence.value import Prices
from bobae.train.findings import Findings
from bobae.train.fitting import truth_of
from bobae.train.known import LoggedFault, known_faults
from bobae.train.outcome import Outcome
from bobae.train.proof import Rule, Terms, prove
from bobae.train.proven import Origin, PartRows, SplitOutcome
from bobae.train.score import Runs, rows_for
from bobae.train.timeline import PROVE, Trace


def backtest(
    dataset: Dataset,
    manifest: Manifest,
    run: Runs,
    *,
    alarm_budget: float | None = None,
    costs: Mapping[str, float] | None = None,
    currency: str = "KRW",
    log: tuple[LoggedFault, ...] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Outcome:
    """What a sealed model does on new rows: the same figures, baselines, verdict and money as `train` gives.

    The naive rules are those that need no tuning, and the limits of each sensor that the model was trained within.

    Args:
        dataset: rows as read; roles are found unless some column already is a feature.
        manifest: of the sealed model.
        run: runs its graph.
        alarm_budget: false alarm episodes a week and asset; the model's own where None.
        costs: as for `train`.
        currency: of the costs.
        log: known faults from a maintenance log, instead of a target column.
        seed: of the intervals.
        progress: told how far it is.

    Raises:
        BadInput: an input of the model is missing.
    """
    began = time.process_time()
    progress(text("finding out what each column is"), 0, 2)
    contract = manifest.contract
    rows = rows_for(dataset, contract)
    known = known_faults(rows, log)
    part = np.full(len(rows), PROVE, dtype=np.int64)
    progress(text("proving it on rows it has not seen"), 1, 2)
    x = contract.rows(rows.data)
    trace = Trace.of(run(x, rows.gap(contract.max_gap_s)), tuple(wanted.name for wanted in contract.inputs))
    budget = alarm_budget or manifest.alarm_budget_per_week or 1.0
    terms = Terms(budget, Prices.of(costs or {}, currency), currency, seed)
    model, truth = Rule("model", trace.score, trace.alarm), truth_of(rows, known, part)
    proof = prove(model, _naive(x, contract), truth, terms, threshold=None)
    split = SplitOutcome.all_new("time", PartRows.of("prove", text("tried on"), rows.time_ns, len(rows)))
    origin = Origin(manifest.learner, manifest.settings, seed, dataset.sha256)
    outcome = Findings(rows, known, part, trace, proof).outcome(split, origin, leak=None)
    progress(text("writing it all down"), 2, 2)
    return replace(outcome, cpu_s=time.process_time() - began)


def _naive(x: Floats, contract: Contract) -> list[Rule]:
    nothing = np.zeros(len(x))
    outside, distance = _outside(x, contract)
    return [
        Rule("never", nothing, nothing > 0),
        Rule("always", nothing, nothing == 0),
        Rule("fixed_limits", distance, outside),
    ]


def _outside(x: Floats, contract: Contract) -> tuple[Bools, Floats]:
    """Where a sensor is outside the range it had in training (rows,), and how far in widths of that range (rows,)."""
    low = np.array([-np.inf if wanted.low is None else wanted.low for wanted in contract.inputs])
    high = np.array([np.inf if wanted.high is None else wanted.high for wanted in contract.inputs])
    width = np.where(np.isfinite(high - low) & (high > low), high - low, 1.0)
    over = np.nan_to_num(np.maximum(x - high, low - x) / width, nan=-np.inf)
    distance = np.asarray(over.max(axis=1, initial=-np.inf))
    return distance > 0, distance
