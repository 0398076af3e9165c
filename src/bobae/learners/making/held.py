"""Held out: every candidate is tried on rows it has not seen.

Which candidate speaks for the rows of a fold is asked of the errors in the other folds, so the figure that comes out is
that of the whole procedure, the choosing included.
"""

import itertools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Fold, Ints, NotEnoughEvidence

_FEWEST = 10  # known rows that a fold must have to learn from
_WORTH = 0.99  # a mixture must be so much better than the best alone
_INNER = 4


@dataclass(frozen=True, eq=False)
class Tried:
    """What several candidates said of held-out rows.

    Attributes:
        fold: in which fold each row was tried, -1 for none (rows,).
        said: candidate -> its answers (rows, ...), 0 where `fold` is -1.
        losses: mixture -> the loss in each fold (folds,), NaN in a fold without known rows.
    """

    fold: Ints
    said: Mapping[str, Floats]
    losses: Mapping[tuple[str, ...], Floats]

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
        """Mixture in words -> its mean loss, least first."""
        means = {" + ".join(mixture): float(np.nanmean(losses)) for mixture, losses in self.losses.items()}
        return dict(sorted(means.items(), key=lambda pair: pair[1]))


def tried(
    candidates: Mapping[str, Callable[[Bools, Bools], Floats]],
    folds: Sequence[Fold],
    known: Bools,
    loss: Callable[[Floats, Bools], float],
    *,
    helpers: Collection[str] = (),
    budget_s: float | None = None,
) -> Tried:
    """Try candidates and the means of two on folds, cheapest first, until the budget is spent.

    Args:
        candidates: name -> (rows to learn from, rows to be tried on), masks (rows,) -> answers for the latter.
        folds: rows to learn from and to be tried on.
        known: rows whose truth is known (rows,).
        loss: (answers (rows, ...), which of the rows count) -> mean loss.
        helpers: candidates that only count together with another.
        budget_s: CPU seconds for all of it; the first candidate is always tried.

    Folds with next to nothing known to learn from, or nothing to be tried on, are left out.

    Raises:
        NotEnoughEvidence: no fold is left.
    """
    folds = [(fit, prove) for fit, prove in folds if (fit & known).sum() >= _FEWEST and (prove & known).any()]
    if not folds:
        raise NotEnoughEvidence(
            "{known} results are known, and they lie so that none can be tried on a model that learned from {fewest} "
            "others; bring results over a longer time, or of more machines or lots",
            known=int(known.sum()),
            fewest=_FEWEST,
        )
    fold = np.full(len(known), -1, dtype=np.int64)
    for number, (_, prove) in enumerate(folds):
        fold[prove] = number
    began = time.process_time()
    said: dict[str, Floats] = {}
    for name, learn in candidates.items():
        if said and budget_s is not None and time.process_time() - began > budget_s:
            break
        for fit, prove in folds:
            answers = learn(fit, prove)
            if name not in said:
                said[name] = np.zeros((len(known), *answers.shape[1:]))
            said[name][prove] = answers
    alone = [(name,) for name in said if name not in helpers]
    mixtures = [*alone, *itertools.combinations(said, 2)]
    counts = [(fold == number) & known for number in range(len(folds))]
    losses = {
        mixture: np.array(
            [loss(np.mean([said[name] for name in mixture], axis=0), rows) if rows.any() else np.nan for rows in counts]
        )
        for mixture in mixtures
    }
    return Tried(fold, said, losses)


def inner_folds(groups: Ints) -> list[Bools]:
    """Rows to try settings on, as masks: a few shares of whole groups, or stretches of rows where groups are few."""
    who = groups if len(np.unique(groups)) >= _INNER else np.arange(len(groups))
    return [np.isin(who, part) for part in np.array_split(np.unique(who), _INNER)]
