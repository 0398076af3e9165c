"""Lines: ridge, ridge over squares and products, and partial least squares; how strict is tried on whole groups."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats, Ints
from bobae.learners.making.heads import Examples, LinearHead, Prepared

_STRICT = 10.0 ** np.arange(-13, 5)  # of the mean squared singular value
_INNER = 4
_MOST_COMPONENTS = 12
_MOST_SQUARED = 40  # columns; more would be too many products


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
        z, y, weight = prepared.run(given.columns), given.aim, given.weight
        losses = []
        for tried in inner_folds(given.groups):
            paths = _ridge_paths(z[~tried], y[~tried], weight[~tried])
            losses.append([_loss(path, z[tried], y[tried], weight[tried]) for path in paths])
        weights, bias = _ridge_paths(z, y, weight)[int(np.mean(losses, axis=0).argmin())]
        usual = np.average(z, axis=0, weights=weight)
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
        z, y, weight = prepared.run(given.columns), given.aim, given.weight
        losses = []
        for tried in inner_folds(given.groups):
            paths = _pls_paths(z[~tried], y[~tried])
            losses.append([_loss(path, z[tried], y[tried], weight[tried]) for path in paths])
        least = min(map(len, losses))
        best = int(np.mean([each[:least] for each in losses], axis=0).argmin())
        weights, bias = _pls_paths(z, y)[best]
        return LinearHead.of(prepared, weights[:, None], np.array([bias]), z.mean(axis=0), given.owner)


def inner_folds(groups: Ints) -> list[np.ndarray]:
    """Rows to try on, as masks: a few shares of whole groups, or stretches of rows where there are few groups."""
    names = np.unique(groups)
    if len(names) < _INNER:
        return [np.isin(np.arange(len(groups)), part) for part in np.array_split(np.arange(len(groups)), _INNER)]
    return [np.isin(groups, part) for part in np.array_split(names, _INNER)]


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


def _pls_paths(z: Floats, y: Floats) -> list[tuple[Floats, float]]:
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
