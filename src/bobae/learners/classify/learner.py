"""Which kind of result a part or a run will have, or which fault it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any, ClassVar

import numpy as np

from bobae.core import Bools, Dataset, Floats, Fold, HeldOut, Input, Ints, NotEnoughEvidence, Task
from bobae.frames import are_runs, last_rows, starts
from bobae.learners.classify.classifier import Classifier, decided, reasons
from bobae.learners.classify.voices import BoostedVoice, ForestVoice, LogitVoice, Speaks, Trust
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.columns import category_sizes, classes_of, inputs_of, step_of
from bobae.learners.making.designs import Design, Plain
from bobae.learners.making.domain import Domain
from bobae.learners.making.forest import Forest
from bobae.learners.making.heads import Examples, Owner
from bobae.learners.making.held import Tried, tried, with_settings
from bobae.learners.making.rows import groups_of, times_of
from bobae.learners.making.traced import Traced

FEWEST_OF_A_KIND = 5
_MOST_CROSSED = 10  # numbers of which all pairs are multiplied
_HELPERS = ("forest",)


@dataclass(frozen=True)
class ClassifyLearner:
    """Logistic regression, boosted trees and extremely randomised trees, one or two of them together.

    Nothing is drawn anew to even out rare kinds: what a mistake costs decides, after the chances are known.

    Attributes:
        traces: whether a run of several rows with one result is the example; None: found.
        candidates: of 'logit', 'trees', 'crossed' (trees that also see products and differences of pairs) and 'forest'
            (which only helps another, since it cannot say why).
        trees, leaves, rate: of the boosted trees.
        forest: extremely randomised trees.
        costs: of two kinds, what it costs to miss the rarer and to take the other for it; None: the same.
    """

    name: ClassVar[str] = "classify"
    task: ClassVar[Task] = "classify"

    traces: bool | None = None
    candidates: tuple[str, ...] = ("logit", "trees", "crossed", "forest")
    trees: int = 150
    leaves: int = 15
    rate: float = 0.06
    forest: int = 100
    costs: tuple[float, float] | None = None

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    def fit(self, data: Dataset, *, folds: Sequence[Fold], seed: int, budget_s: float | None = None) -> Classifier:
        """See `Predictor`.

        Raises:
            NotEnoughEvidence: fewer than two kinds of result, or fewer than five rows of one.
        """
        y, names = classes_of(data)
        groups = groups_of(data)
        traced = self.traces if self.traces is not None else are_runs(np.where(y < 0, np.nan, y), groups)
        y = np.where(last_rows(groups), y, -1) if traced else y
        known = y >= 0
        counts = np.bincount(y[known], minlength=len(names))
        if len(names) < 2 or counts.min() < FEWEST_OF_A_KIND:
            raise NotEnoughEvidence(
                "each kind of result must be known of {fewest} rows at least; there are {counts}",
                fewest=FEWEST_OF_A_KIND,
                counts=", ".join(f"{name}: {n}" for name, n in zip(names, counts, strict=True)) or "0",
            )
        inputs = inputs_of(data)
        sizes = category_sizes(inputs)
        x = np.column_stack([one.read(data) for one in inputs])
        gap = starts(times_of(data), groups, np.inf)
        design: Design = Traced.learned(x, gap, sizes, step=step_of(inputs), seed=seed) if traced else _paired(inputs)
        columns, owner = design.run(x, gap), Owner(design.owner, len(inputs))
        groups = groups if len(np.unique(groups)) > 2 else np.arange(len(data), dtype=np.int64)
        given = Examples(columns, np.where(known, y, np.nan), groups, np.ones(len(y)), owner)
        kinds, settings = with_settings(self._kinds(owner.sizes(sizes), 0 if traced else len(inputs)))
        found = _tried(kinds, given, len(names), folds, settings=settings, seed=seed, budget_s=budget_s)
        said, why = np.split(found.chosen(), [len(names)], axis=1)
        costs, chances = self._costs(counts), _trusted(said, found.fold, y)
        prediction = decided(chances, costs)
        told = {"prediction": prediction, "chances": chances, "contribution": reasons(why, prediction, len(names))}
        there = (found.fold >= 0) & known
        # of a run any row belongs to the domain; of single rows those whose kind is known have a centre of their own
        like = np.ones(len(x), dtype=np.bool_) if traced else known
        return Classifier(
            inputs=inputs,
            classes=names,
            design=design,
            voices=tuple(kinds[name](given.chosen(known), len(names), seed=seed) for name in found.best()),
            trust=Trust.learned(said[there], y[there]),
            costs=costs,
            domain=Domain.learned(x[like], np.where(traced, 0, y[like]), sizes, groups[like]),
            held_out=HeldOut(found.fold, given.aim, told, found.told()),
        )

    def _kinds(self, sizes: tuple[int, ...], plain: int) -> dict[str, Speaks]:
        boosting = Boosting(
            trees=self.trees, leaves=self.leaves, rate=self.rate, least_rows=10, columns=0.6, rows=0.8, bins=255
        )
        careful = replace(boosting, leaves=max(2, self.leaves // 2), l2=5.0, least_rows=20)
        crossed = 0 < plain < len(sizes)
        kinds: dict[str, Speaks] = {
            "logit": LogitVoice(sizes),
            "trees": BoostedVoice(boosting, tuple(range(plain)) if crossed else None),
            "crossed": BoostedVoice(careful),
            "forest": ForestVoice(Forest(self.forest)),
        }
        return {n: k for n, k in kinds.items() if n in self.candidates and (n != "crossed" or crossed)}

    def _costs(self, counts: Ints) -> Floats:
        """What it costs to say a class (column) where another is true (row)."""
        costs = 1.0 - np.eye(len(counts))
        if self.costs is not None and len(counts) == 2:
            rare = int(counts.argmin())
            costs[rare, 1 - rare], costs[1 - rare, rare] = self.costs
        return costs


def _paired(inputs: Sequence[Input]) -> Plain:
    """Pairs of numbers are multiplied where there are few; those of one unit are also taken from each other."""
    numbers = [i for i, one in enumerate(inputs) if one.categories is None]
    pairs = list(combinations(numbers, 2)) if len(numbers) <= _MOST_CROSSED else []
    alike = [(i, j) for i, j in pairs if inputs[i].unit is not None and inputs[i].unit == inputs[j].unit]
    return Plain(len(inputs), *(np.array(some, dtype=np.int64).reshape(-1, 2) for some in (pairs, alike)))


def _tried(
    kinds: Mapping[str, Speaks],
    given: Examples,
    classes: int,
    folds: Sequence[Fold],
    *,
    settings: Mapping[str, Sequence[str]],
    seed: int,
    budget_s: float | None,
) -> Tried:
    """Every kind of voice on the folds: chances of the classes, then what each input brought about."""

    def answers(kind: Speaks) -> Callable[[Bools, Bools], Floats]:
        def said(fit: Bools, prove: Bools) -> Floats:
            voice = kind(given.chosen(fit & given.known), classes, seed=seed)
            chances, why = voice.run(given.columns[prove])
            silent = np.zeros((len(chances), classes * given.owner.inputs))
            return np.concatenate([chances, silent if why is None else why], axis=1)

        return said

    def loss(said: Floats, counted: Bools) -> float:
        return Trust.least_loss(said[counted, :classes], given.aim[counted].astype(np.int64))

    candidates = {name: answers(kind) for name, kind in kinds.items()}
    return tried(candidates, folds, given.known, loss, settings=settings, helpers=_HELPERS, budget_s=budget_s)


def _trusted(chances: Floats, fold: Ints, y: Ints) -> Floats:
    """Chances of held-out rows (rows, classes), trusted as far as the other folds teach."""
    out = np.full_like(chances, 1.0 / chances.shape[1])
    for number in range(int(fold.max(initial=-1)) + 1):
        mine, others = fold == number, (fold >= 0) & (fold != number) & (y >= 0)
        others = others if others.any() else mine & (y >= 0)
        out[mine] = Trust.learned(chances[others], y[others]).run(chances[mine])
    return out
