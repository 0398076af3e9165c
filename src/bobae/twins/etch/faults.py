"""What goes wrong on the etch tool, with the truth: when it begins, how it grows, which tags should show it."""

import numpy as np

from bobae.core import Floats
from bobae.twins.etch.tags import T
from bobae.twins.grown_faults import GrownFault

KINDS: dict[str, tuple[str, ...]] = {
    # the controller reads too much, so that less CF4 flows: the valve closes to hold the pressure, the etch gets slower
    "mfc_drift": ("throttle_position", "bias_voltage", "endpoint_signal"),
    # the match hunts: power comes back, in bursts
    "match_trouble": ("rf_reflected", "match_position", "rf_forward"),
}


class Fault(GrownFault):
    """One fault of the etch tool."""

    kinds = KINDS


def hunting(values: Floats, share: Floats, chance: Floats) -> None:
    """Match trouble in readings (rows, tags): bursts of reflected power, taken from the forward power.

    Args:
        values: changed in place.
        share: how far it is there (rows,).
        chance: two standard normal numbers (rows, 2).
    """
    burst = share * np.minimum(1.0, 0.35 + 0.4 * np.abs(chance[:, 0]))
    back = 0.22 * burst * values[:, T.FORWARD]
    values[:, T.REFLECTED] += back
    values[:, T.FORWARD] -= 0.3 * back
    values[:, T.BIAS] *= 1.0 - 0.1 * burst
    values[:, T.MATCH] += 6.0 * share * chance[:, 1]
