"""Backtest of a prediction: the same judgement of a sealed model on rows it has never seen."""

import time
from dataclasses import replace

import numpy as np

from bobae.core import BadInput, Dataset, Floats, HeldOut, Ints, Manifest, Progress, Role, silent, text
from bobae.train.assess.roles import find_roles
from bobae.train.predicting.judgement import Judgement
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Asked, Posed, with_target
from bobae.train.predicting.questions import question_of
from bobae.train.proven import Origin, SplitOutcome
from bobae.train.score import Runs, rows_for


def backtest_prediction(
    dataset: Dataset,
    manifest: Manifest,
    run: Runs,
    *,
    asked: Asked | None = None,
    currency: str = "KRW",
    progress: Progress = silent,
) -> PredictionOutcome:
    """What a sealed model says of new rows, weighed as at its training.

    The simple rules are learned from the new rows themselves, part by part, so they know more of them than the model.

    Raises:
        BadInput: an input of the model or what it foretells is missing.
    """
    began = time.process_time()
    if manifest.target is None:
        raise BadInput("the model {name} does not say what it foretells; train it anew", name=manifest.name)
    question, contract = question_of(manifest.task), manifest.contract
    late = next((one.late for one in contract.inputs if one.late), None)
    asked = replace(asked or Asked(), ahead_s=manifest.target.ahead_s or None, late=late)
    progress(text("finding out what each column is"), 0, 2)
    rows = rows_for(_aimed(dataset, manifest.target.name), contract)
    posed = _as_sealed(question.pose(rows, asked), manifest)
    progress(text("proving it on rows it has not seen"), 1, 2)
    answers = run(contract.rows(posed.data), posed.rows.gap(contract.max_gap_s))
    held = HeldOut(_folds(posed), posed.truth, answers, {})
    origin = Origin(manifest.learner, manifest.settings, asked.seed, dataset.sha256)
    tags = tuple(one.name for one in contract.inputs)
    judged = Judgement(question, posed, held, asked)
    outcome = judged.outcome(manifest.task, origin, tags=tags, leak=None, currency=currency)
    warnings = outcome.warnings
    if dataset.sha256 == manifest.dataset_sha256:
        warnings = (text("These are the rows that the model learned from: they prove nothing."), *warnings)
    split = SplitOutcome.all_new(outcome.split.kind, outcome.split.parts[-1])
    progress(text("writing it all down"), 2, 2)
    return replace(outcome, split=split, warnings=warnings, cpu_s=time.process_time() - began)


def _aimed(dataset: Dataset, target: str) -> Dataset:
    """The rows with their roles found, and the column that the model foretells as the target where it is there."""
    found = dataset if dataset.names(Role.FEATURE) else find_roles(dataset)
    there = target in found.table.column_names
    return with_target(found, target) if there else found


def _as_sealed(posed: Posed, manifest: Manifest) -> Posed:
    """The truth in the numbers of the model's own kinds; kinds it does not know count as not known."""
    assert manifest.target is not None
    if not manifest.target.classes:
        return replace(posed, target=manifest.target)
    place = {name: float(i) for i, name in enumerate(manifest.target.classes)}
    numbers = np.array([place.get(name, np.nan) for name in posed.target.classes])
    strangers = [name for name in posed.target.classes if name not in place]
    warnings = posed.warnings
    if strangers:
        warnings = (
            *warnings,
            text("The model knows nothing of: {kinds}. Their rows are left out.", kinds=", ".join(strangers)),
        )
    known = np.isfinite(posed.truth)
    truth: Floats = np.full(len(posed.truth), np.nan)
    truth[known] = numbers[posed.truth[known].astype(np.int64)]
    return replace(posed, target=manifest.target, truth=truth, warnings=warnings)


def _folds(posed: Posed) -> Ints:
    """In which fold of the simple rules each row is tried (rows,)."""
    fold = np.full(len(posed.counted), -1, dtype=np.int64)
    for number, (_, prove) in enumerate(posed.folding.folds):
        fold[prove] = number
    return fold
