"""What came of teaching a prediction: how much better than the best rule, what moves it, what was said row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Floats, Ints, Target, Text, text
from bobae.evidence.intervals import Figure, finite
from bobae.train.proven import Proven, shares_told


@dataclass(frozen=True)
class Weight:
    """How much a signal counts: its share of what moves the predictions, and the least and most of the folds."""

    tag: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Trials:
    """Every row that was tried; all arrays (rows, ...).

    Attributes:
        row: which row of the dataset as it was read.
        time_ns: ns UTC, or row numbers times the sampling where the data has no time.
        machine: position in `machines`.
        machines: names, ('',) for one nameless machine.
        fold: in which it was tried.
        truth: (rows,) or (rows, horizons).
        answers: what the model said: 'prediction' and what else it says.
        tags: names of the inputs, in the order of what each of them brought about ('contribution').
    """

    row: Ints
    time_ns: Ints
    machine: Ints
    machines: tuple[str, ...]
    fold: Ints
    truth: Floats
    answers: Mapping[str, Floats]
    tags: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class PredictionOutcome(Proven):
    """What came of `train` or `backtest` of a prediction; see `Proven` for what every question has.

    Attributes:
        metrics: name -> figure on rows not seen; the first is the main one: the smaller it is, the better.
        target: what is foretold.
        skill: 1 minus the loss over that of the best rule, with its interval.
        witnesses: independent machines, lots or stretches of time that were tried.
        weights: signals, most important first.
        trials: row by row.
        tried: candidate -> its loss, least first.
    """

    target: Target
    skill: Figure
    witnesses: int
    weights: tuple[Weight, ...]
    trials: Trials
    tried: Mapping[str, float]

    @property
    def main_metric(self) -> str:
        """See `Proven`."""
        return next(iter(self.metrics))

    @property
    def in_short(self) -> tuple[str, ...]:
        """All figures there are."""
        return tuple(self.metrics)

    @property
    def pointed(self) -> Text | None:
        """See `Proven`."""
        moved = [(weight.tag, weight.share) for weight in self.weights if weight.share > 0]
        return text("Its answers are moved most by: {tags}", tags=shares_told(moved)) if moved else None

    def own_json(self) -> dict[str, Any]:
        """See `Proven`."""
        intervals = {"level": 0.95, "figures": "bootstrap over machines, lots or stretches of time"}
        if "coverage" in self.metrics:
            intervals |= {"predictions": 0.9, "covered": finite(self.metrics["coverage"].value)}
        return {
            "target": self.target.model_dump(mode="json"),
            "skill": self.skill.as_json(),
            "witnesses": self.witnesses,
            "intervals": intervals,
            "alarms": None,
            "top_tags": [{"tag": w.tag, "share": finite(w.share), "folds": [w.low, w.high]} for w in self.weights],
            "tried": {name: finite(loss) for name, loss in self.tried.items()},
        }


def weights_of(trials: Trials) -> tuple[Weight, ...]:
    """How much each input counts in the rows that were tried, most important first."""
    contribution = trials.answers["contribution"]
    share = _share(contribution)
    each = np.stack([_share(contribution[trials.fold == number]) for number in np.unique(trials.fold)])
    found = [
        Weight(tag, float(s), float(low), float(high))
        for tag, s, low, high in zip(trials.tags, share, each.min(axis=0), each.max(axis=0), strict=True)
    ]
    return tuple(sorted(found, key=lambda weight: -weight.share))


def _share(contribution: Floats) -> Floats:
    size = np.abs(contribution).mean(axis=0)
    return np.asarray(size / max(float(size.sum()), 1e-12))
