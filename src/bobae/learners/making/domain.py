"""The domain: whether a row is like those that were learned from, or something never seen."""

from dataclasses import dataclass

import numpy as np
from sklearn.covariance import LedoitWolf

from bobae.core import Floats, Ints
from bobae.core.model import UNSEEN
from bobae.graph import GraphBuilder
from bobae.learners.making.heads import Prepared
from bobae.learners.making.held import inner_folds

_SHARE = 0.995  # of the rows learned from that lie inside
_ROOM = 1.5  # times the distance of those: what is told to be strange should be strange
_NEW_MODE = 2.0  # how strange a chamber, stage or recipe is that was never seen


@dataclass(frozen=True, eq=False)
class Domain:
    """The Mahalanobis distance of a row to the nearest centre, over the distance that is usual (K. Lee et al., 2018).

    Attributes:
        prepared: makes columns of the inputs.
        factor: factor' factor is the inverse of the covariance within a class (prepared, prepared).
        centres: of the classes, turned by the factor (classes, prepared); one where there are no classes.
        usual: the distance that counts as 1.
        modes: inputs that name a way of running (modes,): a kind never seen is strange whatever else the row says.
    """

    prepared: Prepared
    factor: Floats
    centres: Floats
    usual: float
    modes: tuple[int, ...] = ()

    @classmethod
    def learned(
        cls, x: Floats, classes: Ints, sizes: tuple[int, ...], groups: Ints, *, modes: tuple[int, ...] = ()
    ) -> "Domain":
        """From rows (rows, inputs) with their classes and groups (rows,).

        The usual distance is that of rows whose group was not learned from, so that a new group is no stranger.
        """
        prepared = Prepared.learned(x, sizes)
        z = prepared.run(x)
        away = np.zeros(len(x))
        for tried in inner_folds(groups):
            if not tried.all():
                away[tried] = _distance(z[tried], *_factor(z[~tried], classes[~tried]))
        factor, centres = _factor(z, classes)
        usual = max(float(np.quantile(away, _SHARE)) * _ROOM, 1e-9)
        return cls(prepared, factor, centres, usual, modes)

    def run(self, x: Floats) -> Floats:
        """(rows, inputs) -> the distance, above 1 where a row is like nothing learned from (rows, 1)."""
        away = np.asarray(_distance(self.prepared.run(x), self.factor, self.centres)[:, None] / self.usual)
        if not self.modes:
            return away
        new = (x[:, self.modes] == UNSEEN).any(axis=1, keepdims=True)
        return np.asarray(np.maximum(away, _NEW_MODE * new))

    def emit(self, b: GraphBuilder, x: str) -> str:
        """The same as nodes: (1, inputs) -> (1, 1)."""
        turned = b.node("MatMul", self.prepared.emit(b, x), self.factor.T)
        apart = b.node("Sub", turned, self.centres)  # (classes, prepared)
        squared = b.node("ReduceMin", b.node("ReduceSumSquare", apart, np.array([1])), np.array([0]))
        away = b.node("Div", b.node("Sqrt", squared), self.usual)
        if not self.modes:
            return away
        new = b.node("Cast", b.node("Equal", b.columns(x, self.modes), UNSEEN), to=11)
        return b.node("Max", away, b.node("Mul", b.node("ReduceMax", new, np.array([1])), _NEW_MODE))


def _factor(z: Floats, classes: Ints) -> tuple[Floats, Floats]:
    names, who = np.unique(classes, return_inverse=True)
    centres = np.stack([z[who == i].mean(axis=0) for i in range(len(names))])
    within = z - centres[who]
    moves = within.std(axis=0) > 1e-9
    factor = np.eye(z.shape[1])
    if moves.any():
        precision = LedoitWolf(assume_centered=True).fit(within[:, moves]).precision_
        at = np.flatnonzero(moves)
        factor[np.ix_(at, at)] = np.linalg.cholesky((precision + precision.T) / 2).T
    return factor, centres @ factor.T


def _distance(z: Floats, factor: Floats, centres: Floats) -> Floats:
    turned = z @ factor.T
    nearest = np.full(len(z), np.inf)
    for centre in centres:
        nearest = np.minimum(nearest, np.square(turned - centre).sum(axis=1))
    return np.asarray(np.sqrt(nearest))
