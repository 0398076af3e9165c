"""Extremely randomised trees (P. Geurts, D. Ernst and L. Wehenkel, 2006): chances by many trees cut at random."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from bobae.core import Floats, Ints
from bobae.graph import Trees


@dataclass(frozen=True)
class Forest:
    """How many trees, and how few rows a leaf may hold."""

    trees: int = 100
    least_rows: int = 1

    def grown(self, columns: Floats, y: Ints, weight: Floats, classes: int, *, seed: int) -> Trees:
        """Trees whose leaves say the chance of each class, over the number of trees; y (rows,) are class numbers."""
        forest = ExtraTreesClassifier(
            self.trees, min_samples_leaf=self.least_rows, max_features="sqrt", random_state=seed, n_jobs=1
        )
        forest.fit(columns.astype(np.float32), y, sample_weight=weight)
        shown = forest.classes_.astype(np.int64)
        return Trees.joined([_tree(one.tree_, shown, classes, self.trees) for one in forest.estimators_], sums=1)


def _tree(tree: object, shown: Ints, classes: int, trees: int) -> Trees:
    column, left, right = (
        np.asarray(getattr(tree, name), dtype=np.int64) for name in ("feature", "children_left", "children_right")
    )
    is_leaf = left < 0
    chances = np.zeros((int(is_leaf.sum()), classes))
    values = np.asarray(getattr(tree, "value"))[is_leaf, 0, :]  # noqa: B009 - no stubs
    chances[:, shown] = values / values.sum(axis=1, keepdims=True) / trees
    return Trees(
        roots=np.zeros(1, dtype=np.int64),
        column=np.where(is_leaf, -1, column),
        threshold=np.where(is_leaf, 0.0, np.asarray(getattr(tree, "threshold"))),  # noqa: B009
        left=np.where(is_leaf, np.cumsum(is_leaf) - 1, left),
        right=np.where(is_leaf, 0, right),
        missing_left=np.asarray(getattr(tree, "missing_go_to_left"), dtype=np.bool_) & ~is_leaf,  # noqa: B009
        leaves=chances,
    )
