"""What is worth telling: the first value, then each change beyond the dead band, of the value, its status or text."""

from collections.abc import Sequence

import numpy as np

from bobae.core import Floats, Ints, Readings, Statuses, Texts, Wish
from bobae.core.connector import Positions

_UNTOLD = 0xFFFF_FFFF  # no status that there is


class Changes:
    """What was told last of each wish.

    Example:
        >>> changes = Changes([Wish("oil", "1/holding/0", deadband=0.5)])
        >>> at, now, good = np.array([0], dtype=np.int32), np.array([1]), np.zeros(1, dtype=np.uint32)
        >>> [changes.of(at, now, np.array([v]), good) is not None for v in (20.0, 20.4, 21.0)]
        [True, False, True]
    """

    def __init__(self, wishes: Sequence[Wish]) -> None:
        rows = len(wishes)
        self._band = np.array([wish.deadband or 0.0 for wish in wishes])
        self._value = np.full(rows, np.nan)
        self._status = np.full(rows, _UNTOLD, dtype=np.uint32)
        self._text = np.full(rows, None, dtype=object)

    def of(
        self, where: Positions, time_ns: Ints, value: Floats, status: Statuses, text: Texts | None = None
    ) -> Readings | None:
        """What of it is to be told; None: nothing.

        Args:
            where: which wishes were read.
            time_ns: when, ns UTC.
            value: NaN where there is no number.
            status: OPC UA status codes.
            text: strings or None; None: none of the wishes is a text.
        """
        before = self._value[where]
        changed = np.abs(value - before) > self._band[where]  # never so where one of them is no number
        changed |= (status != self._status[where]) | (np.isnan(value) != np.isnan(before))
        if text is not None:
            changed |= text != self._text[where]
        if not changed.any():
            return None
        if not changed.all():
            where, time_ns, value, status = where[changed], time_ns[changed], value[changed], status[changed]
            text = None if text is None else text[changed]
        self._value[where], self._status[where] = value, status
        if text is not None:
            self._text[where] = text
        return Readings(where, time_ns, value, status, text)
