"""The candidate: what goes into the sealed package beside the graph, made from real rows."""

import platform
from typing import Any

import numpy as np
import onnx

from bobae import __version__
from bobae.core import Bools, Candidate, Contract, Fitted, Floats, Ints, Manifest, Reference
from bobae.evidence.shift import Usual
from bobae.train.card import card
from bobae.train.findings import Findings
from bobae.train.outcome import Outcome
from bobae.train.rows import Rows
from bobae.train.timeline import PROVE, Trace

WINDOW_ROWS = 256
WINDOWS = 8
_DAY_NS = 24 * 3600 * 1_000_000_000
CARD_LANGUAGES = ("en", "ko")


def candidate(outcome: Outcome, found: Findings, fitted: Fitted, x: Floats, *, name: str) -> Candidate:
    """The model called `name`, ready to be sealed.

    Args:
        outcome: what was proved about it.
        found: all rows, and what the model said about them.
        fitted: the model.
        x: its inputs for all rows (rows, inputs).
        name: in the registry.
    """
    contract = fitted.contract
    manifest = Manifest(
        name=name,
        task=outcome.task,
        contract=contract,
        learner=outcome.learner,
        settings=dict(outcome.settings),
        dataset_sha256=outcome.dataset_sha256,
        seed=outcome.seed,
        verdict=outcome.verdict,
        alarm_budget_per_week=outcome.alarms.budget_per_week,
        scores={metric: figure.as_json() for metric, figure in outcome.metrics.items()},
        made_with=made_with(),
    )
    return Candidate(
        manifest=manifest,
        graph=fitted.graph(),
        reference=reference(fitted, found.rows, x, found.trace, seed=outcome.seed),
        monitor=_usual(contract, found, x),
        cards={language: card(outcome, contract, name=name, language=language) for language in CARD_LANGUAGES},
    )


def reference(fitted: Fitted, rows: Rows, x: Floats, trace: Trace, *, seed: int) -> Reference:
    """Windows of real rows that every runtime must answer alike: alarms, gaps and missing values first, then any.

    Args:
        fitted: the model.
        rows: all rows.
        x: its inputs for all rows (rows, inputs).
        trace: what it said about them.
        seed: of the one generator used.
    """
    gap = rows.gap(fitted.contract.max_gap_s)
    length = min(WINDOW_ROWS, len(rows))
    begins = _window_starts(trace, gap, np.asarray(np.isnan(x).any(axis=1)), length, seed=seed)
    windows = np.stack([x[begin : begin + length] for begin in begins])
    gaps = np.stack([gap[begin : begin + length] for begin in begins])
    gaps[:, 0] = 2.0
    answers = [fitted.run(window, start) for window, start in zip(windows, gaps, strict=True)]
    expected = {o.name: np.stack([np.asarray(a[o.name]) for a in answers]) for o in fitted.contract.outputs}
    return Reference(windows, gaps, expected)


def _window_starts(trace: Trace, gap: Floats, missing: Bools, length: int, *, seed: int) -> list[int]:
    last = len(gap) - length
    rng = np.random.default_rng(seed)
    opened = np.flatnonzero(trace.alarm & ~np.concatenate([[False], trace.alarm[:-1]]))
    highest = opened[np.argsort(-trace.score[opened], kind="stable")]
    # a model needs rows before it can alarm, so an alarm stands near the end of its window
    wanted = [int(row) - 3 * length // 4 for row in highest[: WINDOWS // 2]]
    wanted += [int(row) - length // 2 for row in _some(np.flatnonzero(gap[1:] > 0) + 1, 2, rng)]
    wanted += [int(row) - length // 2 for row in _some(np.flatnonzero(missing), 1, rng)]
    wanted += rng.integers(last + 1, size=WINDOWS).tolist()
    starts: list[int] = []
    for begin in (min(max(0, begin), last) for begin in wanted):
        if begin not in starts and len(starts) < WINDOWS:
            starts.append(begin)
    return starts


def _some(rows: Ints, count: int, rng: np.random.Generator) -> Ints:
    return rng.choice(rows, size=min(count, len(rows)), replace=False) if len(rows) else rows


def _usual(contract: Contract, found: Findings, x: Floats) -> dict[str, Any]:
    """What each input with a value usually shows in the rows that were learned from and in which the model judges."""
    learned = (found.part < PROVE) & ~found.known.near
    judged = (found.trace.contribution.sum(axis=1) > 0)[learned]
    days = (found.rows.time_ns // _DAY_NS * len(found.rows.machines) + found.rows.machine)[learned]
    usual: dict[str, Any] = {}
    for wanted, column in zip(contract.inputs, x[learned].T, strict=True):
        one = Usual.of(column, judged=judged if wanted.categories is None else None, days=days)
        usual |= {} if one is None else {wanted.name: one.as_json()}
    return usual


def made_with() -> dict[str, str]:
    """The versions that the bytes of a model depend on."""
    return {
        "bobae": __version__,
        "numpy": np.__version__,
        "onnx": onnx.__version__,
        "python": platform.python_version(),
    }
