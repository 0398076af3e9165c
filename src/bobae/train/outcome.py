"""What came of a training: everything a report shows, a program reads, and the model that can be sealed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bobae.core import Bools, Candidate, Floats, Ints, Task, Text, Verdict, text
from bobae.evidence.intervals import Figure, finite

Part = Literal["fit", "calibrate", "prove", "left_out"]
PARTS: tuple[Part, ...] = ("fit", "calibrate", "prove", "left_out")
EpisodeKind = Literal["true", "false", "unknown"]


@dataclass(frozen=True)
class PartRows:
    """One part of the split: its rows and, where the data has time, its first and last moment (ns UTC)."""

    part: Part
    title: Text
    rows: int
    start_ns: int | None
    end_ns: int | None


@dataclass(frozen=True)
class SplitOutcome:
    """How the rows were divided, `by` and `reason` in words; kinds as in `Folding`."""

    kind: Literal["time", "asset", "lot", "level", "block", "sorted", "row"]
    by: Text
    reason: Text
    parts: tuple[PartRows, ...]


@dataclass(frozen=True)
class BaselineOutcome:
    """A naive rule, scored by the same code on the same rows as the model; `metrics` has the model's names."""

    name: str
    title: Text
    metrics: Mapping[str, Figure]


@dataclass(frozen=True)
class LeakOutcome:
    """The figure on shuffled stretches over the honest one; above 1.5 a shuffled test would have lied."""

    metric: str
    shuffled: float
    honest: float
    ratio: float
    warns: bool
    said: Text


@dataclass(frozen=True)
class AlarmsOutcome:
    """False alarm episodes a week and asset: asked for, expected from calibration, counted in the proof.

    Attributes:
        budget_per_week: what the user allows.
        expected_per_week: what the threshold was set for, from held-out normal time (NaN where the model does not say).
        held_out_per_week: counted in the proof's normal time, with the exact Poisson interval.
        false_episodes: how many that were.
        exposure_weeks: asset-weeks of normal time in the proof.
        provable_per_week: the smallest rate this much normal time can prove (rule of three).
        calibration_weeks: asset-weeks of normal time the threshold rests on.
        said: the same for a person.
    """

    budget_per_week: float
    expected_per_week: float
    held_out_per_week: Figure
    false_episodes: int
    exposure_weeks: float
    provable_per_week: float
    calibration_weeks: float
    said: Text


@dataclass(frozen=True)
class EpisodeOutcome:
    """One alarm from first to last row.

    Attributes:
        number: 1 for the first in the list.
        asset: name of the asset, '' where there is one only.
        start_ns: first alarm row (ns UTC; row number times sampling where the data has no time).
        end_ns: last alarm row.
        part: the part of the split it starts in; only those in 'prove' count.
        peak: highest score in it, the alarm limit being 1.
        top_tags: (tag, share of the score) at and around the peak, most important first.
        kind: 'true' if it meets a known fault, 'false' if it lies in known normal time, else 'unknown'.
        delay_s: from the start of the known fault to the alarm (negative: early); None unless 'true'.
        similar: numbers of earlier episodes with a like pattern of tags, most alike first.
    """

    number: int
    asset: str
    start_ns: int
    end_ns: int
    part: Part
    peak: float
    top_tags: tuple[tuple[str, float], ...]
    kind: EpisodeKind
    delay_s: float | None = None
    similar: tuple[int, ...] = ()


@dataclass(frozen=True)
class EventOutcome:
    """One known fault and whether an alarm met it; `detected` is None outside the proof."""

    asset: str
    start_ns: int
    end_ns: int
    what: str
    part: Part
    detected: bool | None = None
    delay_s: float | None = None


@dataclass(frozen=True, eq=False)
class Series:
    """Every row in time order, asset after asset; all arrays (rows,).

    Attributes:
        time_ns: ns UTC, or row number times sampling where the data has no time (`Outcome.has_time`).
        asset: position in `assets`.
        assets: names of the assets, ('',) for one nameless asset.
        score: alarm limit 1.0.
        alarm: True where the model alarms.
        part: position in `PARTS`.
        moved: True where the model says that the normal state itself has moved.
        fresh: True where a row does not follow on the one before (draw no line across it).
    """

    time_ns: Ints
    asset: Ints
    assets: tuple[str, ...]
    score: Floats
    alarm: Bools
    part: Ints
    moved: Bools
    fresh: Bools


