"""A limit for a share of rows, for comparison with tools that know no alarm budget."""

from dataclasses import replace

import numpy as np

from bobae.core import Floats
from bobae.graph import DriftingLimit

UNREACHED = 1e6  # a base that no surprise reaches: the limit then follows as if nothing were ever wrong


def base_for_share(limit: DriftingLimit, surprise: Floats, judged: Floats, gap: Floats, *, share: float) -> float:
    """The base at which so many of these normal rows (rows,) come to lie over the limit while it follows."""
    eased = replace(limit, base=UNREACHED).run(surprise, judged, gap)[:, 0] * UNREACHED
    return float(np.quantile(eased, 1.0 - share))
