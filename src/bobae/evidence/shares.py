"""Which tags are behind an alarm: a share for each, from what the first rows of the alarm say."""

from collections.abc import Sequence

import numpy as np

from bobae.core import Floats

LOOKED_AT = 100  # rows of an episode that say which tags began it; later ones show what the fault did to the rest
FEW = 5


def top(tags: Sequence[str], shares: Floats, few: int = FEW) -> tuple[tuple[str, float], ...]:
    """The tags with the largest shares, most important first; tags without a share are left out."""
    order = np.argsort(-shares, kind="stable")[:few]
    return tuple((tags[i], float(shares[i])) for i in order if shares[i] > 0)
