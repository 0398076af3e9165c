"""How far the clock of a source is from ours, by what its samples say when they arrive."""

from collections import deque

import numpy as np

from bobae.core import Ints

TOLD_S = 5.0  # networks and sampling explain less than this
_REMEMBERED = 50


class ClockSkew:
    """The median over recent arrivals.

    Example:
        >>> skew = ClockSkew()
        >>> skew.note(np.array([10_000_000_000]), now_ns=18_000_000_000)
        >>> skew.seconds, skew.told, skew.in_source_time(20_000_000_000)
        (8.0, True, 12000000000)
    """

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._seconds: float | None = None  # what they come to; None: to be worked out

    def note(self, time_ns: Ints, *, now_ns: int) -> None:
        """Samples with these source times have arrived now; not those that tell of an old change."""
        if len(time_ns):
            self._late_s.append((now_ns - int(np.sort(time_ns)[len(time_ns) // 2])) / 1e9)
            self._seconds = None

    @property
    def seconds(self) -> float | None:
        """How far the source is behind, the way here included; below zero: ahead; None: nothing is known."""
        if self._seconds is None and self._late_s:
            self._seconds = sorted(self._late_s)[len(self._late_s) // 2]
        return self._seconds

    @property
    def told(self) -> bool:
        """Whether it is so much that a person must know."""
        return abs(self.seconds or 0.0) > TOLD_S

    def in_source_time(self, our_ns: int) -> int:
        """What the source's clock showed when ours showed `our_ns`; the same where they agree."""
        return our_ns - round((self.seconds or 0.0) * 1e9) if self.told else our_ns
