"""How often somebody may be wrong from one place, in as much memory as was meant."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_PLACES = 10_000


class Tries:
    """Counts what failed from each place; the place that failed longest ago is forgotten first.

    Args:
        free: how many may fail before one has to wait.
        wait_s: how long, from the last one; then all are forgiven.
        clock: seconds that never jump.

    Example:
        >>> tries = Tries(free=1, wait_s=60.0, clock=lambda: 0.0)
        >>> tries.failed("10.0.0.7"), tries.wait_s("10.0.0.7"), tries.wait_s("10.0.0.8")
        (None, 60.0, 0.0)
    """

    def __init__(self, *, free: int = 20, wait_s: float = 300.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._free, self._wait_s, self._clock = free, wait_s, clock
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, place: str) -> float:
        """How long a place has to wait from now on; 0: not at all."""
        with self._lock:
            count, last = self._failed.get(place, (0, 0.0))
        return max(0.0, last + self._wait_s - self._clock()) if count >= self._free else 0.0

    def failed(self, place: str) -> None:
        """Count one."""
        now = self._clock()
        with self._lock:
            count, last = self._failed.pop(place, (0, now))
            self._failed[place] = (1 if now - last >= self._wait_s else count + 1, now)
            if len(self._failed) > _MOST_PLACES:
                self._failed.popitem(last=False)
