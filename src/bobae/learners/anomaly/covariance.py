"""Covariance of lagged rows, gathered block by block, so that a year of rows fits in little memory."""

from dataclasses import dataclass

import numpy as np

from bobae.core import Floats

# Exact copies among sensors would make the inverse explode; a thousandth of the mean variance keeps it tame.
LEAST_SHRINKAGE = 1e-3


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over rows v (rows, p): enough for mean, covariance and its shrinkage. Blocks add and subtract.

    Attributes:
        rows: how many.
        total: sum of v, (p,).
        products: sum of v v', (p, p).
        fourth: sum of |v|^4.
    """

    rows: float
    total: Floats
    products: Floats
    fourth: float

    @classmethod
    def of(cls, v: Floats) -> "Moments":
        """The moments of rows (rows, p), which are near zero mean and unit scale."""
        lengths = np.einsum("ij,ij->i", v, v)
        return cls(float(len(v)), v.sum(axis=0), v.T @ v, float(lengths @ lengths))

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.rows + other.rows,
            self.total + other.total,
            self.products + other.products,
            self.fourth + other.fourth,
        )

    def __sub__(self, other: "Moments") -> "Moments":
        return Moments(
            self.rows - other.rows,
            self.total - other.total,
            self.products - other.products,
            self.fourth - other.fourth,
        )

    def mean(self) -> Floats:
        """The mean row (p,)."""
        return self.total / self.rows

    def covariance(self) -> tuple[Floats, float]:
        """(covariance (p, p), shrinkage 0..1): shrunk to a multiple of the identity.

        Source: O. Ledoit, M. Wolf, A well-conditioned estimator for large-dimensional covariance matrices, 2004. The
        fourth moment is taken about zero, not the mean: rows are scaled before they come here.
        """
        mean = self.mean()
        sample = self.products / self.rows - np.outer(mean, mean)
        size = len(mean)
        level = float(np.trace(sample)) / size
        apart = float(np.square(sample).sum()) / size - level**2
        noise = (self.fourth / self.rows - float(np.square(sample).sum())) / size / self.rows
        shrinkage = min(max(noise / apart if apart > 0 else 1.0, LEAST_SHRINKAGE), 1.0)
        return (1.0 - shrinkage) * sample + shrinkage * level * np.eye(size), shrinkage
