"""Gaussian process: a smooth curve through few rows (C. Rasmussen and C. Williams, 2006)."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats
from bobae.graph import GraphBuilder, Kernel
from bobae.learners.making.heads import Examples, Prepared
from bobae.learners.making.held import inner_folds

_LENGTHS = (0.5, 1.0, 2.0, 4.0)  # of the middle distance between rows
_NOISES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # of the variance of the result
_MOST_PAIRS = 2_000


@dataclass(frozen=True, eq=False)
class KernelHead:
    """A kernel over prepared columns.

    Attributes:
        prepared: makes the columns.
        kernel: sums over the rows learned from.
        length: over which the result changes; the prepared columns are divided by it.
    """

    prepared: Prepared
    kernel: Kernel
    length: float

    def run(self, columns: Floats) -> Floats:
        """See `Head`."""
        return self.kernel.run(self.prepared.run(columns) / self.length)

    def emit(self, b: GraphBuilder, columns: str) -> str:
        """See `Head`."""
        return self.kernel.emit(b, b.node("Div", self.prepared.emit(b, columns), self.length))


@dataclass(frozen=True)
class GaussianProcess:
    """The mean of a Gaussian process with one length; length and noise are tried on whole groups.

    Attributes:
        sizes: how many kinds each column has, 0 for a number.
        most_rows: learned from at most; more are drawn by lot.
    """

    sizes: tuple[int, ...]
    most_rows: int = 400

    def __call__(self, given: Examples, *, seed: int) -> KernelHead:
        """See `Learns`; all rows weigh the same."""
        rng = np.random.default_rng(seed)
        if len(given.aim) > self.most_rows:
            given = given.chosen(np.sort(rng.choice(len(given.aim), self.most_rows, replace=False)))
        columns, y, groups = given.columns, given.aim, given.groups
        prepared = Prepared.learned(columns, self.sizes)
        z, middle = prepared.run(columns), float(y.mean())
        a, b = rng.integers(len(z), size=(2, _MOST_PAIRS))
        apart = max(float(np.median(np.sqrt(np.square(z[a] - z[b]).sum(axis=1)))), 1e-9)
        losses = {
            (length, noise): np.mean([_loss(z / (apart * length), y, noise, tried) for tried in inner_folds(groups)])
            for length in _LENGTHS
            for noise in _NOISES
        }
        length, noise = min(losses, key=lambda one: losses[one])
        points = z / (apart * length)
        share = given.owner.shares  # (columns, inputs)
        of_input = (share[prepared.picks] > 0).astype(np.float64).T
        kernel = Kernel(points, _weights(points, y - middle, noise), middle, of_input)
        return KernelHead(prepared, kernel, apart * length)


def _near(a: Floats, b: Floats) -> Floats:
    apart = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * a @ b.T
    return np.asarray(np.exp(-0.5 * np.maximum(apart, 0.0)))


def _weights(points: Floats, y: Floats, noise: float) -> Floats:
    return np.asarray(np.linalg.solve(_near(points, points) + noise * np.eye(len(points)), y))


def _loss(z: Floats, y: Floats, noise: float, tried: Bools) -> float:
    middle = float(y[~tried].mean())
    said = middle + _near(z[tried], z[~tried]) @ _weights(z[~tried], y[~tried] - middle, noise)
    return float(np.square(said - y[tried]).mean())
