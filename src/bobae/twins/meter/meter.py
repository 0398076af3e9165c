"""The meter itself: seeded, stepped, stopped, copied; it counts energy and remembers the demand."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bobae.core import Floats, Ints
from bobae.twins.meter.faults import Fault
from bobae.twins.meter.load import DAY_S, HOUR_S, NS, SEOUL_S, Load
from bobae.twins.stepped import ends_of_steps

START_NS = int(datetime(2026, 3, 1, 15, tzinfo=UTC).timestamp()) * NS  # Monday 2 March 2026, 00:00 in Busan
_LONGEST_STEP_S = 900.0
_DEMAND_S = 900.0
_WEEK_KWH = 18_000.0  # about what the plant draws in a week
_INSTALLED_S = 1_704_067_200  # Monday 1 January 2024: since when a live meter has counted


@dataclass(frozen=True, eq=False)
class Rows:
    """What the meter showed.

    Attributes:
        time_ns: end of each step, UTC (rows,).
        values: readings (rows, tags) in the order of `TAGS`.
    """

    time_ns: Ints
    values: Floats


class Meter:
    """An energy meter at the mains of a small plant; the same seed and steps give the same bytes.

    Args:
        seed: of the plant behind it.
        start_ns: its time at first, ns UTC.
        faults: what goes wrong in the plant, and when.
        energy_kwh: what its counter shows at first.

    Attributes:
        time_ns: the meter's own time, ns UTC.
        faults: what is or will be wrong in the plant.

    Example:
        >>> meter = Meter(seed=1)
        >>> meter.run(3, step_s=10).values.shape
        (3, 15)
    """

    def __init__(
        self, seed: int = 0, *, start_ns: int = START_NS, faults: tuple[Fault, ...] = (), energy_kwh: float = 184_000.0
    ) -> None:
        self._load = Load(seed)
        self.time_ns = start_ns
        self.faults = faults
        self._energy_kwh = energy_kwh
        self._demand_kw = float(self._load.powers(np.array([start_ns]), faults).sum())

    @classmethod
    def at(cls, now_ns: int, seed: int) -> "Meter":
        """The meter of a plant that has run for years, at `now_ns`.

        What it has counted is worked out from this week in steps of a minute: one that is made again later may begin
        a few kWh off where the one before would stand.
        """
        weeks = (now_ns // NS + SEOUL_S - _INSTALLED_S) // (7 * DAY_S)
        monday_s = _INSTALLED_S + weeks * 7 * DAY_S - SEOUL_S
        meter = cls(seed, start_ns=monday_s * NS, energy_kwh=max(weeks, 0) * _WEEK_KWH)
        for step_s in (60, 1):
            meter.run((now_ns - meter.time_ns) // (step_s * NS), step_s=step_s)
        return meter

    def inject(self, fault: Fault) -> None:
        """Have one more thing go wrong; its times may lie ahead."""
        self.faults = (*self.faults, fault)

    def step(self, dt_s: float = 1.0) -> Rows:
        """Take it on by `dt_s` seconds and read it once."""
        return self.run(1, step_s=dt_s)

    def run(self, rows: int, *, step_s: float) -> Rows:
        """Take it on by so many steps and read it after each.

        Raises:
            BadInput: the step is not within 0.01 s and 900 s.
        """
        time_ns = ends_of_steps(self.time_ns, rows, step_s, longest_s=_LONGEST_STEP_S)
        shown = self._load.readings(time_ns, self.faults)
        energy, demand = self._counted(shown[:, 11], step_s)
        self.time_ns += rows * round(step_s * NS)
        return Rows(time_ns, np.column_stack([shown, demand, energy]))

    def snapshot(self) -> dict[str, np.ndarray]:
        """All that it needs to be taken up again, as plain arrays (its faults and seed are the caller's)."""
        return {
            "time_ns": np.array([self.time_ns]),
            "counted": np.array([self._energy_kwh, self._demand_kw]),
        }

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Go back to a snapshot of a meter of the same seed."""
        self.time_ns = int(snapshot["time_ns"][0])
        self._energy_kwh, self._demand_kw = snapshot["counted"].tolist()

    def _counted(self, total_kw: Floats, step_s: float) -> tuple[Floats, Floats]:
        """Energy counted up to each row, and the power of the last quarter of an hour."""
        energy = np.cumsum(np.concatenate([[self._energy_kwh], total_kw * (step_s / HOUR_S)]))[1:]
        follows = 1.0 - math.exp(-step_s / _DEMAND_S)
        demand, now_kw = np.empty(len(total_kw)), self._demand_kw
        for row, kw in enumerate(total_kw.tolist()):
            now_kw += (kw - now_kw) * follows
            demand[row] = now_kw
        if len(energy):
            self._energy_kwh, self._demand_kw = float(energy[-1]), now_kw
        return energy, demand
