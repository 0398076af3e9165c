"""A press that keeps up with the wall clock, second by second, and with what it missed while nobody stepped it."""

from bobae.twins.press.faults import Fault
from bobae.twins.press.press import Rows
from bobae.twins.press.shifts import DAY_S, HOUR_S, NS
from bobae.twins.press.snapshot import Snapshot

REPAIRED_AFTER_S = 4 * HOUR_S
MOST_MISSED_S = DAY_S


class ClockedPress:
    """A live press; all its times are wall times, ns UTC.

    Example:
        >>> from bobae.twins.press import Press
        >>> live = ClockedPress(Snapshot.of(Press(1), seed=1, ahead_ns=0))
        >>> rows = live.until(live.time_ns + 3_500_000_000)
        >>> len(rows.time_ns)
        3
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._press = snapshot.press()
        self._seed = snapshot.seed
        self._ahead_ns = snapshot.ahead_ns

    @property
    def time_ns(self) -> int:
        """How far it has come."""
        return self._press.time_ns + self._ahead_ns

    def until(self, now_ns: int) -> Rows:
        """One row for each whole second that has passed; none where the clock went back.

        After more than a day without a step the press is taken to have stood still but for that last day.
        """
        missed_s = max(0, now_ns - self.time_ns) // NS
        stood_s = max(0, missed_s - MOST_MISSED_S)
        self._ahead_ns += stood_s * NS
        return self._press.run(missed_s - stood_s, step_s=1.0).shifted(self._ahead_ns)

    def break_down(self, kind: str, *, after_s: float, grows_s: float) -> Fault:
        """Begin a fault of the machine, to be repaired after four hours, unless it has that one already.

        Args:
            kind: a name in `KINDS`.
            after_s: from now to its beginning.
            grows_s: from its beginning until it is fully grown.

        Returns:
            The fault as it is to be.

        Raises:
            UnknownName: the press has no such fault, or it is one of a sensor.
        """
        now_ns = self._press.time_ns
        for fault in self._press.faults:
            if fault.kind == kind and fault.end_ns > now_ns:
                return fault.shifted(self._ahead_ns)
        start_ns = now_ns + round(after_s * NS)
        full_ns = start_ns + round(grows_s * NS)
        fault = Fault(kind, start_ns, full_ns, full_ns + REPAIRED_AFTER_S * NS)
        self._press.inject(fault)
        return fault.shifted(self._ahead_ns)

    def snapshot(self) -> Snapshot:
        """As it is now."""
        return Snapshot.of(self._press, seed=self._seed, ahead_ns=self._ahead_ns)
