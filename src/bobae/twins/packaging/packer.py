"""The packaging line itself: infeed, filler, checkweigher and case packer, seeded, stepped, stopped and copied."""

import functools
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bobae.core import Floats, Ints
from bobae.twins.grown_faults import worst
from bobae.twins.packaging.faults import Fault
from bobae.twins.packaging.tags import TAGS, State, T
from bobae.twins.stepped import NS, ends_of_steps

START_NS = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * NS
IN_CASE = 12  # packs
_LONGEST_STEP_S = 120.0
_LAG_S = np.array([max(tag.lag_s, 1e-9) for tag in TAGS])
_NOISE = np.array([tag.noise for tag in TAGS])
_HIGH = np.array([tag.high for tag in TAGS])
_COUNTERS = np.array([tag.counts for tag in TAGS])
# what each state holds, in the order of TAGS; counters hold nothing
_HELD = {
    State.EXECUTE: (80.0, 0.0, 0.0, 0.0, 502.0, 32.0, 152.0, 46.0, 3.2, 6.4, 1.5, 6.1, 24.0),
    State.SUSPENDED: (0.0, 0.0, 0.0, 0.0, 0.0, 24.0, 152.0, 31.0, 2.4, 1.1, 0.8, 6.3, 24.0),
    State.HELD: (0.0, 0.0, 0.0, 0.0, 0.0, 14.0, 152.0, 30.0, 0.0, 0.9, 0.0, 6.3, 24.0),
    State.IDLE: (0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 120.0, 20.0, 0.0, 0.4, 0.0, 6.4, 24.0),
}
_MEAN_S = {State.EXECUTE: 1_200.0, State.SUSPENDED: 60.0, State.HELD: 120.0, State.IDLE: 600.0}
_STOPS, _SHARE = (State.SUSPENDED, State.HELD, State.IDLE), (0.6, 0.3, 0.1)
_REJECTED = 0.004  # of the packs


@dataclass(frozen=True, eq=False)
class Rows:
    """What the line showed.

    Attributes:
        time_ns: end of each step of the model, UTC (rows,).
        values: readings (rows, tags) in the order of `TAGS`.
        state: what the line did, a `State` (rows,).
    """

    time_ns: Ints
    values: Floats
    state: Ints


class Packer:
    """A packaging line that can be stepped; the same seed and steps give the same bytes.

    Attributes:
        time_ns: the line's own time, ns UTC.
        faults: the faults it has or will have.

    Example:
        >>> rows = Packer(seed=1).run(60, step_s=1)
        >>> rows.values.shape, bool(rows.values[-1, T.GOOD] > 50)
        ((60, 13), True)
    """

    def __init__(self, seed: int = 0, *, start_ns: int = START_NS, faults: tuple[Fault, ...] = ()) -> None:
        self._seed, self.faults = seed, faults
        self.time_ns = self._begin_ns = start_ns  # now; when the present state began
        self._number = 0  # of the present state: even ones run, the others are stops
        self._true = np.array(_HELD[State.EXECUTE])

    def inject(self, fault: Fault) -> None:
        """Give it one more fault; its times may lie ahead."""
        self.faults = (*self.faults, fault)

    def step(self, dt_s: float = 1.0) -> Rows:
        """Take the line on by `dt_s` seconds and read its sensors once."""
        return self.run(1, step_s=dt_s)

    def run(self, rows: int, *, step_s: float) -> Rows:
        """Take the line on by so many steps and read its sensors after each.

        Raises:
            BadInput: the step is not within 0.01 s and 120 s.
        """
        times = ends_of_steps(self.time_ns, rows, step_s, longest_s=_LONGEST_STEP_S)
        values, states = np.empty((rows, len(TAGS))), np.empty(rows, dtype=np.int64)
        for row, time_ns in enumerate(times.tolist()):
            values[row], states[row] = self._taken_to(time_ns, step_s)
        return Rows(times, values, states)

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

    def _taken_to(self, time_ns: int, dt_s: float) -> tuple[Floats, State]:
        self.time_ns = time_ns
        chance = np.random.default_rng((self._seed, time_ns // 1000))
        state = self._state_now()
        aging, wear = (worst(self.faults, kind, time_ns) for kind in ("heater_aging", "belt_wear"))
        target = self._target(state, aging, wear)
        followed = self._true + (target - self._true) * (1.0 - np.exp(-dt_s / _LAG_S))
        self._true = np.where(_COUNTERS, self._true, followed)
        self._count(dt_s, aging, chance)
        noise = _NOISE * chance.standard_normal(len(TAGS))
        if self._true[T.SPEED] < 1.0:  # nothing is weighed
            noise[T.FILL_WEIGHT] = 0.0
        noise[T.FILM_TENSION] *= 1.0 + 6.0 * wear  # the film is pulled by jerks
        shown: Floats = np.clip(self._true + noise, 0.0, _HIGH)
        return np.where(_COUNTERS, np.floor(self._true), shown), state

    def _state_now(self) -> State:
        """What the line does now; states that have passed meanwhile are counted."""
        while True:
            state, length_ns = _stretch(self._seed, self._number)
            if self.time_ns < self._begin_ns + length_ns:
                return state
            self._begin_ns += length_ns
            self._number += 1

    def _target(self, state: State, aging: float, wear: float) -> Floats:
        """What the line settles at: the state, the time of day, and what is worn."""
        target = np.array(_HELD[state])
        hours = self.time_ns / (3600 * NS)
        warm = 3.0 * math.cos(2.0 * math.pi * (hours - 6.0) / 24.0)  # warmest at 15:00 in Korea
        target[T.AMBIENT_TEMPERATURE] += warm
        target[T.FILL_WEIGHT] *= 1.0 + 0.002 * math.sin(hours)  # the product's density
        target[T.HEATER_DUTY] *= 1.0 - 0.01 * warm
        target[T.HEATER_DUTY] = min(target[T.HEATER_DUTY] * (1.0 + 0.9 * aging), 85.0)
        target[T.SEAL_TEMPERATURE] -= 8.0 * max(0.0, aging - 0.4)  # by then the controller cannot ask for more
        if target[T.INFEED_CURRENT]:
            target[T.BELT_SLIP] += 9.0 * wear
            target[T.INFEED_CURRENT] *= 1.0 + 0.25 * wear
        target[T.SPEED] *= 1.0 - 0.05 * wear
        return target

    def _count(self, dt_s: float, aging: float, chance: np.random.Generator) -> None:
        """Packs and cases of this step."""
        packs = self._true[T.SPEED] * dt_s / 60.0
        bad = min(packs, float(chance.poisson(packs * (_REJECTED + 0.05 * max(0.0, aging - 0.4)))))
        self._true[T.GOOD] += packs - bad
        self._true[T.REJECTED] += bad
        self._true[T.CASES] = self._true[T.GOOD] / IN_CASE


@functools.lru_cache(1_000)
def _stretch(seed: int, number: int) -> tuple[State, int]:
    """What the line does in its stretch `number`, and for how long in ns."""
    chance = np.random.default_rng((seed, number, 1))
    state = State.EXECUTE if number % 2 == 0 else State(int(chance.choice(_STOPS, p=_SHARE)))
    return state, round(NS * max(10.0, float(chance.exponential(_MEAN_S[state]))))
