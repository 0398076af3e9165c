"""How the model of a machine is taken on: in even steps, no longer than what the model holds for."""

import numpy as np

from bobae.core import BadInput, Ints

NS = 1_000_000_000
SHORTEST_STEP_S = 0.01


def ends_of_steps(time_ns: int, rows: int, step_s: float, *, longest_s: float) -> Ints:
    """When each of the next steps ends (rows,), ns UTC.

    Args:
        time_ns: where the model is now.
        rows: how many steps.
        step_s: length of each.
        longest_s: what the model can be stepped by, at most.

    Raises:
        BadInput: the step is shorter than 0.01 s or longer than that.

    Example:
        >>> ends_of_steps(0, 2, 0.5, longest_s=120.0).tolist()
        [500000000, 1000000000]
    """
    if not SHORTEST_STEP_S <= step_s <= longest_s:
        raise BadInput(
            "a step of {step} s is outside what this twin can be stepped by: {shortest} s to {longest} s",
            step=step_s,
            shortest=SHORTEST_STEP_S,
            longest=longest_s,
        )
    return time_ns + np.arange(1, rows + 1, dtype=np.int64) * round(step_s * NS)
