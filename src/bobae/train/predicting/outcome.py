"""What came of teaching a prediction: the verdict, the evidence, what was said row by row, the model to be sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bobae.core import Candidate, Floats, Ints, Target, Task, Text, Verdict
from bobae.evidence.intervals import Figure, finite
from bobae.train.outcome import BaselineOutcome, LeakOutcome, SplitOutcome, split_json


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


@dataclass(frozen=True)
class MoneyOutcome:
    """What the model would have saved on the rows tried, against the best simple rule; `said` in words.

    Attributes:
        currency: as in plant.yaml.
        saved: money for `per`, with its interval; NaN where it cannot be said.
        per: what the money is for: 'thousand' parts.
        costs: {'missed', 'false'}.
    """

    currency: str
    saved: Figure
    per: str
    costs: Mapping[str, float]
    said: Text


@dataclass(frozen=True, eq=False)
class PredictionOutcome:
    """What came of `train` or `backtest` of a prediction.

    Attributes:
        task: the question.
        target: what is foretold.
        verdict: whether the model is worth having.
        headlines: the verdict in words, most important first.
        split: how the rows were divided.
        metrics: name -> figure on rows not seen; the first is the main one: the smaller it is, the better.
        titles: name -> the figure in words.
        baselines: simple rules, best first, with figures under the same names.
        skill: 1 minus the loss over that of the best rule, with its interval.
        witnesses: independent machines, lots or stretches of time that were tried.
        leak: None where it could not be worked out.
        weights: signals, most important first.
        trials: row by row.
        tried: candidate -> its loss, least first.
        value: money.
        warnings: what the reader must know.
        seed, cpu_s: how to repeat it, and what it cost.
        dataset_sha256, origin: what it was made from.
        learner: its name, with `settings`.
        candidate: the model, ready to be sealed; None after a backtest.
        sampling_s, has_time: as in `Outcome`.
    """

    task: Task
    target: Target
    verdict: Verdict
    headlines: tuple[Text, ...]
    split: SplitOutcome
    metrics: Mapping[str, Figure]
    titles: Mapping[str, Text]
    baselines: tuple[BaselineOutcome, ...]
    skill: Figure
    witnesses: int
    leak: LeakOutcome | None
    weights: tuple[Weight, ...]
    trials: Trials
    tried: Mapping[str, float]
    value: MoneyOutcome
    warnings: tuple[Text, ...]
    seed: int
    cpu_s: float
    dataset_sha256: str
    origin: str
    learner: str
    candidate: Candidate | None
    sampling_s: float
    has_time: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def main_metric(self) -> str:
        """The figure that models and rules are compared by."""
        return next(iter(self.metrics))

    @property
    def best_baseline(self) -> BaselineOutcome:
        """The simple rule that comes nearest to, or beats, the model."""
        return self.baselines[0]

    def as_json(self, *, model: str | None = None, model_sha256: str | None = None) -> dict[str, Any]:
        """Plain JSON values in the current language; `model` and its digest once it has been sealed."""
        best, main = self.best_baseline, self.main_metric
        intervals = {"level": 0.95, "figures": "bootstrap over machines, lots or stretches of time"}
        if "coverage" in self.metrics:
            intervals |= {"predictions": 0.9, "covered": finite(self.metrics["coverage"].value)}
        return {
            "task": self.task,
            "target": self.target.model_dump(mode="json"),
            "verdict": str(self.verdict),
            "headlines": [str(said) for said in self.headlines],
            "split": split_json(self.split),
            "metrics": {name: figure.as_json() for name, figure in self.metrics.items()},
            "baseline": {"name": best.name, "metric": main, "value": finite(best.metrics[main].value)},
            "baselines": {b.name: {name: f.as_json() for name, f in b.metrics.items()} for b in self.baselines},
            "skill": self.skill.as_json(),
            "witnesses": self.witnesses,
            "leak_meter": None if self.leak is None else finite(self.leak.ratio),
            "intervals": intervals,
            "alarms": None,
            "top_tags": [{"tag": w.tag, "share": finite(w.share), "folds": [w.low, w.high]} for w in self.weights],
            "tried": {name: finite(loss) for name, loss in self.tried.items()},
            "value": {
                "currency": self.value.currency,
                "saved": finite(self.value.saved.value),
                "low": finite(self.value.saved.low),
                "high": finite(self.value.saved.high),
                "per": self.value.per,
                "costs": dict(self.value.costs),
            },
            "model": model,
            "model_sha256": model_sha256,
            "seed": self.seed,
            "cpu_s": round(self.cpu_s, 3),
            "dataset_sha256": self.dataset_sha256,
            "learner": self.learner,
            "warnings": [str(warning) for warning in self.warnings],
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
