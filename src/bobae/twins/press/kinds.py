"""The kinds of faults that the press can have: what each is called, means and shows in, and what to look at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from bobae.core import Text, text
from bobae.twins.press.tags import NAMES, T


class F(IntEnum):
    """Kinds of faults, as the physics numbers them; the last three are of a sensor, not of the machine."""

    PUMP_LEAKAGE = 0
    BEARING_WEAR = 1
    COOLER_FOULING = 2
    FAN_FAILURE = 3
    OIL_LEAK = 4
    PRECHARGE_LOSS = 5
    VALVE_STICKING = 6
    LUBE_BLOCKAGE = 7
    SENSOR_DRIFT = 8
    SENSOR_STUCK = 9
    SENSOR_SILENT = 10


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault.

    Attributes:
        code: its number in the physics.
        what: what it is called in the maintenance log.
        means: what happens in the press.
        look_at: what to look at first.
        tags: those that should show it, clearest first; none for a fault of whichever sensor.
    """

    code: F
    what: Text
    means: Text
    look_at: Text
    tags: tuple[str, ...]

    @property
    def machine(self) -> bool:
        """False where only a sensor is wrong and the press itself is well."""
        return self.code < F.SENSOR_DRIFT


def likely(top_tags: Sequence[str]) -> tuple[FaultKind, ...]:
    """Which kinds of fault fit the tags behind an alarm, best first; those of a sensor where none of the machine does.

    The first tags count most, and most for the kinds that show in them most clearly. Two kinds that show in the same
    tags, as a fouled cooler and a failed fan do, cannot be told apart and stand side by side.

    Example:
        >>> [str(kind.what) for kind in likely(["lube_flow", "bearing_band"])]
        ['lubrication line blocked', 'pump bearing worn']
    """
    fits = {name: _fit(kind.tags, top_tags) for name, kind in KINDS.items()}
    best = sorted((name for name in KINDS if fits[name] > 0.0), key=lambda name: -fits[name])
    return tuple(KINDS[name] for name in best) or tuple(kind for kind in KINDS.values() if not kind.machine)


def _fit(shown_in: tuple[str, ...], top_tags: Sequence[str]) -> float:
    return sum(1.0 / (place + 1) / (shown_in.index(tag) + 1) for place, tag in enumerate(top_tags) if tag in shown_in)


def _kind(code: F, what: Text, means: Text, look_at: Text, tags: tuple[T, ...] = ()) -> FaultKind:
    return FaultKind(code, what, means, look_at, tuple(NAMES[tag] for tag in tags))


KINDS: dict[str, FaultKind] = {
    "pump_leakage": _kind(
        F.PUMP_LEAKAGE,
        text("internal leakage of the main pump"),
        text("oil slips back inside the main pump: it has to deliver more for the same strokes, and they get slower"),
        text("look at the flow in the pump's case drain line and listen to the pump before it gives out"),
        (T.PUMP_FLOW, T.MOTOR_CURRENT, T.CYCLE_TIME, T.ACCUMULATOR_PRESSURE, T.FILTER_DP),
    ),
    "bearing_wear": _kind(
        F.BEARING_WEAR,
        text("pump bearing worn"),
        text("a bearing of the pump is breaking up: slowly at first, then fast"),
        text("listen to the pump at its shaft end, measure the bearing by hand, and have a spare one ready"),
        (T.BEARING_BAND, T.VIBRATION),
    ),
    "cooler_fouling": _kind(
        F.COOLER_FOULING,
        text("oil cooler fouled"),
        text("the oil cooler gives off less heat than it should, and the oil gets hotter"),
        text("look at the fins of the oil cooler and clean them before hot oil wears pump and seals"),
        (T.COOLER_TEMPERATURE, T.OIL_TEMPERATURE),
    ),
    "fan_failure": _kind(
        F.FAN_FAILURE,
        text("cooler fan failed"),
        text("no air moves through the oil cooler, and the oil gets hotter"),
        text("see whether the cooler's fan turns; if not, look at its fuse, motor and thermostat"),
        (T.COOLER_TEMPERATURE, T.OIL_TEMPERATURE),
    ),
    "oil_leak": _kind(
        F.OIL_LEAK,
        text("oil leaking at a hose fitting"),
        text("oil is leaving the circuit, and the level in the tank falls"),
        text("look for oil under the press, at hoses and fittings first, and stop before the pump draws air"),
        (T.OIL_LEVEL,),
    ),
    "precharge_loss": _kind(
        F.PRECHARGE_LOSS,
        text("accumulator has lost its gas pre-charge"),
        text("the accumulator holds too little gas: pressure sags in every stroke, and strokes get slower"),
        text("let the pressure off, measure the accumulator's gas pre-charge, then look at its gas valve and bladder"),
        (T.ACCUMULATOR_PRESSURE, T.CYCLE_TIME),
    ),
    "valve_sticking": _kind(
        F.VALVE_STICKING,
        text("main valve sticking"),
        text("the main valve switches late now and then: strokes take longer, and their force is uneven"),
        text("look at the main valve's spool and coil, and at how clean the oil is"),
        (T.CYCLE_TIME, T.MAIN_PRESSURE, T.TONNAGE),
    ),
    "lube_blockage": _kind(
        F.LUBE_BLOCKAGE,
        text("lubrication line blocked"),
        text("too little lubricant reaches the bearings, and they begin to run dry"),
        text("look at the lubrication line and its filter before the bearing runs hot"),
        (T.LUBE_FLOW, T.BEARING_BAND),
    ),
    "sensor_drift": _kind(
        F.SENSOR_DRIFT,
        text("sensor drifting, machine sound"),
        text("one sensor moves away from what all others say; the press itself is well"),
        text("compare the sensor with a hand-held gauge and set it right"),
    ),
    "sensor_stuck": _kind(
        F.SENSOR_STUCK,
        text("sensor stuck, machine sound"),
        text("one sensor repeats the same value while all else changes; the press itself is well"),
        text("look at the sensor's plug and transmitter, then change the sensor"),
    ),
    "sensor_silent": _kind(
        F.SENSOR_SILENT,
        text("sensor sends nothing, machine sound"),
        text("one sensor sends nothing; the press itself is well"),
        text("look at the sensor's cable, plug and supply"),
    ),
}
