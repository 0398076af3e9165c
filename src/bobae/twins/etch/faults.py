"""What goes wrong on the etch tool, with the truth: when it begins, how it grows, which tags should show it."""

from dataclasses import dataclass

import numpy as np

from bobae.core import BadInput, Floats
from bobae.twins.etch.tags import T

KINDS: dict[str, tuple[str, ...]] = {
    # the controller reads too much, so that less CF4 flows: the valve closes to hold the pressure, the etch gets slower
    "mfc_drift": ("throttle_position", "bias_voltage", "endpoint_signal"),
    # the match hunts: power comes back, in bursts
    "match_trouble": ("rf_reflected", "match_position", "rf_forward"),
}


@dataclass(frozen=True)
class Fault:
    """One fault: from nothing at `start_ns` to all of `severity` at `full_ns`, until `end_ns` (repaired).

    Attributes:
        kind: one of `KINDS`.
        start_ns: its first effect, ns UTC.
        full_ns: when it is fully there.
        end_ns: when it is repaired.
        severity: 1.0 is plain; less is harder to see.
    """

    kind: str
    start_ns: int
    full_ns: int
    end_ns: int
    severity: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.start_ns <= self.full_ns <= self.end_ns:
            raise BadInput(
                "there is no fault {kind!r} from {start} over {full} to {end}; kinds are {kinds}, times rise",
                kind=self.kind,
                start=self.start_ns,
                full=self.full_ns,
                end=self.end_ns,
                kinds=", ".join(KINDS),
            )

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags that should show it."""
        return KINDS[self.kind]

    def at(self, time_ns: int) -> float:
        """How far it is there at a time, 0 to `severity`."""
        if not self.start_ns <= time_ns < self.end_ns:
            return 0.0
        grown = (time_ns - self.start_ns) / max(self.full_ns - self.start_ns, 1)
        return self.severity * min(1.0, grown)


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
