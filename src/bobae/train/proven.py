"""What was proved of a model, whatever it was asked: verdict, split, figures beside simple rules, leak meter, money."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bobae.core import Candidate, Ints, Task, Text, Verdict, text
from bobae.evidence.intervals import Figure, finite
from bobae.evidence.leak import Leak

Part = Literal["fit", "calibrate", "prove", "left_out"]
SplitKind = Literal["time", "asset", "lot", "level", "block", "sorted", "row"]
PARTS: tuple[Part, ...] = ("fit", "calibrate", "prove", "left_out")
_TOLD = 5


@dataclass(frozen=True)
class Origin:
    """Where the model and the rows come from: learner, its settings, seed, digest of the dataset as it was read."""

    learner: str
    settings: Mapping[str, Any]
    seed: int
    dataset_sha256: str


@dataclass(frozen=True)
class PartRows:
    """One part of the split: its rows and, where the data has time, its first and last moment (ns UTC)."""

    part: Part
    title: Text
    rows: int
    start_ns: int | None
    end_ns: int | None

    @classmethod
    def of(cls, part: Part, title: Text, time_ns: Ints, used: int) -> "PartRows":
        """From the times of its rows (rows,) and how many of them were used."""
        start, end = (int(time_ns.min()), int(time_ns.max())) if len(time_ns) else (None, None)
        return cls(part, title, used, start, end)


@dataclass(frozen=True)
class SplitOutcome:
    """How the rows were divided, `by` and `reason` in words; kinds as in `Folding`."""

    kind: SplitKind
    by: Text
    reason: Text
    parts: tuple[PartRows, ...]

    @classmethod
    def all_new(cls, kind: SplitKind, tried: PartRows) -> "SplitOutcome":
        """That of a backtest: every row proves."""
        by = text("nothing: all rows are new to the model")
        return cls(kind, by, text("the model was sealed before it saw them"), (tried,))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values in the current language."""
        parts = {p.part: {"rows": p.rows, "start_ns": p.start_ns, "end_ns": p.end_ns} for p in self.parts}
        return {"kind": self.kind, "by": str(self.by), "reason": str(self.reason), "parts": parts}


@dataclass(frozen=True)
class BaselineOutcome:
    """A naive rule, scored by the same code on the same rows as the model; `metrics` has the model's names."""

    name: str
    title: Text
    metrics: Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True)
class MoneyOutcome:
    """What the model would have saved on the rows it was tried on.

    Attributes:
        currency: as in plant.yaml.
        saved: money for `per`; NaN where it cannot be said.
        per: what the money is for: a 'quarter', a 'thousand' parts.
        costs: of each kind of mistake: 'missed', 'false', and 'late' in money an hour.
        said: the same for a person.
    """

    currency: str
    saved: Figure
    per: str
    costs: Mapping[str, float]
    said: Text

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        saved = {"saved": finite(self.saved.value), "low": finite(self.saved.low), "high": finite(self.saved.high)}
        return {"currency": self.currency, **saved, "per": self.per, "costs": dict(self.costs)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Proven(ABC):
    """What came of `train` or `backtest`, as far as it is the same for every question.

    Attributes:
        task: the question.
        verdict: whether the model is worth having.
        headlines: the verdict in words, most important first: one sentence each.
        split: how the rows were divided.
        metrics: name -> figure on rows not seen.
        titles: name -> the figure in words.
        baselines: the naive rules, best first; figures under the same names.
        leak: None where it could not be worked out.
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
    titles: Mapping[str, Text]
    baselines: tuple[BaselineOutcome, ...]
    leak: Leak | None
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
    @abstractmethod
    def main_metric(self) -> str:
        """The figure that models and rules are compared by."""

    @property
    @abstractmethod
    def in_short(self) -> tuple[str, ...]:
        """The names of the figures that a few rows on a terminal show."""

    @property
    @abstractmethod
    def pointed(self) -> Text | None:
        """The signals that stand out, in a sentence; None where none does."""

    @property
    def best_baseline(self) -> BaselineOutcome:
        """The naive rule that comes nearest to, or beats, the model."""
        return self.baselines[0]

    @abstractmethod
    def own_json(self) -> dict[str, Any]:
        """What only this question has to say: plain JSON values in the current language."""

    def as_json(self, *, model: str | None = None, model_sha256: str | None = None) -> dict[str, Any]:
        """Plain JSON values in the current language; `model` and its digest once it has been sealed."""
        best, main = self.best_baseline, self.main_metric
        return {
            "task": self.task,
            "verdict": str(self.verdict),
            "headlines": [str(said) for said in self.headlines],
            "split": self.split.as_json(),
            "metrics": {name: figure.as_json() for name, figure in self.metrics.items()},
            "baseline": {"name": best.name, "metric": main, "value": finite(best.metrics[main].value)},
            "baselines": {b.name: {name: f.as_json() for name, f in b.metrics.items()} for b in self.baselines},
            "leak_meter": None if self.leak is None else finite(self.leak.ratio),
            **self.own_json(),
            "value": self.value.as_json(),
            "model": model,
            "model_sha256": model_sha256,
            "seed": self.seed,
            "cpu_s": round(self.cpu_s, 3),
            "dataset_sha256": self.dataset_sha256,
            "learner": self.learner,
            "warnings": [str(warning) for warning in self.warnings],
        }


def shares_told(shares: Iterable[tuple[str, float]]) -> str:
    """The first few signals with their shares of the whole."""
    return ", ".join(f"{tag} ({share:.0%})" for tag, share in list(shares)[:_TOLD])
