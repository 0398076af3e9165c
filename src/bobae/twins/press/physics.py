"""The physics of a 2,500 kN hydraulic press: oil, heat, strokes and wear, taken on one time step.

Variable pump and 75 kW motor, bladder accumulator, oil cooler behind a thermostat valve. Units: bar, L/min, °C, kW, s.
Pressure times flow is the hydraulic power, p Q / 600 in kW; what the strokes do not use ends as heat in the oil.
"""

import math
from enum import IntEnum

import numba
import numpy as np

from bobae.core import Floats
from bobae.twins.press.dice import Dice, normal, uniform, wander
from bobae.twins.press.kinds import F
from bobae.twins.press.shifts import RECIPES, Mode


class S(IntEnum):
    """Where in the state of the press each quantity stands."""

    OIL_C = 0
    COOLER_OUT_C = 1
    DIE_C = 2
    OIL_L = 3
    ACCUMULATOR_BAR = 4
    CLOGGING = 5  # 0 for a new filter element
    PAUSE_S = 6  # what is left of a short stop
    NEXT_STROKE_S = 7
    STROKE_BAR = 8  # peak of the last stroke
    STROKE_S = 9  # cycle time of the last stroke
    STROKE_KN = 10
    MOTOR_KW = 11  # as the current transformer smooths it
    FLOW_LPM = 12
    PUMP_BAR = 13
    WEATHER = 14  # slow wandering of the weather
    MATERIAL = 15  # sheet thickness and strength
    OPERATOR = 16  # how quickly parts are put in
    RATTLE = 17  # slow part of the vibration
    AMBIENT_C = 18
    FILTER_CHANGED_S = 19  # UTC seconds since 1970, 0 for never


STATES = len(S)
CYLINDER_BAR_PER_KN = 0.1  # 0.1 m2 of piston
HOLD_BAR = 150.0  # where the accumulator is charged to
STANDBY_BAR = 25.0
TANK_L = 1000.0
FULL_L = 800.0
HEAT_KJ_PER_K = 2000.0  # 800 L of oil and the steel around it
TANK_KW_PER_K = 0.10
COOLER_KW_PER_K = 1.2
COOLER_FLOW_KW_PER_K = 1.65  # 60 L/min of oil
NEW_FILTER_BAR = 0.9
CHANGE_FILTER_AT = 0.40
REPAIR_S = 1500.0
GAS_L_BAR = 40.0 * 95.0  # 40 L bladder, pre-charged to 95 bar

_FORCE_KN = np.array([r.force_kn for r in RECIPES])
_CYCLE_S = np.array([r.cycle_s for r in RECIPES])
_STROKE_L = np.array([r.stroke_l for r in RECIPES])
_DIE_RISE_C = np.array([r.die_rise_c for r in RECIPES])


def cold_press() -> Floats:
    """The state of a press that has stood overnight: (STATES,)."""
    state = np.zeros(STATES)
    state[[S.OIL_C, S.COOLER_OUT_C, S.DIE_C, S.AMBIENT_C]] = 24.0, 22.0, 20.0, 19.0
    state[S.OIL_L] = FULL_L
    return state


@numba.njit(cache=False)
def ambient_c(clock_s: float, weather: float) -> float:
    """The hall's temperature: warmest at 15:00, heated on working days; `clock_s` is local seconds since 1970."""
    hour = (clock_s / 3600.0) % 24.0
    weekday = (math.floor(clock_s / 86400.0) + 3) % 7
    heated = 1.5 if weekday < 6 and 6.0 <= hour < 22.0 else 0.0
    return 18.0 + 2.5 * math.cos(2.0 * math.pi * (hour - 15.0) / 24.0) + 0.8 * heated + 1.2 * weather


@numba.njit(cache=False)
def viscosity(oil_c: float) -> float:
    """Of ISO VG 46 oil, as a share of what it is at 50 °C."""
    return math.exp(-0.028 * (oil_c - 50.0))


