"""How much life is left, learned from machines that were followed until they failed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from bobae.core import Dataset, Floats, Fold, Ints, NotEnoughEvidence, Task
from bobae.frames import each_group_once
from bobae.graph import FillLast, Wear
from bobae.learners.making.boosting import Boosting
from bobae.learners.making.columns import category_sizes, inputs_of, middles, targets_of
from bobae.learners.making.crossed import crossed
from bobae.learners.making.designs import Worn
from bobae.learners.making.heads import Examples, Learns, Owner
from bobae.learners.making.linear import Ridge
from bobae.learners.making.regressor import Regressor
from bobae.learners.making.rows import groups_of, readings
from bobae.learners.rul.cap import found_cap
from bobae.learners.rul.survival import Survival

FEWEST_LIVES = 3


@dataclass(frozen=True)
class RulLearner:
    """Remaining useful life by boosted trees over how each machine has moved since it was new, a ridge, or survival.

    The target is the life left at each row; what is far away cannot be told from what is farther, so it is foretold up
    to a cap only.

    Attributes:
        cap: the most that is foretold, in units of the target; None: found from the data (see `found_cap`).
        horizon: the chance to fail within this is told, in units of the target; None: a tenth of the middle life.
        quick, slow: rates of the averages that wear is seen by.
        early: rows that tell how a machine was when new.
        candidates: of 'survival', 'ridge' and 'trees', those to try.
        trees, leaves, rate: of the boosted trees.
        members: ensembles that are averaged in the model; while trying, one is enough.
        fewest_for_trees: machines that failed below which only the survival model and the ridge are tried.
        confidence: share of lives that an interval is to hold.
    """

    name: ClassVar[str] = "rul"
    task: ClassVar[Task] = "rul"

    cap: float | None = None
    horizon: float | None = None
    quick: float = 0.1
    slow: float = 0.03
    early: int = 20
    candidates: tuple[str, ...] = ("survival", "ridge", "trees")
    trees: int = 250
    leaves: int = 15
    rate: float = 0.04
    members: int = 3
    fewest_for_trees: int = 10
    confidence: float = 0.9

    def settings(self) -> Mapping[str, Any]:
        """All settings as plain JSON values."""
        return asdict(self) | {"candidates": list(self.candidates)}

    def fit(self, data: Dataset, *, folds: Sequence[Fold], seed: int, budget_s: float | None = None) -> Regressor:
        """See `Predictor`.

        Raises:
            NotEnoughEvidence: fewer than three machines whose end is known.
        """
        y, groups = targets_of(data), groups_of(data)
        known = np.isfinite(y)
        lives = np.unique(groups[known])
        if len(lives) < FEWEST_LIVES:
            raise NotEnoughEvidence(
                "the end of {lives} machines is known; how long others last can be learned from {fewest} at least",
                lives=len(lives),
                fewest=FEWEST_LIVES,
            )
        inputs = inputs_of(data)
        read = readings(data, inputs)
        sizes = category_sizes(inputs)
        design = self._design(read.x, sizes)
        columns = design.run(read.x, read.gap)
        owner = Owner(design.owner, len(inputs))
        kinds = self._kinds(owner.sizes(sizes), len(lives))
        given = Examples(columns, y, groups, each_group_once(groups), owner, _lived_since(y, groups))
        cap = self.cap or found_cap(self._pilot(kinds), given.chosen(known), seed=seed)
        horizon = self.horizon if self.horizon is not None else _tenth_of_a_life(y, groups)
        found = crossed(
            replace(given, aim=np.minimum(y, cap)),
            kinds,
            folds,
            seed=seed,
            confidence=self.confidence,
            least=0.0,
            most=cap,
            members=self.members,
            horizon=horizon,
            budget_s=budget_s,
        )
        return Regressor(
            inputs=inputs,
            design=design,
            heads=found.heads,
            bands=found.bands,
            least=0.0,
            most=cap,
            domain=None,
            horizon=horizon,
            sampling_s=read.sampling_s,
            max_gap_s=read.max_gap_s,
            held_out=replace(found.held_out, truth=y),
        )

    def _design(self, x: Floats, sizes: tuple[int, ...]) -> Worn:
        return Worn(FillLast(middles(x, sizes)), Wear(sizes.count(0), self.quick, self.slow, self.early))

    def _kinds(self, sizes: tuple[int, ...], lives: int) -> dict[str, Learns]:
        kinds: dict[str, Learns] = {"survival": Survival(sizes), "ridge": Ridge(sizes)}
        if lives >= self.fewest_for_trees:
            kinds["trees"] = Boosting(trees=self.trees, leaves=self.leaves, rate=self.rate)
        return {name: kind for name, kind in kinds.items() if name in self.candidates}

    def _pilot(self, kinds: Mapping[str, Learns]) -> Learns:
        """A small model that is quick to learn."""
        if "trees" in kinds:
            return Boosting(trees=100, leaves=self.leaves, rate=2 * self.rate)
        return kinds.get("ridge") or next(iter(kinds.values()))


def _lived_since(left: Floats, groups: Ints) -> Floats:
    """At least how much life was left at each row of a machine that still lives (rows,); NaN elsewhere.

    What passes from row to row is taken from the machines that failed.
    """
    steps = -np.diff(left)[np.diff(groups) == 0]
    step = float(np.median(steps[np.isfinite(steps)]))
    out = np.full(len(left), np.nan)
    for name in np.unique(groups):
        mine = groups == name
        if not np.isfinite(left[mine]).any():
            out[mine] = step * np.arange(int(mine.sum()))[::-1]
    return out


def _tenth_of_a_life(left: Floats, groups: Ints) -> float:
    known = np.isfinite(left)
    return float(np.median([left[known & (groups == name)].max() for name in np.unique(groups[known])])) / 10
