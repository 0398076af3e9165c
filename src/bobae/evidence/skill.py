"""Skill: by how much predictions are nearer than a simple rule's, and the verdict that follows.

Both are tried on the same rows; the loss of a row is the squared error of a number, the absolute error of a forecast,
the logarithmic loss of chances. Skill is 1 minus the loss over the rule's: 0 no better, 1 perfect. Its interval comes
from witnesses (machines, lots, stretches of time) drawn anew, never from single rows.

| skill over the best simple rule | witnesses | verdict |
|---|---|---|
| its whole interval above 0 | five or more | useful |
| 0 or less | any | no_better_than_baseline |
| else | any | not_enough_evidence |
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints, Text, Verdict, text
from bobae.evidence.intervals import Figure, block_bootstrap

FEWEST_WITNESSES = 5
_RUN = 2.0  # stretches of one record that are drawn together, in the mean


@dataclass(frozen=True, eq=False)
class Witnesses:
    """Rows that were tried, and what each counts.

    Attributes:
        groups: which witness each row is (rows,).
        weight: (rows,).
        in_time: whether neighbouring witnesses are alike, as stretches of one record are.
        seed: of what is drawn.
    """

    groups: Ints
    weight: Floats
    in_time: bool
    seed: int = 0

    def mean(self, values: Floats, of: Callable[[Floats], Floats] = lambda mean: mean) -> Figure:
        """A function of the weighted mean of values (rows,), with its interval over witnesses; NaN are left out."""
        return self.ratio(values, np.ones(len(values)), of)

    def ratio(self, above: Floats, below: Floats, of: Callable[[Floats], Floats] = lambda ratio: ratio) -> Figure:
        """A function of one weighted mean over another, both of values (rows,)."""
        counted = np.isfinite(above) & np.isfinite(below)
        if not counted.any():
            return Figure(np.nan)
        names, who = np.unique(self.groups[counted], return_inverse=True)
        sums = np.zeros((len(names), 2))
        for i, values in enumerate((above, below)):
            sums[:, i] = np.bincount(who, (values * self.weight)[counted], len(names))

        def statistic(totals: Floats) -> Floats:
            with np.errstate(all="ignore"):
                return of(totals[..., 0] / totals[..., 1])

        return block_bootstrap(sums, statistic, seed=self.seed, mean_run=_RUN if self.in_time else 1.0)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(np.unique(self.groups))


def skill(ours: Floats, theirs: Floats, witnesses: Witnesses) -> Figure:
    """1 minus our loss over theirs, both (rows,), with its interval."""
    return witnesses.ratio(ours, theirs, lambda ratio: 1.0 - ratio)


@dataclass(frozen=True)
class Weighing:
    """The verdict and the sentence that says so."""

    verdict: Verdict
    said: tuple[Text, ...]


def decide_by_skill(found: Figure, witnesses: int, *, best: Text) -> Weighing:
    """The verdict by the rules above; `best` is the best simple rule in words."""
    values = {"best": best, "share": _percent(found.value), "low": _percent(found.low), "high": _percent(found.high)}
    if found.value <= 0:
        nearer = text("It is no nearer to what came true than a simple rule ({best}).", best=best)
        return Weighing(Verdict.NO_BETTER_THAN_BASELINE, (_NO_BETTER, nearer))
    if found.low > 0 and witnesses >= FEWEST_WITNESSES:
        nearer = text(
            "It is {share} % nearer to what came true than the best simple rule ({best}); {low} to {high} % with 95 % "
            "certainty.",
            **values,
        )
        return Weighing(Verdict.USEFUL, (_USEFUL, nearer))
    if witnesses < FEWEST_WITNESSES:
        few = text(
            "It was tried on {n} independent groups of rows only; at least {fewest} are needed to judge.",
            n=witnesses,
            fewest=FEWEST_WITNESSES,
        )
        return Weighing(Verdict.NOT_ENOUGH_EVIDENCE, (_TOO_LITTLE, few))
    chance = text(
        "It is {share} % nearer to what came true than the best simple rule ({best}), but that may still be chance "
        "({low} to {high} %).",
        **values,
    )
    return Weighing(Verdict.NOT_ENOUGH_EVIDENCE, (_TOO_LITTLE, chance))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if np.isfinite(share) else "-"


_USEFUL = text("This model is worth having: what it foretells is nearer than any simple rule.")
_NO_BETTER = text("Do not put this model to work: it is no better than a simple rule.")
_TOO_LITTLE = text("There is not enough evidence yet to say whether this model is worth having.")