@numba.njit(cache=False)
def advance(s: Floats, mode: int, product: int, clock_s: float, dt_s: float, bad: Floats, dice: Dice) -> int:
    """Take the press on by `dt_s` in place; `bad` (kinds of faults,) says how bad each is. Returns the mode in fact."""
    s[S.WEATHER] = wander(s[S.WEATHER], dt_s, 108_000.0, dice)
    s[S.AMBIENT_C] += (ambient_c(clock_s, s[S.WEATHER]) - s[S.AMBIENT_C]) * (1.0 - math.exp(-dt_s / 1800.0))
    mode = _short_stop(s, mode, dt_s, dice)
    strokes = _strokes(s, mode, product, dt_s, bad, dice)
    demand_lpm = strokes * _STROKE_L[product] / dt_s * 60.0
    _accumulator(s, mode, product, dt_s, bad)
    shaft_kw, useful_kw = _pump(s, mode, product, demand_lpm, dt_s, bad)
    heat(s, shaft_kw - useful_kw, dt_s, bad)
    busy = strokes * _CYCLE_S[product] / dt_s
    die_target = s[S.AMBIENT_C] + 0.15 * (s[S.OIL_C] - s[S.AMBIENT_C]) + _DIE_RISE_C[product] * busy
    s[S.DIE_C] += (die_target - s[S.DIE_C]) * (1.0 - math.exp(-dt_s / 1500.0))
    s[S.OIL_L] -= (4.0e-4 * busy / 60.0 + bad[F.OIL_LEAK] * 0.30 / 60.0) * dt_s
    s[S.CLOGGING] += 0.06 / 57_600.0 * busy * dt_s
    s[S.RATTLE] = wander(s[S.RATTLE], dt_s, 240.0, dice)
    return mode


@numba.njit(cache=False)
def maintain(s: Floats, repaired: Floats, mode: int, now_s: float) -> None:
    """What the maintenance crew does while the motor is off: top up after a leak, change a filter that is due."""
    if repaired[F.OIL_LEAK] > 0.0:
        s[S.OIL_L] = FULL_L
    if mode == Mode.OFF and s[S.CLOGGING] > CHANGE_FILTER_AT:
        s[S.CLOGGING] = 0.0
        s[S.FILTER_CHANGED_S] = now_s


@numba.njit(cache=False)
def _short_stop(s: Floats, mode: int, dt_s: float, dice: Dice) -> int:
    chance = uniform(dice)
    if mode != Mode.RUN:
        s[S.PAUSE_S] = 0.0
        return mode
    s[S.PAUSE_S] = max(0.0, s[S.PAUSE_S] - dt_s)
    if s[S.PAUSE_S] == 0.0 and chance < 1.0 - math.exp(-1.1 * dt_s / 3600.0):
        s[S.PAUSE_S] = 20.0 - 110.0 * math.log(1.0 - uniform(dice))
    return Mode.IDLE if s[S.PAUSE_S] > 0.0 else Mode.RUN


@numba.njit(cache=False)
def _strokes(s: Floats, mode: int, product: int, dt_s: float, bad: Floats, dice: Dice) -> float:
    """The strokes done in this step, a part of one counted as such so that short steps add up."""
    if mode != Mode.RUN:
        s[S.NEXT_STROKE_S] = 0.0
        return 0.0
    left = dt_s
    done = 0.0
    while left > 0.0:
        if s[S.NEXT_STROKE_S] <= 0.0:
            _stroke(s, product, bad, dice)
        part = min(left, s[S.NEXT_STROKE_S])
        done += part / s[S.STROKE_S]
        s[S.NEXT_STROKE_S] -= part
        left -= part
    return done


@numba.njit(cache=False)
def _stroke(s: Floats, product: int, bad: Floats, dice: Dice) -> None:
    s[S.MATERIAL] = wander(s[S.MATERIAL], 1.0, 60.0, dice)
    s[S.OPERATOR] = wander(s[S.OPERATOR], 1.0, 25.0, dice)
    stuck = 1.0 if uniform(dice) < 0.45 * bad[F.VALVE_STICKING] else 0.0
    slow = 1.0 if bad[F.VALVE_STICKING] > 0.0 else 0.0
    late = stuck * (0.8 - 0.9 * math.log(1.0 - uniform(dice))) + slow * 0.25 * bad[F.VALVE_STICKING]
    force = _FORCE_KN[product] * (1.0 + 0.010 * s[S.MATERIAL] + 0.006 * normal(dice))
    force *= 1.0 - 0.07 * stuck * uniform(dice) - 0.03 * bad[F.PUMP_LEAKAGE]
    approach_bar = max(s[S.ACCUMULATOR_BAR], 60.0)
    cold = 0.30 * max(0.0, viscosity(s[S.OIL_C]) - 1.0)
    weak = 1.8 * max(0.0, 135.0 - approach_bar) / 135.0
    cycle = _CYCLE_S[product] * (1.0 + 0.012 * s[S.OPERATOR]) + cold + weak + 0.5 * bad[F.PUMP_LEAKAGE] + late
    s[S.STROKE_S] = cycle + 0.03 * normal(dice)
    s[S.STROKE_BAR] = force * CYLINDER_BAR_PER_KN
    s[S.STROKE_KN] = force * 0.97
    s[S.NEXT_STROKE_S] = s[S.STROKE_S]


