"""How long a plant that starts empty takes to fill: MSER-5.

Of a series of equal stretches the beginning is cut off whose removal makes the standard error of the mean of the rest
smallest (K. P. White, An effective truncation heuristic for bias reduction in simulation output, Simulation 69, 1997;
with groups of five: White, Cobb and Spratt 2000). A cut in the second half means that the run is too short to tell.
"""

import numpy as np

from bobae.core import Floats
from bobae.flow import Plan
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.simulate.figures import DAY_S

GROUP = 5
_STRETCHES = 400
_RUNS = 5


def mser(values: Floats, *, group: int = GROUP) -> int | None:
    """How many values at the beginning are warming up; None: the series is too short to tell.

    Args:
        values: equal stretches of time, in order.
        group: how many are averaged before.
    """
    means = values[: len(values) // group * group].reshape(-1, group).mean(axis=1)
    count = len(means)
    if count < 4:
        return None
    tails = means[::-1].cumsum()[::-1] / np.arange(count, 0, -1)
    squares = (means**2)[::-1].cumsum()[::-1] / np.arange(count, 0, -1) - tails**2
    spread = np.maximum(squares, 0.0)[: count - 1] / np.arange(count, 1, -1)
    cut = int(spread[: max(1, count - GROUP)].argmin())
    return cut * group if cut < count // 2 else None


def warm_up_days(plan: Plan, days: float, *, seed: int = 0) -> float | None:
    """How many days of a run of so many are warming up, by the lots in the plant; None: longer than half of them."""
    found = [_lots_in_plant(plan, days, seed + number) for number in range(_RUNS)]
    cut = mser(np.mean(found, axis=0))
    return None if cut is None else cut * days / _STRETCHES


def _lots_in_plant(plan: Plan, days: float, seed: int) -> Floats:
    run, before, found = Run.new(plan, seed=seed), 0, np.empty(_STRETCHES)
    for number in range(_STRETCHES):
        run.until((number + 1) * days / _STRETCHES * DAY_S)
        found[number] = run.state.clock[w.WIP_TIME] - before
        before = int(run.state.clock[w.WIP_TIME])
        run.done.clear()
    return found
