"""The press itself: a seeded machine that is stepped, stopped, copied, broken and repaired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.twins.press.dice import Dice, new_dice
from bobae.twins.press.faults import Fault, as_rows
from bobae.twins.press.physics import S, cold_press
from bobae.twins.press.shifts import NS, Calendar
from bobae.twins.press.steps import compiled_steps
from bobae.twins.press.tags import TAGS
from bobae.twins.stepped import ends_of_steps

START_NS = int(datetime(2026, 2, 28, 15, tzinfo=UTC).timestamp()) * NS  # Sunday 1 March 2026, 00:00 in Busan
_LONGEST_STEP_S = 120.0


@dataclass(frozen=True, eq=False)
class Rows:
    """What the PLC logged.

    Attributes:
        time_ns: true end of each step, UTC (rows,).
        values: readings (rows, tags) in the order of `TAGS`, NaN where none came.
        mode: what the press did, a `Mode` (rows,).
        product: position in `RECIPES` (rows,).
    """

    time_ns: Ints
    values: Floats
    mode: Ints
    product: Ints

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """The rows of all parts, one after the other."""
        return cls(
            np.concatenate([p.time_ns for p in parts]),
            np.concatenate([p.values for p in parts]),
            np.concatenate([p.mode for p in parts]),
            np.concatenate([p.product for p in parts]),
        )

    def part(self, chosen: Bools | slice) -> "Rows":
        """Only the chosen rows."""
        return Rows(self.time_ns[chosen], self.values[chosen], self.mode[chosen], self.product[chosen])

    def shifted(self, by_ns: int) -> "Rows":
        """The same rows, so much later."""
        return replace(self, time_ns=self.time_ns + by_ns)


class Press:
    """A hydraulic press of a small press line that can be stepped; the same seed and steps give the same bytes.

    Attributes:
        time_ns: the press's own time, ns UTC.
        faults: the faults it has or will have.

    Example:
        >>> press = Press(seed=1)
        >>> rows = press.run(3, step_s=10)
        >>> rows.values.shape
        (3, 15)
    """

    def __init__(self, seed: int = 0, *, start_ns: int = START_NS, faults: tuple[Fault, ...] = ()) -> None:
        self._seed = seed
        self.time_ns = start_ns
        self.faults = faults
        self._calendar = Calendar(seed)
        self._state = cold_press()
        self._logged = np.full(len(TAGS), np.nan)
        self._dice: Dice = new_dice(seed)

    @property
    def filter_changed_ns(self) -> int:
        """When its oil filter was last changed, ns UTC; 0 for never."""
        return int(self._state[S.FILTER_CHANGED_S]) * NS

    def inject(self, fault: Fault) -> None:
        """Give it one more fault; its times may lie ahead."""
        self.faults = (*self.faults, fault)

    def step(self, dt_s: float = 1.0) -> Rows:
        """Take the press on by `dt_s` seconds and read its sensors once."""
        return self.run(1, step_s=dt_s)

    def run(self, rows: int, *, step_s: float) -> Rows:
        """Take the press on by so many steps and read its sensors after each.

        Raises:
            BadInput: the step is not within 0.01 s and 120 s, where the physics holds.
        """
        time_ns = ends_of_steps(self.time_ns, rows, step_s, longest_s=_LONGEST_STEP_S)
        mode, product = self._calendar.at(time_ns)
        values = np.empty((rows, len(TAGS)))
        clock_s = time_ns / NS
        # a float whatever was given: numba would compile a second time for an int
        step = float(step_s)
        compiled_steps()(
            self._state, self._logged, self._dice, clock_s, step, mode, product, as_rows(self.faults), values
        )
        self.time_ns += rows * round(step_s * NS)
        return Rows(time_ns, values, mode, product)

    def snapshot(self) -> dict[str, np.ndarray]:
        """All that it needs to be taken up again, as plain arrays (its faults and seed are the caller's)."""
        return {
            "time_ns": np.array([self.time_ns]),
            "state": self._state.copy(),
            "logged": self._logged.copy(),
            "dice": self._dice.copy(),
        }

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Go back to a snapshot of a press of the same seed."""
        self.time_ns = int(snapshot["time_ns"][0])
        self._state = snapshot["state"].copy()
        self._logged = snapshot["logged"].copy()
        self._dice = snapshot["dice"].copy()
