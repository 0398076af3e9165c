"""Trees: each row ends in one leaf of every tree, and what those leaves say is summed.

A leaf says as many numbers as is liked: the prediction's share of the tree, and beside it how much of that each input
brought about. So one walk through the trees answers both what and why. The walk gives the number of the leaf, a whole
number, and the leaves' own numbers are summed in float64: a tree ensemble of ONNX alone would round to float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper

from bobae.core import BadInput, Bools, Floats, Ints
from bobae.graph.builder import GraphBuilder
from bobae.graph.checks import shaped

_MOST_LEAVES = 2**24  # whole numbers up to here pass through float32 unharmed


@dataclass(frozen=True, eq=False)
class Trees:
    """Sums of leaves.

    Nodes of all trees stand one after the other. At a node a row goes left where `value <= threshold`.

    Attributes:
        roots: the first node of each tree (trees,).
        column: which column a node asks (nodes,); -1 for a leaf.
        threshold: (nodes,), anything at a leaf.
        left, right: numbers of the nodes to go to (nodes,); at a leaf `left` is the number of its row in `leaves`.
        missing_left: where NaN goes left (nodes,).
        leaves: what each leaf says (leaves, numbers).
        sums: tree t adds to sum t % sums.
    """

    roots: Ints
    column: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Bools
    leaves: Floats
    sums: int = 1

    def __post_init__(self) -> None:
        shaped(self, "leaves", self.leaves, (None, None))
        if len(self.leaves) >= _MOST_LEAVES or len(self.roots) % self.sums:
            raise BadInput(
                "Trees: {trees} trees with {leaves} leaves cannot be kept as {sums} sums",
                trees=len(self.roots),
                leaves=len(self.leaves),
                sums=self.sums,
            )

    @classmethod
    def joined(cls, parts: Sequence["Trees"], *, sums: int) -> "Trees":
        """The trees of several ensembles over the same columns, one after the other."""
        nodes = np.cumsum([0, *(len(part.column) for part in parts)])
        ends = np.cumsum([0, *(len(part.leaves) for part in parts)])
        placed = list(zip(parts, nodes, ends, strict=False))
        return cls(
            roots=np.concatenate([part.roots + at for part, at, _ in placed]),
            column=np.concatenate([part.column for part in parts]),
            threshold=np.concatenate([part.threshold for part in parts]),
            left=np.concatenate([part.left + np.where(part.column < 0, end, at) for part, at, end in placed]),
            right=np.concatenate([part.right + at for part, at, _ in placed]),
            missing_left=np.concatenate([part.missing_left for part in parts]),
            leaves=np.concatenate([part.leaves for part in parts]),
            sums=sums,
        )

    def run(self, x: Floats) -> Floats:
        """(rows, columns), NaN allowed -> (rows, sums * numbers), sum after sum."""
        from bobae.graph.walk import walk

        found = walk(
            np.ascontiguousarray(x, dtype=np.float64),
            self.roots,
            self.column,
            self.threshold,
            self.left,
            self.right,
            self.missing_left,
            self.leaves,
            self.sums,
        )
        return np.asarray(found)

    def emit(self, b: GraphBuilder, x: str) -> str:
        """The same as nodes: (1, columns) -> (1, sums * numbers)."""
        numbers = self.leaves.shape[1]
        leaf = b.node("Cast", b.single("TreeEnsembleRegressor", x, domain="ai.onnx.ml", **self._ensemble()), to=7)
        said = b.node("Gather", self.leaves, leaf, axis=0)  # (1, trees, numbers)
        shape = np.array([len(self.roots) // self.sums, self.sums * numbers])
        return b.node("ReduceSum", b.node("Reshape", said, shape), np.array([0]), keepdims=1)

    def _ensemble(self) -> dict[str, object]:
        """The walk as attributes: every tree is a target of its own, whose value is the number of the leaf."""
        tree = np.zeros(len(self.column), dtype=np.int64)
        tree[self.roots[1:]] = 1
        tree = np.cumsum(tree)
        place = np.arange(len(self.column)) - self.roots[tree]
        leaf = self.column < 0
        zero = np.where(leaf, 0, 1)
        return {
            "n_targets": len(self.roots),
            "nodes_treeids": tree.tolist(),
            "nodes_nodeids": place.tolist(),
            "nodes_featureids": np.maximum(self.column, 0).tolist(),
            "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
            "nodes_truenodeids": ((self.left - self.roots[tree]) * zero).tolist(),
            "nodes_falsenodeids": ((self.right - self.roots[tree]) * zero).tolist(),
            "nodes_missing_value_tracks_true": (self.missing_left & ~leaf).astype(int).tolist(),
            "nodes_values_as_tensor": _doubles("thresholds", np.where(leaf, 0.0, self.threshold)),
            "target_ids": tree[leaf].tolist(),
            "target_treeids": tree[leaf].tolist(),
            "target_nodeids": place[leaf].tolist(),
            "target_weights_as_tensor": _doubles("leaves", self.left[leaf].astype(np.float64)),
        }


def _doubles(name: str, values: Floats) -> object:
    raw = np.ascontiguousarray(values, dtype="<f8").tobytes()
    return helper.make_tensor(name, TensorProto.DOUBLE, values.shape, raw, raw=True)
