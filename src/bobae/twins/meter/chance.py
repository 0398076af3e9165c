"""Chance that depends on seed and time alone: at any time, in any step, a meter of one seed shows the same."""

import numpy as np
import numpy.typing as npt

from bobae.core import Floats, Ints

Bits = npt.NDArray[np.uint64]


class Chance:
    """Random numbers of one stream.

    Args:
        seed: of the meter.
        stream: streams of different numbers know nothing of each other.

    Example:
        >>> early, late = Chance(1, 0), Chance(1, 0)
        >>> bool((early.uniform(np.arange(5)) == late.uniform(np.arange(5))).all())
        True
    """

    def __init__(self, seed: int, stream: int) -> None:
        self._start = np.random.SeedSequence((seed, stream)).generate_state(1, np.uint64)[0]

    def uniform(self, at: Ints) -> Floats:
        """A number in [0, 1) for each whole number: SplitMix64 (Steele, Lea and Flood, 2014)."""
        z: Bits = self._start + at.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) / 2.0**53

    def normal(self, at: Ints) -> Floats:
        """A standard normal number for each whole number (Box and Muller)."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(2 * at)))
        return radius * np.cos(2.0 * np.pi * self.uniform(2 * at + 1))

    def wander(self, at_s: Floats, knot_s: float) -> Floats:
        """A slowly wandering number of standard deviation near 1, with a new aim each `knot_s`."""
        knot = np.floor(at_s / knot_s)
        share = at_s / knot_s - knot
        smooth = share * share * (3.0 - 2.0 * share)
        before, after = self.normal(knot.astype(np.int64)), self.normal(knot.astype(np.int64) + 1)
        return before * (1.0 - smooth) + after * smooth
