"""Survival: how long machines last, learned from those that failed and from those that still live alike.

A Weibull accelerated failure time model (J. Kalbfleisch, R. Prentice, 2002) of the life left: a machine that
still lives says that its life left is at least what has passed since. So a plant with three failures and fifty machines
at work learns from fifty-three.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from bobae.core import Bools, Floats, Ints
from bobae.graph import GraphBuilder, Linear
from bobae.learners.making.heads import Examples, Prepared

_HALF_ROW = 0.5  # a machine fails somewhere within its last row
_HELD_SMALL = 0.02  # of the squared weights, for each machine
_LONGEST = 40.0  # logarithm of what is told at most


@dataclass(frozen=True, eq=False)
class SurvivalHead:
    """The middle of the life left: exp of a weighted sum.

    Attributes:
        prepared: makes the columns.
        linear: prepared columns -> logarithm of the middle, and each input's part of it.
    """

    prepared: Prepared
    linear: Linear

    def run(self, columns: Floats) -> Floats:
        """See `Head`; the parts of the logarithm are told in units of the life left."""
        told = self.linear.run(self.prepared.run(columns))
        middle = np.exp(np.clip(told[:, :1], -_LONGEST, _LONGEST))
        return np.asarray(np.concatenate([middle, middle * told[:, 1:]], axis=1))

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """The same as nodes."""
        told = self.linear.emit(b, self.prepared.emit(b, columns))
        inputs = self.linear.matrix.shape[1] - 1
        middle = b.node("Exp", b.node("Clip", b.columns(told, [0]), -_LONGEST, _LONGEST))
        return b.node("Concat", middle, b.node("Mul", b.columns(told, np.arange(1, inputs + 1)), middle), axis=1)


@dataclass(frozen=True)
class Survival:
    """A few directions in which machines differ most, and their age, in a Weibull model.

    Attributes:
        sizes: how many kinds each column has, 0 for a number.
        directions: how many.
        rows_each: rows of a machine that are learned from; more say the same again.
    """

    sizes: tuple[int, ...]
    directions: int = 4
    rows_each: int = 20

    takes_bounds = True

    def __call__(self, given: Examples, *, seed: int) -> SurvivalHead:  # noqa: ARG002 - nothing is left to chance
        """See `Learns`; rows whose end is not known count with what they have lived."""
        few = given.chosen(_spread(given.groups, self.rows_each))
        prepared = Prepared.learned(few.columns, self.sizes)
        z = prepared.run(few.columns)
        failed = np.isfinite(few.aim)
        lived = few.aim if few.least is None else np.where(failed, few.aim, few.least)
        along = _directions(z, self.directions, ages=given.owner.of[prepared.picks, 0] < 0)
        _, who, count = np.unique(few.groups, return_inverse=True, return_counts=True)
        weights, start, shape = _fitted(z @ along, np.log(lived + _HALF_ROW), failed, 1.0 / count[who])
        column = along @ weights
        share = given.owner.shares[prepared.picks]
        parts = column[:, None] * share
        usual = z.mean(axis=0)
        middle = start + shape * np.log(np.log(2.0))
        matrix = np.concatenate([column[:, None], parts], axis=1)
        return SurvivalHead(prepared, Linear(matrix, np.concatenate([[middle], -usual @ parts])))


def _spread(groups: Ints, most: int) -> Ints:
    """Row numbers: at most so many of each group, evenly spread, its last row among them."""
    found = []
    for name in np.unique(groups):
        at = np.flatnonzero(groups == name)
        found.append(at[np.unique(np.linspace(0, len(at) - 1, min(most, len(at))).astype(np.int64))])
    return np.sort(np.concatenate(found))


def _directions(z: Floats, count: int, *, ages: Bools) -> Floats:
    """The directions of the largest variance, each of variance 1, and the ages themselves (columns, directions)."""
    _, spread, turned = np.linalg.svd((z - z.mean(axis=0)) / np.sqrt(len(z)), full_matrices=False)
    kept = min(count, int((spread > 1e-9).sum()))
    along = turned[:kept].T / spread[:kept]
    return np.concatenate([along, np.eye(z.shape[1])[:, ages]], axis=1)


def _fitted(v: Floats, log_lived: Floats, failed: Bools, weight: Floats) -> tuple[Floats, float, float]:
    """(weights, start, shape) of log life = start + v @ weights + shape * error, error of least extreme value."""
    held = _HELD_SMALL * float(weight.sum())

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, start, shape = flat[:-2], flat[-2], np.exp(flat[-1])
        w = (log_lived - start - v @ weights) / shape
        grown = np.exp(np.minimum(w, _LONGEST))
        value = float((weight * (grown - failed * (w - flat[-1]))).sum()) + held * float(weights @ weights)
        by_w = weight * (grown - failed)
        by_shape = float((-by_w * w + weight * failed).sum())
        by_weights = -(v.T @ by_w) / shape + 2 * held * weights
        return value, np.concatenate([by_weights, [-by_w.sum() / shape, by_shape]])

    first = np.concatenate([np.zeros(v.shape[1]), [float(log_lived.mean()), 0.0]])
    bounds = [(-20.0, 20.0)] * v.shape[1] + [(None, None), (-3.0, 1.5)]
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:-2], float(found[-2]), float(np.exp(found[-1]))
