"""What came of teaching a model to watch: alarms against the budget, known faults, row by row, money."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bobae.core import Bools, Floats, Ints, Text, text
from bobae.evidence.intervals import Figure, finite
from bobae.train.proven import MoneyOutcome, Part, Proven, shares_told

EpisodeKind = Literal["true", "false", "unknown"]


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


@dataclass(frozen=True, kw_only=True)
class ValueOutcome(MoneyOutcome):
    """Money: saved against working without a model, over the proof, scaled to a quarter (13 weeks).

    Attributes:
        currency, saved, per, costs, said: as in `MoneyOutcome`, for all assets of the data, by block bootstrap.
        against_baseline: the same against the best naive rule.
        weeks: length of the proof in weeks an asset.
        assumed: True where the costs are bobae's defaults, not the user's.
    """

    per: str = "quarter"
    against_baseline: Figure
    weeks: float
    assumed: bool

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return super().as_json() | {"against_baseline": self.against_baseline.as_json(), "assumed": self.assumed}


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome(Proven):
    """What came of `train` or `backtest` of a model that watches; see `Proven` for what every question has.

    Attributes:
        metrics: name -> figure on the proof; the names are those of `METRIC_TITLES`.
        alarms: false alarms against the budget.
        episodes: every alarm in time order, all parts.
        events: every known fault in time order, all parts.
        series: score and alarm row by row.
        top_tags: (tag, mean share) over the alarms of the proof, most important first.
    """

    value: ValueOutcome
    alarms: AlarmsOutcome
    episodes: tuple[EpisodeOutcome, ...]
    events: tuple[EventOutcome, ...]
    series: Series
    top_tags: tuple[tuple[str, float], ...]

    @property
    def main_metric(self) -> str:
        """The figure the verdict rests on: money where faults are known, false alarms where none is."""
        return "saved_per_quarter" if math.isfinite(self.metrics["saved_per_quarter"].value) else "false_per_week"

    @property
    def in_short(self) -> tuple[str, ...]:
        """Found, how late, at how many false alarms, and what that is worth."""
        return ("detected", "delay_s", "false_per_week", "saved_per_quarter")

    @property
    def pointed(self) -> Text | None:
        """See `Proven`."""
        return text("Most alarms point at: {tags}", tags=shares_told(self.top_tags)) if self.top_tags else None

    def own_json(self) -> dict[str, Any]:
        """See `Proven`."""
        return {
            "intervals": {"level": 0.95, "saved": "block bootstrap", "rates": "exact Poisson", "shares": "Wilson"},
            "alarms": _alarms_json(self.alarms),
            "events": {"known": len(self.events), "proved_on": sum(e.detected is not None for e in self.events)},
            "episodes": [_episode_json(e) for e in self.episodes if e.part == "prove"],
            "top_tags": [{"tag": tag, "share": finite(share)} for tag, share in self.top_tags],
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
