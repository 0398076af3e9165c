"""Lines: ridge, ridge over squares and products, and partial least squares; how strict is tried on whole groups."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.learners.making.heads import Examples, LinearHead, Prepared
from bobae.learners.making.held import inner_folds

_STRICT = 10.0 ** np.arange(-13, 5)  # of the mean squared singular value
_MOST_COMPONENTS = 12
_MOST_SQUARED = 40  # columns; more would be too many products

_Paths = Callable[[Floats, Floats, Floats], list[tuple[Floats, float]]]


@dataclass(frozen=True)
class Ridge:
    """A weighted sum whose weights are held small.

    Attributes:
        sizes: how many kinds each column has, 0 for a number.
        squares: products of all pairs of numbers too.
    """

    sizes: tuple[int, ...]
    squares: bool = False

    def __call__(self, given: Examples, *, seed: int) -> LinearHead:  # noqa: ARG002 - nothing is left to chance
        """See `Learns`."""
        squares = self.squares and self.sizes.count(0) <= _MOST_SQUARED
        prepared = Prepared.learned(given.columns, self.sizes, squares=squares)
        z = prepared.run(given.columns)
        weights, bias = _chosen(_ridge_paths, given, z)
        usual = np.average(z, axis=0, weights=given.weight)
        return LinearHead.of(prepared, weights[:, None], np.array([bias]), usual, given.owner)


@dataclass(frozen=True)
class PartialLeastSquares:
    """Partial least squares (H. Wold, 1966), the plant chemist's own line: few directions that move with the result.

    Attributes:
        sizes: how many kinds each column has, 0 for a number.
    """

    sizes: tuple[int, ...]

    def __call__(self, given: Examples, *, seed: int) -> LinearHead:  # noqa: ARG002 - nothing is left to chance
        """See `Learns`; all rows weigh the same."""
        prepared = Prepared.learned(given.columns, self.sizes)
        z = prepared.run(given.columns)
        weights, bias = _chosen(_pls_paths, given, z)
        return LinearHead.of(prepared, weights[:, None], np.array([bias]), z.mean(axis=0), given.owner)


def _chosen(paths: _Paths, given: Examples, z: Floats) -> tuple[Floats, float]:
    """The (weights, bias), as strict as loses least on groups not learned from, learned anew from all rows."""
    y, weight = given.aim, given.weight
    losses = []
    for tried in inner_folds(given.groups):
        found = paths(z[~tried], y[~tried], weight[~tried])
        losses.append([_loss(one, z[tried], y[tried], weight[tried]) for one in found])
    least = min(map(len, losses))
    best = int(np.mean([each[:least] for each in losses], axis=0).argmin())
    return paths(z, y, weight)[best]


def _loss(path: tuple[Floats, float], z: Floats, y: Floats, weight: Floats) -> float:
    weights, bias = path
    return float(np.average(np.square(z @ weights + bias - y), weights=weight))


def _ridge_paths(z: Floats, y: Floats, weight: Floats) -> list[tuple[Floats, float]]:
    """(weights, bias) for each strictness, from one decomposition."""
    root = np.sqrt(weight / weight.mean())[:, None]
    centre, middle = np.average(z, axis=0, weights=weight), float(np.average(y, weights=weight))
    u, s, vt = np.linalg.svd((z - centre) * root, full_matrices=False)
    along = u.T @ ((y - middle) * root[:, 0])
    paths = []
    for strict in _STRICT * float(np.mean(np.square(s))):
        weights = vt.T @ (along * s / (np.square(s) + strict))
        paths.append((weights, middle - float(centre @ weights)))
    return paths


def _pls_paths(z: Floats, y: Floats, weight: Floats) -> list[tuple[Floats, float]]:  # noqa: ARG001 - all weigh the same
    """(weights, bias) for 1, 2, ... components, by deflation (NIPALS with one result)."""
    centre, middle = z.mean(axis=0), float(y.mean())
    left, rest = z - centre, y - middle
    directions, loadings, found = [], [], []
    paths = []
    for _ in range(min(_MOST_COMPONENTS, z.shape[1], len(z) - 1)):
        direction = left.T @ rest
        size = float(np.linalg.norm(direction))
        if size < 1e-12:
            break
        direction /= size
        scores = left @ direction
        power = float(scores @ scores)
        loading, share = left.T @ scores / power, float(scores @ rest) / power
        left, rest = left - np.outer(scores, loading), rest - share * scores
        directions.append(direction)
        loadings.append(loading)
        found.append(share)
        w, p = np.stack(directions, axis=1), np.stack(loadings, axis=1)
        weights = w @ np.linalg.solve(p.T @ w, np.array(found))
        paths.append((weights, middle - float(centre @ weights)))
    return paths or [(np.zeros(z.shape[1]), middle)]
