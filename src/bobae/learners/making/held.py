"""Held out: every candidate is tried on rows it has not seen.

Which candidate speaks for the rows of a fold is asked of the errors in the other folds, so the figure that comes out is
that of the whole procedure, the choosing included. A candidate that is far behind in each of the first folds is not
tried on the others: each of these folds says so, so the others would have chosen the same for its rows.
"""

import itertools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from bobae.core import Bools, Floats, Fold, Ints, NotEnoughEvidence

_FIRST = 2  # folds that must agree before a candidate is given up
_HOPELESS = 1.5  # times the loss of the best: not even half of a mixture
_FEWEST = 10  # known rows that a fold must have to learn from
_WORTH = 0.99  # a mixture must be so much better than the best alone
_INNER = 4

Learned = Callable[[Bools, Bools], Floats]
Loss = Callable[[Floats, Bools], float]
Way = TypeVar("Way")


@dataclass(frozen=True, eq=False)
class Tried:
    """What several candidates said of held-out rows.

    Attributes:
        fold: in which fold each row was tried, -1 for none (rows,).
        said: candidate -> its answers (rows, ...), 0 where `fold` is -1.
        losses: mixture -> the loss in each fold (folds,), NaN in a fold without known rows.
        given_up: candidate -> its mean loss in the few folds that it was tried on.
    """

    fold: Ints
    said: Mapping[str, Floats]
    losses: Mapping[tuple[str, ...], Floats]
    given_up: Mapping[str, float] = field(default_factory=dict)

    def best(self, folds: Sequence[int] | None = None) -> tuple[str, ...]:
        """The mixture with the least loss in these folds, or in all; a mixture of two only where clearly better."""
        chosen = list(range(len(next(iter(self.losses.values()))))) if folds is None else list(folds)

        def loss(mixture: tuple[str, ...]) -> float:
            return float(np.nanmean(self.losses[mixture][chosen])) * (_WORTH if len(mixture) == 1 else 1.0)

        return min(self.losses, key=loss)

    def chosen(self) -> Floats:
        """For each row what the mixture said that is best in the other folds (rows, ...)."""
        out = np.zeros_like(next(iter(self.said.values())))
        count = int(self.fold.max(initial=-1)) + 1
        for number in range(count):
            others = [i for i in range(count) if i != number] or [number]
            mixture = self.best(others)
            mine = self.fold == number
            out[mine] = np.mean([self.said[name][mine] for name in mixture], axis=0)
        return out

    def told(self) -> dict[str, float]:
        """Mixture in words -> its mean loss, least first; then those given up, theirs."""
        means = {" + ".join(mixture): float(np.nanmean(losses)) for mixture, losses in self.losses.items()}
        return {**_sorted(means), **_sorted(self.given_up)}


def tried(
    candidates: Mapping[str, Learned],
    folds: Sequence[Fold],
    known: Bools,
    loss: Loss,
    *,
    settings: Mapping[str, Sequence[str]] | None = None,
    helpers: Collection[str] = (),
    budget_s: float | None = None,
) -> Tried:
    """Try candidates and the means of two on folds, cheapest first; with a budget, then other settings of the best.

    Args:
        candidates: name -> (rows to learn from, rows to be tried on), masks (rows,) -> answers for the latter.
        folds: rows to learn from and to be tried on.
        known: rows whose truth is known (rows,).
        loss: (answers (rows, ...), which of the rows count) -> mean loss.
        settings: candidate -> the candidates that are the same with another setting (see `with_settings`).
        helpers: candidates that only count together with another.
        budget_s: CPU seconds for all of it; the first candidate is always tried. None: all candidates as they are, so
            that nothing hangs on a clock.

    Folds with next to nothing known to learn from, or nothing to be tried on, are left out.

    Raises:
        NotEnoughEvidence: no fold is left.
    """
    race = _Race(_usable(folds, known), known, loss, helpers)
    began = time.process_time()

    def spent() -> bool:
        return bool(race.said) and budget_s is not None and time.process_time() - began > budget_s

    settings = settings or {}
    for name in [name for name in candidates if name not in itertools.chain(*settings.values())]:
        if not spent():
            race.run(name, candidates[name], against=race.leader(), room=_HOPELESS)
    for kind in () if budget_s is None else race.tried().best():
        for name in settings.get(kind, ()):
            if not spent():
                race.run(name, candidates[name], against=kind, room=1.0)
    return race.tried()


