"""The candidate: what goes into the sealed package beside the graph, made from what was proved and from real rows."""

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from bobae import __version__
from bobae.core import Candidate, Fitted, Floats, Ints, Manifest, Reference, Target
from bobae.train.card import Purpose, card
from bobae.train.proven import Proven

_WINDOW_ROWS = 256
_LANGUAGES = ("en", "ko")


def candidate(
    outcome: Proven,
    fitted: Fitted,
    reference: Reference,
    *,
    name: str,
    monitor: Mapping[str, Any],
    purpose: Purpose,
    target: Target | None = None,
    alarm_budget_per_week: float | None = None,
) -> Candidate:
    """The model called `name`, ready to be sealed.

    Args:
        outcome: what was proved about it.
        fitted: the model.
        reference: what every runtime must reproduce.
        name: in the registry.
        monitor: what each input usually shows.
        purpose: what its card says of its own.
        target: what it foretells; None for one that watches.
        alarm_budget_per_week: what its limit was set for; None for one that foretells.
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
        target=target,
        alarm_budget_per_week=alarm_budget_per_week,
        scores={metric: figure.as_json() for metric, figure in outcome.metrics.items()},
        made_with=_made_with(),
    )
    cards = {language: card(outcome, contract, purpose, name=name, language=language) for language in _LANGUAGES}
    return Candidate(manifest, fitted.graph(), reference, monitor, cards)


def windows(fitted: Fitted, x: Floats, gap: Floats, telling: Ints, *, count: int, seed: int) -> Reference:
    """Windows of real rows that every runtime must answer alike: telling rows, gaps, missing values, then any.

    Args:
        fitted: the model.
        x: its inputs for all rows (rows, inputs).
        gap: the same rows, as in `Contract` (rows,).
        telling: numbers of rows that must be among them.
        count: windows at most.
        seed: of the one generator used.
    """
    length = min(_WINDOW_ROWS, len(x))
    last = len(x) - length
    rng = np.random.default_rng(seed)
    # a model needs rows before it can say much, so a telling row stands near the end of its window
    wanted = [row - 3 * length // 4 for row in telling.tolist()]
    wanted += [row - length // 2 for row in _some(np.flatnonzero(gap[1:] > 0) + 1, 2, rng)]
    wanted += [row - length // 2 for row in _some(np.flatnonzero(np.isnan(x).any(axis=1)), 1, rng)]
    wanted += rng.integers(last + 1, size=count).tolist()
    begins = list(dict.fromkeys(min(max(0, begin), last) for begin in wanted))[:count]
    rows = np.stack([x[begin : begin + length] for begin in begins])
    gaps = np.stack([gap[begin : begin + length] for begin in begins])
    gaps[:, 0] = 2.0
    answers = [fitted.run(window, start) for window, start in zip(rows, gaps, strict=True)]
    expected = {o.name: np.stack([np.asarray(a[o.name]) for a in answers]) for o in fitted.contract.outputs}
    return Reference(rows, gaps, expected)


def _some(rows: Ints, count: int, rng: np.random.Generator) -> list[int]:
    return rng.choice(rows, size=min(count, len(rows)), replace=False).tolist() if len(rows) else []


def _made_with() -> dict[str, str]:
    """The versions that the bytes of a model depend on."""
    return {
        "bobae": __version__,
        "numpy": np.__version__,
        "onnx": onnx.__version__,
        "python": platform.python_version(),
    }
