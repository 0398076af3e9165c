"""The etch tool itself: lots of 25 wafers through the steps of a recipe, seeded, stepped, stopped and copied."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bobae.core import Floats, Ints
from bobae.twins.etch.dice import normal_numbers
from bobae.twins.etch.faults import Fault, hunting
from bobae.twins.etch.tags import PAUSE_S, RECIPES, SECONDS, TAGS, WAFERS, Step, T
from bobae.twins.grown_faults import worst
from bobae.twins.stepped import NS, ends_of_steps

START_NS = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * NS
_LONGEST_STEP_S = 120.0
_LAG_S = np.array([tag.lag_s for tag in TAGS])
_NOISE = np.array([tag.noise for tag in TAGS])
_HIGH = np.array([tag.high for tag in TAGS])
# what each step holds, in the order of TAGS; the two recipes differ in CF4 and power
_HELD = np.array(
    [
        (0.5, 90.0, 0.0, 0.0, 0.0, 50.0, 0.0, 0.0, 0.0, 40.0, 0.0, 0.0, 0.1),
        (0.3, 95.0, 0.0, 0.0, 0.0, 50.0, 0.0, 0.0, 0.0, 40.0, 1800.0, 1300.0, 0.1),
        (6.0, 42.0, 300.0, 12.0, 60.0, 55.0, 0.0, 200.0, 5.0, 40.0, 1800.0, 1300.0, 0.4),
        (4.0, 36.0, 900.0, 3.0, 320.0, 61.0, 60.0, 150.0, 8.0, 46.0, 1800.0, 1300.0, 2.6),
        (4.0, 36.0, 700.0, 3.0, 260.0, 60.0, 45.0, 150.0, 8.0, 45.0, 1800.0, 1300.0, 1.1),
        (30.0, 60.0, 0.0, 0.0, 0.0, 50.0, 0.0, 400.0, 0.0, 42.0, 0.0, 0.0, 0.1),
    ]
)


@dataclass(frozen=True, eq=False)
class Rows:
    """What the tool showed.

    Attributes:
        time_ns: end of each step of the model, UTC (rows,).
        values: readings (rows, tags) in the order of `TAGS`.
        wafer: running number of the wafer, from 0; -1 between wafers (rows,).
        step: what the tool did, a `Step` (rows,).
    """

    time_ns: Ints
    values: Floats
    wafer: Ints
    step: Ints

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """The rows of all parts, one after the other."""
        names = ("time_ns", "values", "wafer", "step")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Etcher:
    """A plasma etch tool that can be stepped; the same seed and steps give the same bytes.

    Attributes:
        time_ns: the tool's own time, ns UTC.
        faults: the faults it has or will have.

    Example:
        >>> rows = Etcher(seed=1).run(60, step_s=1)
        >>> rows.values.shape, sorted({int(step) for step in rows.step})
        ((60, 13), [0, 1, 2, 3, 4, 5])
    """

    def __init__(self, seed: int = 0, *, start_ns: int = START_NS, faults: tuple[Fault, ...] = ()) -> None:
        self._seed, self.faults = seed, faults
        self.time_ns = self._begin_ns = start_ns  # now; when the present wafer (or what comes before it) began
        self._number = 0
        self._true = _HELD[Step.TRANSFER].copy()
        self._own = _own_numbers(seed, 0)

    @property
    def wafer(self) -> int:
        """Running number of the wafer that is in the chamber, or comes next."""
        return self._number

    @property
    def recipe(self) -> str:
        """The recipe of the present lot."""
        return RECIPES[self._number // WAFERS % len(RECIPES)]

    @property
    def lot_id(self) -> str:
        """The present lot."""
        return f"LOT{self._number // WAFERS + 1:04d}"

    @property
    def wafer_id(self) -> str:
        """The present wafer."""
        return f"{self.lot_id}.{self._number % WAFERS + 1:02d}"

    def inject(self, fault: Fault) -> None:
        """Give it one more fault; its times may lie ahead."""
        self.faults = (*self.faults, fault)

    def step(self, dt_s: float = 1.0) -> Rows:
        """Take the tool on by `dt_s` seconds and read its sensors once."""
        return self.run(1, step_s=dt_s)

    def run(self, rows: int, *, step_s: float) -> Rows:
        """Take the tool on by so many steps and read its sensors after each.

        Raises:
            BadInput: the step is not within 0.01 s and 120 s.
        """
        times = ends_of_steps(self.time_ns, rows, step_s, longest_s=_LONGEST_STEP_S)
        values, trouble = np.empty((rows, len(TAGS))), np.empty(rows)
        wafers, steps = np.empty(rows, np.int64), np.empty(rows, np.int64)
        follows = 1.0 - np.exp(-step_s / _LAG_S)
        for row, time_ns in enumerate(times.tolist()):
            step = self._taken_to(time_ns, follows)
            values[row], trouble[row] = self._true, worst(self.faults, "match_trouble", time_ns)
            wafers[row], steps[row] = -1 if step == Step.TRANSFER else self._number, step
        chance = normal_numbers(self._seed, times // 1000, len(TAGS) + 2)
        values += _NOISE * chance[:, :-2]
        hunting(values, np.where(values[:, T.FORWARD] > 50.0, trouble, 0.0), chance[:, -2:])
        return Rows(times, np.clip(values, 0.0, _HIGH), wafers, steps)

    def snapshot(self) -> dict[str, np.ndarray]:
        """All that it needs to be taken up again, as plain arrays; faults are not part of it."""
        return {
            "time_ns": np.array([self.time_ns, self._begin_ns]),
            "number": np.array([self._number]),
            "true": self._true.copy(),
        }

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Go back to a snapshot."""
        self.time_ns, self._begin_ns = map(int, snapshot["time_ns"])
        self._number = int(snapshot["number"][0])
        self._true = snapshot["true"].copy()
        self._own = _own_numbers(self._seed, self._number)

    def _taken_to(self, time_ns: int, follows: Floats) -> Step:
        self.time_ns = time_ns
        drift = worst(self.faults, "mfc_drift", time_ns)
        step = self._step_now(drift)
        self._true += (self._target(step, drift) - self._true) * follows
        return step

    def _step_now(self, drift: float) -> Step:
        """What the tool does now; wafers that have passed meanwhile are counted."""
        while True:
            elapsed_s = (self.time_ns - self._begin_ns) / NS
            if self._number and self._number % WAFERS == 0:  # the first of a lot waits for it
                elapsed_s -= PAUSE_S
            for step in Step:
                elapsed_s -= self._seconds(step, drift)
                if elapsed_s < 0.0:
                    return step
            self._begin_ns = self.time_ns - round(elapsed_s * NS)
            self._number += 1
            self._own = _own_numbers(self._seed, self._number)

    def _seconds(self, step: Step, drift: float) -> float:
        if step != Step.MAIN_ETCH:
            return SECONDS[step]
        return SECONDS[step] * (1.0 + 0.03 * self._own[0]) * (1.0 + 0.25 * drift)

    def _target(self, step: Step, drift: float) -> Floats:
        """What the tool holds in a step: the recipe, this wafer, and the chamber's walls since they were cleaned."""
        target: Floats = _HELD[step].copy()
        if self._number // WAFERS % len(RECIPES):
            target[[T.FORWARD, T.BIAS, T.CF4]] *= (1.1, 1.06, 1.25)
        walls = (self._number % WAFERS) / WAFERS
        target[T.MATCH] += 1.2 * walls
        target[T.ESC_TEMPERATURE] += 0.8 * math.tanh((self._number % WAFERS) / 4.0)
        target[T.THROTTLE] += 0.6 * self._own[1]
        target[T.BIAS] *= 1.0 + 0.008 * self._own[2]
        if target[T.CF4]:  # less gas than it says
            target[T.THROTTLE] -= 5.0 * drift
            target[T.BIAS] *= 1.0 + 0.06 * drift
            target[T.ENDPOINT] *= 1.0 - 0.18 * drift
        return target


def _own_numbers(seed: int, wafer: int) -> list[float]:
    """What is different about one wafer: how long its etch takes, its flow, its bias; normal, none beyond 2.5."""
    own: list[float] = np.clip(normal_numbers(seed, np.array([-1 - wafer]), 3)[0], -2.5, 2.5).tolist()
    return own
