"""From what is true on the press to what its PLC logs: noise, ranges, digits, dead bands and sensors gone wrong."""

import math

import numba
import numpy as np

from bobae.core import Floats
from bobae.twins.press.dice import Dice, normal, uniform
from bobae.twins.press.kinds import F
from bobae.twins.press.physics import NEW_FILTER_BAR, STANDBY_BAR, TANK_L, S, viscosity
from bobae.twins.press.shifts import Mode
from bobae.twins.press.tags import TAGS, T

LOST_SHARE = 2e-4  # of all values, lost one by one between PLC and log
MAINS_KV = 0.38
MAGNETISING_A = 22.0

_LOW = np.array([tag.low for tag in TAGS])
_HIGH = np.array([tag.high for tag in TAGS])
_STEPS = np.array([10.0**tag.decimals for tag in TAGS])
_NOISE = np.array([tag.noise for tag in TAGS])
_DEAD = np.array([tag.dead_band for tag in TAGS])


@numba.njit(cache=False)
def truth(s: Floats, mode: int, bad: Floats, true: Floats) -> None:
    """What perfect sensors would read, into `true` (tags,)."""
    on, strokes = mode != Mode.OFF, mode == Mode.RUN
    thick = viscosity(s[S.OIL_C])
    flow_share = s[S.FLOW_LPM] / 110.0
    true[T.MAIN_PRESSURE] = s[S.STROKE_BAR] if strokes else min(STANDBY_BAR, s[S.PUMP_BAR])
    true[T.ACCUMULATOR_PRESSURE] = s[S.ACCUMULATOR_BAR]
    active_a = s[S.MOTOR_KW] / (math.sqrt(3.0) * MAINS_KV * 0.87 * 0.93)
    true[T.MOTOR_CURRENT] = math.sqrt(active_a**2 + MAGNETISING_A**2) if on else 0.0
    true[T.PUMP_FLOW] = s[S.FLOW_LPM]
    true[T.OIL_TEMPERATURE] = s[S.OIL_C]
    true[T.COOLER_TEMPERATURE] = s[S.COOLER_OUT_C]
    true[T.OIL_LEVEL] = 100.0 * s[S.OIL_L] * (1.0 + 7e-4 * (s[S.OIL_C] - 40.0)) / TANK_L
    true[T.FILTER_DP] = NEW_FILTER_BAR * flow_share * thick**0.7 * (1.0 + s[S.CLOGGING])
    _vibration(s, on, flow_share, bad, true)
    true[T.TONNAGE] = s[S.STROKE_KN] if strokes else 0.0
    true[T.DIE_TEMPERATURE] = s[S.DIE_C]
    true[T.CYCLE_TIME] = s[S.STROKE_S] if strokes else 0.0
    thin = 1.0 - 0.10 * (thick - 1.0)
    true[T.LUBE_FLOW] = 2.4 * thin * (1.0 - 0.55 * bad[F.LUBE_BLOCKAGE]) if on else 0.0
    true[T.AMBIENT_TEMPERATURE] = s[S.AMBIENT_C]


@numba.njit(cache=False)
def _vibration(s: Floats, on: bool, flow_share: float, bad: Floats, true: Floats) -> None:
    worn = bad[F.BEARING_WEAR] ** 2  # a spall grows slowly, then fast
    load = s[S.PUMP_BAR] / 130.0
    true[T.VIBRATION] = (0.6 + 0.9 * load + 0.4 * flow_share + 2.4 * worn) * (1.0 + 0.04 * s[S.RATTLE]) if on else 0.05
    dry = 1.0 + 0.6 * bad[F.LUBE_BLOCKAGE]
    band = (1.2 + 0.7 * load) * dry + 5.0 * worn
    true[T.BEARING_BAND] = band * (1.0 + 0.05 * s[S.RATTLE]) if on else 0.08


@numba.njit(cache=False)
def measure(true: Floats, broken: Floats, logged: Floats, dice: Dice, row: Floats) -> None:
    """What is logged, into `row` (tags,).

    `broken` (3, tags) holds drift in the tag's unit, stuck 0/1 and silent 0/1; `logged` keeps each sensor's last value.
    """
    for i in range(len(true)):
        error = _NOISE[i] * (1.0 if true[i] > _LOW[i] else 0.0)
        value = min(_HIGH[i], max(_LOW[i], true[i] + broken[0, i] + error * normal(dice)))
        value = np.rint(value * _STEPS[i]) / _STEPS[i]
        lost = uniform(dice) < LOST_SHARE
        if broken[1, i] == 0.0 and not abs(value - logged[i]) <= _DEAD[i]:
            logged[i] = value
        row[i] = math.nan if lost or broken[2, i] > 0.0 else logged[i]