@numba.njit(cache=False)
def _accumulator(s: Floats, mode: int, product: int, dt_s: float, bad: Floats) -> None:
    """The mean pressure of the gas over a stroke, from p V = constant."""
    if mode == Mode.OFF:
        s[S.ACCUMULATOR_BAR] *= math.exp(-dt_s / 90.0)
        return
    gas_c = 0.5 * (s[S.OIL_C] + s[S.AMBIENT_C])
    gas = GAS_L_BAR * (273.0 + gas_c) / 293.0 * (1.0 - 0.6 * bad[F.PRECHARGE_LOSS])
    taken_l = 0.35 * _STROKE_L[product] if mode == Mode.RUN else 0.5
    lowest = gas / (gas / HOLD_BAR + taken_l)
    mean = 0.5 * (HOLD_BAR + lowest) - 6.0 * bad[F.PUMP_LEAKAGE]
    s[S.ACCUMULATOR_BAR] += (mean - s[S.ACCUMULATOR_BAR]) * (1.0 - math.exp(-dt_s / 20.0))


@numba.njit(cache=False)
def leak_lpm(pump_bar: float, oil_c: float, bad: Floats) -> float:
    """Oil that slips back inside the pump: with pressure, with thin oil, with wear."""
    return float(7.0 * pump_bar / 130.0 / viscosity(oil_c) * (1.0 + 5.0 * bad[F.PUMP_LEAKAGE]))


@numba.njit(cache=False)
def _pump(s: Floats, mode: int, product: int, demand_lpm: float, dt_s: float, bad: Floats) -> tuple[float, float]:
    """Shaft power and the part of it that reaches the die, both kW."""
    if mode == Mode.OFF:
        s[S.PUMP_BAR] *= math.exp(-dt_s / 15.0)
        s[S.MOTOR_KW] *= math.exp(-dt_s / 5.0)
        s[S.FLOW_LPM] *= math.exp(-dt_s / 5.0)
        return 0.0, 0.0
    bar = STANDBY_BAR if mode == Mode.IDLE else 70.0 + 0.35 * _FORCE_KN[product] * CYLINDER_BAR_PER_KN
    s[S.PUMP_BAR] += (bar - s[S.PUMP_BAR]) * (1.0 - math.exp(-dt_s / 8.0))
    flow = demand_lpm + 9.0 + leak_lpm(s[S.PUMP_BAR], s[S.OIL_C], bad)
    drag_kw = 2.6 + 1.2 * viscosity(s[S.OIL_C])
    shaft_kw = s[S.PUMP_BAR] * flow / 600.0 / 0.90 + drag_kw
    smoothed = 1.0 - math.exp(-dt_s / 12.0)
    s[S.MOTOR_KW] += (shaft_kw - s[S.MOTOR_KW]) * smoothed
    s[S.FLOW_LPM] += (flow - s[S.FLOW_LPM]) * smoothed
    return shaft_kw, 0.60 * s[S.PUMP_BAR] * demand_lpm / 600.0


@numba.njit(cache=False)
def cooling_kw(oil_c: float, around_c: float, bad: Floats) -> tuple[float, float, float]:
    """Heat the tank gives off, heat the cooler takes, both kW, and the oil temperature behind the cooler."""
    conductance = COOLER_KW_PER_K * (1.0 - 0.75 * bad[F.COOLER_FOULING]) * (1.0 - 0.85 * bad[F.FAN_FAILURE])
    effectiveness = 1.0 - math.exp(-max(conductance, 0.02) / COOLER_FLOW_KW_PER_K)
    valve = min(1.0, max(0.05, (oil_c - 44.0) / 12.0))
    cooler = valve * COOLER_FLOW_KW_PER_K * effectiveness * (oil_c - around_c)
    return TANK_KW_PER_K * (oil_c - around_c), cooler, oil_c - effectiveness * (oil_c - around_c)


@numba.njit(cache=False)
def heat(s: Floats, heat_kw: float, dt_s: float, bad: Floats) -> None:
    """The heat balance of the oil and of what the cooler sends back."""
    tank, cooler, outlet_c = cooling_kw(s[S.OIL_C], s[S.AMBIENT_C], bad)
    running = heat_kw > 0.0
    # without the motor no oil passes the cooler: it cools to the hall by itself
    s[S.OIL_C] += (heat_kw - tank - (cooler if running else 0.0)) / HEAT_KJ_PER_K * dt_s
    target = outlet_c if running else s[S.AMBIENT_C]
    s[S.COOLER_OUT_C] += (target - s[S.COOLER_OUT_C]) * (1.0 - math.exp(-dt_s / (120.0 if running else 2400.0)))
