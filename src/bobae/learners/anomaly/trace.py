"""What comes of each row before the alarm limit is applied."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from bobae.core import Floats


@dataclass(frozen=True, eq=False)
class Trace:
    """The way from rows to surprise.

    Attributes:
        surprise: what the limit is held against, (rows,).
        statistics: what it is the mean of, (rows, statistics).
        judged: 0 while the machine stands or settles, else 1, (rows,).
        gap: as in `Contract`, (rows,).
    """

    surprise: Floats
    statistics: Floats
    judged: Floats
    gap: Floats

    def followed_by(self, later: Self) -> "Trace":
        """Both, one after the other."""
        parts = zip(vars(self).values(), vars(later).values(), strict=True)
        return Trace(*(np.concatenate(pair) for pair in parts))
