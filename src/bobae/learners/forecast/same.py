"""Same as: the value of one column, said as it is; what a forecast has to beat, and falls back on."""

from dataclasses import dataclass

import numpy as np

from bobae.graph import Linear
from bobae.learners.making.heads import Examples


@dataclass(frozen=True)
class SameAs:
    """The column at a place; nothing is learned."""

    place: int

    def __call__(self, given: Examples, *, seed: int) -> Linear:  # noqa: ARG002 - nothing is left to chance
        """See `Learns`."""
        share = given.owner.shares[self.place]
        matrix = np.zeros((given.columns.shape[1], 1 + given.owner.inputs))
        matrix[self.place] = [1.0, *share]
        usual = float(given.columns[:, self.place].mean())
        return Linear(matrix, np.concatenate([[0.0], -usual * share]))