def with_settings(kinds: Mapping[str, Way]) -> tuple[dict[str, Way], dict[str, list[str]]]:
    """The candidates and, of those that have `others`, the same with other settings; candidate -> names of these."""
    others: dict[str, dict[str, Way]] = {kind: getattr(way, "others", dict)() for kind, way in kinds.items()}
    ways = {f"{kind} {name}": way for kind, each in others.items() for name, way in each.items()}
    return {**kinds, **ways}, {kind: [f"{kind} {name}" for name in each] for kind, each in others.items()}


def inner_folds(groups: Ints) -> list[Bools]:
    """Rows to try settings on, as masks: a few shares of whole groups, or stretches of rows where groups are few."""
    who = groups if len(np.unique(groups)) >= _INNER else np.arange(len(groups))
    return [np.isin(who, part) for part in np.array_split(np.unique(who), _INNER)]


class _Race:
    """Candidates on the same folds, those that teach most first."""

    def __init__(self, folds: Sequence[Fold], known: Bools, loss: Loss, helpers: Collection[str]) -> None:
        self.folds, self.loss, self.helpers = folds, loss, helpers
        self.order = sorted(range(len(folds)), key=lambda number: -int((folds[number][0] & known).sum()))
        self.fold = np.full(len(known), -1, dtype=np.int64)  # of a row in two folds the last
        for number, (_, prove) in enumerate(folds):
            self.fold[prove] = number
        self.counts = [(self.fold == number) & known for number in range(len(folds))]
        self.said: dict[str, Floats] = {}
        self.alone: dict[str, Floats] = {}  # the loss in each fold (folds,)
        self.given_up: dict[str, float] = {}

    def run(self, name: str, learn: Learned, *, against: str | None, room: float) -> None:
        """Try it on every fold, or give it up: where each of the first folds shows more loss than `room` times that."""
        lost = np.full(len(self.folds), np.nan)
        said: Floats | None = None
        for place, number in enumerate(self.order):
            if against and place == _FIRST and (lost > room * self.alone[against])[self.order[:_FIRST]].all():
                self.given_up[name] = float(np.nanmean(lost))
                return
            fit, prove = self.folds[number][0], self.fold == number
            answers = learn(fit, prove)
            said = np.zeros((len(self.fold), *answers.shape[1:])) if said is None else said
            said[prove] = answers
            lost[number] = self._loss(said, number)
        assert said is not None
        self.said[name], self.alone[name] = said, lost

    def leader(self) -> str | None:
        """The best so far of those that can speak alone."""
        able = [name for name in self.said if name not in self.helpers]
        return min(able, key=lambda name: float(np.nanmean(self.alone[name])), default=None)

    def tried(self) -> Tried:
        """What came out, mixtures of two included."""
        losses: dict[tuple[str, ...], Floats] = {
            (name,): self.alone[name] for name in self.said if name not in self.helpers
        }
        for pair in itertools.combinations(self.said, 2):
            both = np.mean([self.said[name] for name in pair], axis=0)
            losses[pair] = np.array([self._loss(both, number) for number in range(len(self.folds))])
        return Tried(self.fold, self.said, losses, self.given_up)

    def _loss(self, said: Floats, number: int) -> float:
        rows = self.counts[number]
        return self.loss(said, rows) if rows.any() else np.nan


def _usable(folds: Sequence[Fold], known: Bools) -> list[Fold]:
    kept = [(fit, prove) for fit, prove in folds if (fit & known).sum() >= _FEWEST and (prove & known).any()]
    if not kept:
        raise NotEnoughEvidence(
            "{known} results are known, and they lie so that none can be tried on a model that learned from {fewest} "
            "others; bring results over a longer time, or of more machines or lots",
            known=int(known.sum()),
            fewest=_FEWEST,
        )
    return kept


def _sorted(losses: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(losses.items(), key=lambda pair: pair[1]))