@dataclass(frozen=True)
class ValueOutcome:
    """Money: saved against working without a model, over the proof, scaled to a quarter (13 weeks).

    Attributes:
        currency: as in plant.yaml.
        saved: money a quarter for all assets of the data, block bootstrap; NaN without known faults in the proof.
        against_baseline: the same against the best naive rule.
        weeks: length of the proof in weeks an asset.
        costs: {'missed', 'false', 'late'}; late is money an hour.
        assumed: True where the costs are bobae's defaults, not the user's.
        said: the same for a person.
    """

    currency: str
    saved: Figure
    against_baseline: Figure
    weeks: float
    costs: Mapping[str, float]
    assumed: bool
    said: Text
    per: str = "quarter"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of `train` or `backtest`.

    Attributes:
        task: the question.
        verdict: whether the model is worth having.
        headlines: the verdict in words, most important first: one sentence each.
        split: how the rows were divided.
        metrics: name -> figure on the proof; the names are those of `METRIC_TITLES`.
        baselines: the naive rules, best first; figures under the same names.
        leak: None where it could not be worked out.
        alarms: false alarms against the budget.
        episodes: every alarm in time order, all parts.
        events: every known fault in time order, all parts.
        series: score and alarm row by row.
        top_tags: (tag, mean share) over the alarms of the proof, most important first.
        value: money.
        warnings: what the reader must know, most important first.
        seed, cpu_s: how to repeat it, and what it cost.
        dataset_sha256, origin: what it was made from.
        learner: the learner's name, with `settings`.
        candidate: the model, ready to be sealed; None after a backtest.
        has_time: False where the data has no time column, so times are row numbers times `sampling_s`.
    """

    task: Task
    verdict: Verdict
    headlines: tuple[Text, ...]
    split: SplitOutcome
    metrics: Mapping[str, Figure]
    baselines: tuple[BaselineOutcome, ...]
    leak: LeakOutcome | None
    alarms: AlarmsOutcome
    episodes: tuple[EpisodeOutcome, ...]
    events: tuple[EventOutcome, ...]
    series: Series
    top_tags: tuple[tuple[str, float], ...]
    value: ValueOutcome
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
    def best_baseline(self) -> BaselineOutcome:
        """The naive rule that comes nearest to, or beats, the model."""
        return self.baselines[0]

    @property
    def main_metric(self) -> str:
        """The figure the verdict rests on: money where faults are known, false alarms where none is."""
        return "saved_per_quarter" if math.isfinite(self.metrics["saved_per_quarter"].value) else "false_per_week"

    def as_json(self, *, model: str | None = None, model_sha256: str | None = None) -> dict[str, Any]:
        """Plain JSON values in the current language; `model` and its digest once it has been sealed."""
        best, main = self.best_baseline, self.main_metric
        return {
            "task": self.task,
            "verdict": str(self.verdict),
            "headlines": [str(said) for said in self.headlines],
            "split": split_json(self.split),
            "metrics": {name: figure.as_json() for name, figure in self.metrics.items()},
            "baseline": {"name": best.name, "metric": main, "value": finite(best.metrics[main].value)},
            "baselines": {b.name: {name: f.as_json() for name, f in b.metrics.items()} for b in self.baselines},
            "leak_meter": None if self.leak is None else finite(self.leak.ratio),
            "intervals": {"level": 0.95, "saved": "block bootstrap", "rates": "exact Poisson", "shares": "Wilson"},
            "alarms": _alarms_json(self.alarms),
            "events": {"known": len(self.events), "proved_on": sum(e.detected is not None for e in self.events)},
            "episodes": [_episode_json(e) for e in self.episodes if e.part == "prove"],
            "top_tags": [{"tag": tag, "share": finite(share)} for tag, share in self.top_tags],
            "value": _value_json(self.value),
            "model": model,
            "model_sha256": model_sha256,
            "seed": self.seed,
            "cpu_s": round(self.cpu_s, 3),
            "dataset_sha256": self.dataset_sha256,
            "learner": self.learner,
            "warnings": [str(warning) for warning in self.warnings],
        }


METRIC_TITLES: Mapping[str, Text] = {
    "detected": text("known faults found"),
    "delay_s": text("delay until the alarm, middle value (s)"),
    "false_per_week": text("false alarms a week and machine"),
    "false_time": text("share of normal time in alarm"),
    "f1": text("F1 of rows"),
    "far": text("false alarm rate of rows"),
    "mar": text("missed rate of rows"),
    "average_precision": text("average precision of the score"),
    "auc": text("area under the ROC curve of the score"),
    "saved_per_quarter": text("money saved a quarter"),
}


def split_json(split: SplitOutcome) -> dict[str, Any]:
    """A split as plain JSON values in the current language."""
    parts = {p.part: {"rows": p.rows, "start_ns": p.start_ns, "end_ns": p.end_ns} for p in split.parts}
    return {"kind": split.kind, "by": str(split.by), "reason": str(split.reason), "parts": parts}


def _alarms_json(alarms: AlarmsOutcome) -> dict[str, Any]:
    return {
        "budget": alarms.budget_per_week,
        "expected_per_week": finite(alarms.expected_per_week),
        "held_out_per_week": finite(alarms.held_out_per_week.value),
        "held_out_interval": [finite(alarms.held_out_per_week.low), finite(alarms.held_out_per_week.high)],
        "false_episodes": alarms.false_episodes,
        "exposure_weeks": finite(alarms.exposure_weeks),
        "provable_per_week": finite(alarms.provable_per_week),
    }


def _episode_json(episode: EpisodeOutcome) -> dict[str, Any]:
    return {
        "asset": episode.asset,
        "start_ns": episode.start_ns,
        "end_ns": episode.end_ns,
        "peak": finite(episode.peak),
        "kind": episode.kind,
        "delay_s": episode.delay_s,
        "top_tags": [tag for tag, _ in episode.top_tags],
        "similar": list(episode.similar),
    }


def _value_json(value: ValueOutcome) -> dict[str, Any]:
    return {
        "currency": value.currency,
        "saved": finite(value.saved.value),
        "low": finite(value.saved.low),
        "high": finite(value.saved.high),
        "against_baseline": value.against_baseline.as_json(),
        "per": value.per,
        "costs": dict(value.costs),
        "assumed": value.assumed,
    }
