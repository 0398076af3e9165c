"""The candidate of a model that foretells: windows from the first row on, and what each sensor usually shows."""

from typing import Any

import numpy as np

from bobae.core import Candidate, Contract, Floats, Predicted
from bobae.evidence.shift import Usual
from bobae.train.candidate import candidate, windows
from bobae.train.predicting.card import foretelling
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Posed
from bobae.train.rows import Rows

_WINDOWS = 5


def prediction_candidate(outcome: PredictionOutcome, posed: Posed, fitted: Predicted, *, name: str) -> Candidate:
    """The model called `name`, ready to be sealed."""
    contract = fitted.contract
    x, gap = contract.rows(posed.data), posed.rows.gap(contract.max_gap_s)
    horizon = getattr(fitted, "horizon", None)  # of the life left alone; the learner chooses it where nobody does
    return candidate(
        outcome,
        fitted,
        windows(fitted, x, gap, np.zeros(1, dtype=np.int64), count=_WINDOWS, seed=outcome.seed),
        name=name,
        monitor=_usual(contract, posed.rows, x),
        purpose=foretelling(outcome),
        target=outcome.target.model_copy(update={"horizon": horizon}),
    )


def _usual(contract: Contract, rows: Rows, x: Floats) -> dict[str, Any]:
    """What each measured input usually shows."""
    usual: dict[str, Any] = {}
    for wanted, column in zip(contract.inputs, x.T, strict=True):
        if wanted.categories is None and wanted.calendar is None and wanted.late is None:
            one = Usual.of(column, days=rows.day)
            usual |= {} if one is None else {wanted.name: one.as_json()}
    return usual
