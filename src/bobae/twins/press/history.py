"""Weeks of a press in a moment: what its PLC logged, and the truth about its faults."""

from dataclasses import dataclass, replace

import numpy as np

from bobae.core import BadInput, Bools, Floats, Ints, Text, text
from bobae.twins.press.faults import Fault, planned, planned_on
from bobae.twins.press.press import START_NS, Press, Rows
from bobae.twins.press.shifts import DAY_S, NS, SEOUL_S, shifts
from bobae.twins.press.tags import NAMES

_DAY_NS = DAY_S * NS
_MIN_TO_CHANGE_S = 1_800


@dataclass(frozen=True)
class Event:
    """One entry of the maintenance log; times are ns UTC, `kind` is 'fault', 'sensor' or 'maintenance'."""

    start_ns: int
    end_ns: int
    kind: str
    what: Text


@dataclass(frozen=True, eq=False)
class History:
    """What was logged, and the ground truth.

    Attributes:
        rows: every step of the press.
        faults: all faults within, those that nobody wrote down too.
        changed_ns: when the oil filter was changed.
        ahead_ns: how far these times are ahead of the press's own calendar.
    """

    rows: Rows
    faults: tuple[Fault, ...]
    changed_ns: tuple[int, ...] = ()
    ahead_ns: int = 0

    def __len__(self) -> int:
        return len(self.rows.time_ns)

    def column(self, name: str) -> Floats:
        """The readings of one tag (rows,)."""
        return self.rows.values[:, NAMES.index(name)]

    def during(self, fault: Fault) -> Bools:
        """Where a fault was present (rows,)."""
        return (self.rows.time_ns >= fault.start_ns) & (self.rows.time_ns < fault.end_ns)

    def marked(self) -> Bools:
        """The label a plant would write beside its rows: within a fault of the maintenance log (rows,)."""
        time = self.rows.time_ns
        marks = [(time >= f.start_ns) & (time < f.written_off_ns) for f in self.faults if f.logged]
        return np.logical_or.reduce(marks) if marks else np.zeros(len(self), dtype=np.bool_)

    def shifted(self, by_ns: int) -> "History":
        """The same, so much later; without the faults and changes that lie before the first row or after the last."""
        first, last = self.rows.time_ns[[0, -1]]
        return History(
            self.rows.shifted(by_ns),
            tuple(f.shifted(by_ns) for f in self.faults if f.written_off_ns > first and f.start_ns < last),
            tuple(at + by_ns for at in self.changed_ns if first < at < last),
            self.ahead_ns + by_ns,
        )

    @property
    def calendar_ns(self) -> Ints:
        """The time of each row in the press's own calendar (rows,)."""
        return self.rows.time_ns - self.ahead_ns

    def events(self) -> tuple[Event, ...]:
        """The maintenance log in time order."""
        kinds = {True: "fault", False: "sensor"}
        found = [Event(f.start_ns, f.written_off_ns, kinds[f.machine], f.what) for f in self.faults if f.logged]
        found += [
            Event(at, at + _MIN_TO_CHANGE_S * NS, "maintenance", text("oil filter element changed"))
            for at in self.changed_ns
        ]
        return tuple(sorted(found, key=lambda event: event.start_ns))


def history(days: int = 14, step_s: float = 10.0, seed: int = 0) -> History:
    """So many days of the press, from Sunday 1 March 2026 on; the first week holds no fault of the machine.

    Example:
        >>> past = history(days=1, step_s=60, seed=1)
        >>> len(past), past.faults
        (1440, ())
    """
    return history_and_new_day(days, step_s, seed)[0]


def history_and_new_day(days: int, step_s: float, seed: int) -> tuple[History, History]:
    """The history, and the first full working day after it, with one fault, by the same press.

    Raises:
        BadInput: there is not one whole day, or the step is too long for the physics or no part of a day.
    """
    if days < 1 or DAY_S % step_s:
        raise BadInput(
            "a history needs one day or more and a step that goes evenly into a day; got {days} days, {step} s",
            days=days,
            step=step_s,
        )
    press = Press(seed, faults=planned(START_NS, days, seed))
    past = days_of(press, days, step_s)
    while len(shifts(_local_day(press.time_ns))) < 2:
        days_of(press, 1, step_s)
    fault = planned_on(press.time_ns, seed)
    press.inject(fault)
    return past, replace(days_of(press, 1, step_s), faults=(fault,))


def days_of(press: Press, days: int, step_s: float, *, every: int = 1) -> History:
    """The next days of a press, of whose steps only each `every`-th was logged."""
    parts, changed = [], []
    for _ in range(days):
        before = press.filter_changed_ns
        parts.append(press.run(round(DAY_S / step_s), step_s=step_s).part(slice(every - 1, None, every)))
        if press.filter_changed_ns != before:
            changed.append(press.filter_changed_ns)
    return History(Rows.joined(parts), press.faults, tuple(changed))


def _local_day(time_ns: int) -> int:
    return (time_ns // NS + SEOUL_S) // DAY_S
