"""Boosted trees: learned by LightGBM, kept as `Trees` whose leaves also say which input brought what about.

What an input brought about is followed along the way to the leaf: at each turn the expected answer moves, and the move
is put down to the input that was asked (path attribution; A. Saabas, 2014). The moves add up to the prediction exactly
and cost nothing when it runs, since they are the leaf's own; unlike Shapley values they favour inputs asked late.
"""

from dataclasses import dataclass, replace

import lightgbm
import numpy as np

from bobae.core import Floats
from bobae.graph import Trees
from bobae.learners.making.heads import Examples, Owner

_NAN = 2  # LightGBM's missing_type: 0 none (NaN is taken for 0), 1 zero, 2 NaN


@dataclass(frozen=True)
class Boosting:
    """How trees are grown; see LightGBM's parameters of these names.

    Attributes:
        objective: 'regression', 'regression_l1', 'binary' or 'multiclass'.
        classes: how many, for the last.
        members: ensembles grown with different seeds, and averaged.
    """

    objective: str = "regression"
    trees: int = 250
    leaves: int = 15
    rate: float = 0.04
    least_rows: int = 40
    columns: float = 0.4
    rows: float = 0.7
    bins: int = 63
    l2: float = 0.0
    classes: int = 1
    members: int = 1

    def __call__(self, given: Examples, *, seed: int) -> Trees:
        """See `Learns`."""
        binning = {"max_bin": self.bins, "verbose": -1}
        data = lightgbm.Dataset(given.columns, given.aim, weight=given.weight, free_raw_data=False, params=binning)
        told = [
            lightgbm.train(self._parameters(len(given.aim), seed=seed + 1000 * i), data, self.trees).model_to_string()
            for i in range(self.members)
        ]
        trees = Trees.joined([as_trees(one, given.owner, self._sums) for one in told], sums=self._sums)
        return replace(trees, leaves=trees.leaves / self.members)

    def others(self) -> "dict[str, Boosting]":
        """The same with other settings, by name; the first ones brought most where they were tried (decision 63)."""
        leaves, fewer, stricter = 2 * self.leaves + 1, max(2, self.leaves // 2), self.l2 + 5.0
        return {
            f"leaves={leaves}": replace(self, leaves=leaves),
            f"leaves={fewer}": replace(self, leaves=fewer),
            f"columns={self.columns / 2:g}": replace(self, columns=self.columns / 2),
            "columns=1": replace(self, columns=1.0),
            f"l2={stricter:g}": replace(self, l2=stricter),
            f"rate={self.rate / 2:g}": replace(self, rate=self.rate / 2, trees=2 * self.trees),
        }

    @property
    def _sums(self) -> int:
        return self.classes if self.objective == "multiclass" else 1

    def _parameters(self, rows: int, *, seed: int) -> dict[str, object]:
        found: dict[str, object] = {
            "objective": self.objective,
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": max(2, min(self.least_rows, rows // 20)),
            "feature_fraction": self.columns,
            "bagging_fraction": self.rows,
            "bagging_freq": 1,
            "max_bin": self.bins,
            "lambda_l2": self.l2,
            "seed": seed,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }
        if self.objective == "multiclass":
            found["num_class"] = self.classes
        return found


def as_trees(model: str, owner: Owner, sums: int) -> Trees:
    """A LightGBM model, as it writes itself, as `Trees` with leaves of 1 + inputs numbers.

    The first number of a leaf is its value; then follows what each input brought about on the way there.
    """
    share = owner.shares
    return Trees.joined([_tree(block, share) for block in model.split("Tree=")[1:]], sums=sums)


def _tree(block: str, share: Floats) -> Trees:
    """One tree: its inner nodes in their order, then its leaves."""
    told = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    values = _numbers(told, "leaf_value")
    inputs = share.shape[1]
    if int(told["num_leaves"]) == 1:
        return _leaf(np.concatenate([values[:1], np.zeros(inputs)])[None])
    column, left, right = (
        _numbers(told, name).astype(np.int64) for name in ("split_feature", "left_child", "right_child")
    )
    threshold, means = _numbers(told, "threshold"), _numbers(told, "internal_value")
    kind = _numbers(told, "decision_type").astype(np.int64)
    inner, leaves = len(column), len(values)
    asks_nan = (kind >> 2 & 3) == _NAN
    missing_left = np.where(asks_nan, (kind >> 1 & 1) == 1, threshold >= 0.0)
    left, right = (np.where(side < 0, inner + ~side, side) for side in (left, right))
    expected = np.concatenate([means, values])
    brought = np.zeros((inner + leaves, inputs))
    for node in range(inner):  # a node stands before those below it
        for below in (left[node], right[node]):
            brought[below] = brought[node] + share[column[node]] * (expected[below] - expected[node])
    return Trees(
        roots=np.zeros(1, dtype=np.int64),
        column=np.concatenate([column, np.full(leaves, -1)]),
        threshold=np.concatenate([threshold, np.zeros(leaves)]),
        left=np.concatenate([left, np.arange(leaves)]),
        right=np.concatenate([right, np.zeros(leaves, dtype=np.int64)]),
        missing_left=np.concatenate([missing_left, np.zeros(leaves, dtype=np.bool_)]),
        leaves=np.concatenate([values[:, None], brought[inner:]], axis=1),
    )


def _leaf(said: Floats) -> Trees:
    zero = np.zeros(1, dtype=np.int64)
    return Trees(zero, np.array([-1]), np.zeros(1), zero, zero, np.zeros(1, dtype=np.bool_), said)


def _numbers(told: dict[str, str], name: str) -> Floats:
    return np.array(told[name].split(), dtype=np.float64)
