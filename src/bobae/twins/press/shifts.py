"""When the press runs and what it makes: two shifts, breaks, three products, changeovers, the weekend off."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from bobae.core import Ints

DAY_S = 86_400
HOUR_S = 3_600
SEOUL_S = 9 * HOUR_S  # Korea keeps one time all year
NS = 1_000_000_000


class Mode(IntEnum):
    """What the press is doing."""

    OFF = 0  # motor off
    IDLE = 1  # motor on, no strokes: warm-up, break, changeover, short stop
    RUN = 2  # strokes


MODE_WORDS = {"ko": ("정지", "대기", "가동"), "en": ("off", "idle", "run")}  # in the order of `Mode`


@dataclass(frozen=True)
class Recipe:
    """What one product asks of the press.

    Attributes:
        title: language -> the product's name.
        force_kn: pressing force at the end of the stroke.
        cycle_s: time from stroke to stroke.
        stroke_l: oil that one stroke takes.
        die_rise_c: how far the die settles above its surroundings.
    """

    title: dict[str, str]
    force_kn: float
    cycle_s: float
    stroke_l: float
    die_rise_c: float


RECIPES: tuple[Recipe, ...] = (
    Recipe({"ko": "브라켓", "en": "bracket"}, 1400.0, 8.0, 12.0, 42.0),
    Recipe({"ko": "힌지", "en": "hinge"}, 1800.0, 10.0, 18.5, 54.0),
    Recipe({"ko": "커버", "en": "cover"}, 2150.0, 12.5, 27.0, 66.0),
)

_EARLY = (6 * HOUR_S, 14 * HOUR_S)
_LATE = (14 * HOUR_S, 22 * HOUR_S)
_WARM_UP_S = 1_500
_BREAKS = ((600, 10.0), (2_400, 11.75), (600, 16.0), (2_400, 18.25))  # length in s, hour of the day


@dataclass(frozen=True)
class DayPlan:
    """What is planned for one day: from each of `start_s` (seconds after midnight) on, a mode and a product."""

    start_s: Ints
    mode: Ints
    product: Ints

    def at(self, second: Ints) -> tuple[Ints, Ints]:
        """Mode and product at some seconds after midnight, each (rows,)."""
        index = np.searchsorted(self.start_s, second, side="right") - 1
        return self.mode[index], self.product[index]


def shifts(day: int) -> tuple[tuple[int, int], ...]:
    """The shifts of a day (days since 1970-01-01) in seconds after midnight: two on weekdays, one on Saturday."""
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    if weekday == 6:
        return ()
    return (_EARLY,) if weekday == 5 else (_EARLY, _LATE)


def plan_day(seed: int, day: int) -> DayPlan:
    """The plan of one day; the same seed and day give the same plan, whatever was asked before."""
    dice = np.random.default_rng((seed, day, 1))
    worked = shifts(day)
    mode = np.zeros(DAY_S, dtype=np.int8)
    product = np.zeros(DAY_S, dtype=np.int8)
    order = dice.permutation(len(RECIPES))
    for number, (start, end) in enumerate(worked):
        mode[start:end] = Mode.RUN
        half = start + int(dice.integers(9_000, 20_000))
        changeover = int(dice.integers(1_200, 2_100))
        first, second = order[number % 3], order[(number + 1) % 3]
        product[start:half] = first
        product[half:] = second
        mode[half : half + changeover] = Mode.IDLE
    if worked:
        begin = worked[0][0] - _WARM_UP_S + int(dice.integers(-240, 240))
        mode[begin : worked[0][0]] = Mode.IDLE
        product[: worked[0][0]] = order[0]
        mode[worked[-1][1] - int(dice.integers(120, 900)) :] = Mode.OFF
    for length, hour in _BREAKS:
        start = int(hour * HOUR_S) + int(dice.integers(-90, 90))
        paused = mode[start : start + length]
        paused[paused == Mode.RUN] = Mode.IDLE
    return _changes(mode, product)


def _changes(mode: np.ndarray, product: np.ndarray) -> DayPlan:
    changed = np.flatnonzero((np.diff(mode) != 0) | (np.diff(product) != 0)) + 1
    starts = np.concatenate(([0], changed)).astype(np.int64)
    return DayPlan(starts, mode[starts].astype(np.int64), product[starts].astype(np.int64))


class Calendar:
    """Modes and products at any time, day plans made as they are asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._days: dict[int, DayPlan] = {}

    def at(self, time_ns: Ints) -> tuple[Ints, Ints]:
        """Planned mode and product at some times (ns UTC), each (rows,)."""
        local_s = time_ns // NS + SEOUL_S
        days = local_s // DAY_S
        mode = np.empty(len(time_ns), dtype=np.int64)
        product = np.empty(len(time_ns), dtype=np.int64)
        for day in np.unique(days):
            rows = days == day
            plan = self._days.setdefault(int(day), plan_day(self._seed, int(day)))
            mode[rows], product[rows] = plan.at(local_s[rows] - day * DAY_S)
        return mode, product
