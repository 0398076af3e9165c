"""How long a plant that starts empty takes to fill: MSER-5.

Of a series of equal stretches the beginning is cut off whose removal makes the standard error of the mean of the rest
smallest (K. P. White, An effective truncation heuristic for bias reduction in simulation output, Simulation 69, 1997;
with groups of five: White, Cobb and Spratt 2000).
"""

import numpy as np

from bobae.core import Floats
from bobae.flow import Plan
from bobae.flow.engine import Run
from bobae.flow.kernel import words as w
from bobae.simulate.figures import DAY_S
from bobae.simulate.study import interval

GROUP = 5
_STRETCHES = 400
_RUNS = 8
_SURE, _MATTERS = 0.99, 0.05  # that it grows, and by which share


def mser(values: Floats, *, group: int = GROUP) -> int:
    """How many values at the beginning are warming up, half of them at the most.

    Args:
        values: equal stretches of time, in order; two groups at least.
        group: how many are averaged before.
    """
    means = values[: len(values) // group * group].reshape(-1, group).mean(axis=1)
    count = len(means)
    tails = means[::-1].cumsum()[::-1] / np.arange(count, 0, -1)
    squares = (means**2)[::-1].cumsum()[::-1] / np.arange(count, 0, -1) - tails**2
    error = np.maximum(squares, 0.0) / np.arange(count, 0, -1)
    return int(error[: max(1, count // 2)].argmin()) * group


def warm_up_days(plan: Plan, days: float, *, seed: int = 0) -> float | None:
    """How many days of a run of so many are warming up, by the lots in the plant; None: it still fills at their end.

    It still fills if there are more lots in the last quarter than in the second, in run after run.
    """
    found = np.array([_lots_in_plant(plan, days, seed + number) for number in range(_RUNS)])
    quarters = found.reshape(_RUNS, 4, -1).mean(axis=2)
    growth = interval(quarters[:, 3] - quarters[:, 1], confidence=_SURE)
    if growth.low > _MATTERS * quarters[:, 1].mean():
        return None
    return mser(found.mean(axis=0)) * days / _STRETCHES


def _lots_in_plant(plan: Plan, days: float, seed: int) -> Floats:
    run, before, found = Run.new(plan, seed=seed), 0, np.empty(_STRETCHES)
    for number in range(_STRETCHES):
        run.until((number + 1) * days / _STRETCHES * DAY_S)
        found[number] = run.state.clock[w.WIP_TIME] - before
        before = int(run.state.clock[w.WIP_TIME])
        run.done.clear()
    return found
