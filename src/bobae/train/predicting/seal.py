"""The candidate of a prediction: graph, windows of real rows that every runtime must reproduce, cards."""

import numpy as np

from bobae.core import Candidate, Floats, Ints, Manifest, Predicted, Reference
from bobae.evidence.shift import Usual
from bobae.train.candidate import CARD_LANGUAGES, WINDOW_ROWS, made_with
from bobae.train.predicting.card import prediction_card
from bobae.train.predicting.outcome import PredictionOutcome
from bobae.train.predicting.posed import Posed

_WINDOWS = 4
_DAY_NS = 24 * 3600 * 1_000_000_000


def prediction_candidate(outcome: PredictionOutcome, posed: Posed, fitted: Predicted, *, name: str) -> Candidate:
    """The model called `name`, ready to be sealed."""
    contract = fitted.contract
    horizon = getattr(fitted, "horizon", None)
    manifest = Manifest(
        name=name,
        task=outcome.task,
        contract=contract,
        learner=outcome.learner,
        settings=dict(outcome.settings),
        dataset_sha256=outcome.dataset_sha256,
        seed=outcome.seed,
        verdict=outcome.verdict,
        target=outcome.target.model_copy(update={"horizon": horizon}),
        scores={metric: figure.as_json() for metric, figure in outcome.metrics.items()},
        made_with=made_with(),
    )
    x = contract.rows(posed.data)
    gap = posed.rows.gap(contract.max_gap_s)
    return Candidate(
        manifest=manifest,
        graph=fitted.graph(),
        reference=_reference(fitted, x, gap, seed=outcome.seed),
        monitor=_usual(posed, fitted, x),
        cards={
            language: prediction_card(outcome, contract, name=name, language=language) for language in CARD_LANGUAGES
        },
    )


def _reference(fitted: Predicted, x: Floats, gap: Floats, *, seed: int) -> Reference:
    """Windows with the first row, with gaps, with missing values, and any."""
    length = min(WINDOW_ROWS, len(x))
    rng = np.random.default_rng(seed)
    missing = np.flatnonzero(np.isnan(x).any(axis=1))
    wanted = [0, *_some(np.flatnonzero(gap[1:] > 0) + 1, rng), *_some(missing, rng)]
    wanted += rng.integers(len(x) - length + 1, size=_WINDOWS).tolist()
    starts = list(dict.fromkeys(min(max(0, int(row) - length // 2), len(x) - length) for row in wanted))[:_WINDOWS]
    windows = np.stack([x[begin : begin + length] for begin in starts])
    gaps = np.stack([gap[begin : begin + length] for begin in starts])
    gaps[:, 0] = 2.0
    answers = [fitted.run(window, start) for window, start in zip(windows, gaps, strict=True)]
    return Reference(windows, gaps, {o.name: np.stack([a[o.name] for a in answers]) for o in fitted.contract.outputs})


def _some(rows: Ints, rng: np.random.Generator) -> Ints:
    return rng.choice(rows, size=min(1, len(rows)), replace=False) if len(rows) else rows


def _usual(posed: Posed, fitted: Predicted, x: Floats) -> dict[str, object]:
    """What each measured input usually shows."""
    rows = posed.rows
    days = rows.time_ns // _DAY_NS * len(rows.machines) + rows.machine
    usual: dict[str, object] = {}
    for wanted, column in zip(fitted.contract.inputs, x.T, strict=True):
        if wanted.categories is None and wanted.calendar is None and wanted.late is None:
            one = Usual.of(column, judged=np.isfinite(column), days=days)
            usual |= {} if one is None else {wanted.name: one.as_json()}
    return usual
