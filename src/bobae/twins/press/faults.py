"""What goes wrong with the press, when, and which sensors should show it: the ground truth."""

from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Floats, Text, UnknownName
from bobae.twins.press.kinds import KINDS
from bobae.twins.press.shifts import DAY_S, HOUR_S, NS, SEOUL_S
from bobae.twins.press.tags import NAMES


@dataclass(frozen=True)
class Fault:
    """One fault with its ground truth; times are ns UTC.

    Attributes:
        kind: a name in `KINDS`.
        start_ns: when it begins, still without effect where it grows slowly.
        full_ns: when it is fully grown.
        end_ns: when it has been repaired.
        severity: how bad it is when fully grown; 1.0 is what sends the press to repair; for a drift, in the tag's unit.
        tag: which sensor, for the faults of a sensor.
        logged: whether maintenance noticed and wrote it down.
    """

    kind: str
    start_ns: int
    full_ns: int
    end_ns: int
    severity: float = 1.0
    tag: str | None = None
    logged: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownName.among(
                "the press knows no fault called {name!r}; nearest: {nearest}", name=self.kind, known=KINDS
            )
        if not self.machine and self.tag not in NAMES:
            raise UnknownName.among(
                "the press has no sensor called {name!r}; nearest: {nearest}", name=str(self.tag), known=NAMES
            )

    @property
    def written_off_ns(self) -> int:
        """When the log says it is over: repaired, tried out and handed back to production."""
        return self.end_ns + TRIAL_RUN_S * NS

    def shifted(self, by_ns: int) -> "Fault":
        """The same fault, so much later."""
        times = (self.start_ns, self.full_ns, self.end_ns)
        start_ns, full_ns, end_ns = (at + by_ns for at in times)
        return replace(self, start_ns=start_ns, full_ns=full_ns, end_ns=end_ns)

    @property
    def machine(self) -> bool:
        """False where only a sensor is wrong."""
        return KINDS[self.kind].machine

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that should show it, clearest first."""
        return KINDS[self.kind].tags if self.tag is None else (self.tag,)

    @property
    def what(self) -> Text:
        """What maintenance would write."""
        return KINDS[self.kind].what


def as_rows(faults: tuple[Fault, ...]) -> Floats:
    """The faults as the physics reads them: (faults, 6) of code, start, full and end in s UTC, severity, tag or -1."""
    rows = [
        (
            KINDS[f.kind].code,
            f.start_ns / NS,
            f.full_ns / NS,
            f.end_ns / NS,
            f.severity,
            -1 if f.tag is None else NAMES.index(f.tag),
        )
        for f in faults
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 6)


# Day of the history, hour of the day it starts, hours until fully grown, hours until repaired. Day 1 is a Sunday.
_PLANNED: tuple[tuple[str, int, float, float, float, float, str | None, bool], ...] = (
    ("sensor_stuck", 3, 9.0, 0.01, 0.8, 1.0, "lube_flow", False),
    ("sensor_silent", 4, 11.0, 0.01, 0.7, 1.0, "accumulator_pressure", False),
    ("cooler_fouling", 9, 13.5, 4.5, 6.0, 0.9, None, True),
    ("pump_leakage", 10, 8.5, 4.0, 6.0, 0.9, None, True),
    ("fan_failure", 11, 8.5, 0.1, 1.4, 0.9, None, True),
    ("oil_leak", 11, 15.5, 0.3, 3.0, 1.0, None, True),
    ("valve_sticking", 12, 7.5, 1.0, 3.5, 1.0, None, True),
    ("bearing_wear", 12, 13.5, 6.5, 7.5, 1.1, None, True),
    ("lube_blockage", 13, 8.5, 0.5, 1.5, 0.6, None, True),
    ("precharge_loss", 13, 16.0, 1.5, 3.0, 1.0, None, True),
    ("sensor_drift", 14, 8.0, 1.5, 3.0, 150.0, "tonnage", True),
)
CYCLE_DAYS = 14
TRIAL_RUN_S = 1_800
_NEW_DAY = ("pump_leakage", 13.0, 5.0, 7.0, 0.9)


def planned(start_ns: int, days: int, seed: int) -> tuple[Fault, ...]:
    """The faults of a history of so many days; beyond 14 days the calendar comes round again."""
    dice = np.random.default_rng((seed, 2))
    faults = []
    for turn in range(0, max(days, 1), CYCLE_DAYS):
        for kind, day, hour, full_h, end_h, severity, tag, logged in _PLANNED:
            begin_h = hour + float(dice.uniform(-0.5, 0.5))
            size = severity * float(dice.uniform(0.9, 1.1))
            if turn + day <= days:
                first = _midnight(start_ns, turn + day - 1)
                faults.append(_fault(kind, first, (begin_h, full_h, end_h), size, tag=tag, logged=logged))
    return tuple(faults)


def planned_on(day_start_ns: int, seed: int) -> Fault:
    """The one fault of a new day that starts at midnight `day_start_ns`."""
    kind, hour, full_h, end_h, severity = _NEW_DAY
    shift_h = float(np.random.default_rng((seed, 3)).uniform(-1.0, 1.0))
    return _fault(kind, day_start_ns, (hour + shift_h, full_h, end_h), severity, tag=None, logged=True)


def _fault(
    kind: str, day_ns: int, hours: tuple[float, float, float], severity: float, *, tag: str | None, logged: bool
) -> Fault:
    begin, full, end = hours
    start = day_ns + round(begin * HOUR_S / 300) * 300 * NS  # a log is written to five minutes
    return Fault(
        kind,
        start,
        start + int(full * HOUR_S) * NS,
        start + round(end * HOUR_S / 300) * 300 * NS,
        severity,
        tag,
        logged,
    )


def _midnight(start_ns: int, days: int) -> int:
    local_day = (start_ns // NS + SEOUL_S) // DAY_S + days
    return (local_day * DAY_S - SEOUL_S) * NS
