"""What is measured on the etch tool: thirteen status variables, and the words that say what it works on."""

from dataclasses import dataclass
from enum import IntEnum

ASSET = "fab/etch/etcher1"


class T(IntEnum):
    """Which column of a row of readings holds which tag."""

    PRESSURE = 0
    THROTTLE = 1
    FORWARD = 2
    REFLECTED = 3
    BIAS = 4
    MATCH = 5
    CF4 = 6
    ARGON = 7
    OXYGEN = 8
    ESC_TEMPERATURE = 9
    ESC_VOLTAGE = 10
    HELIUM = 11
    ENDPOINT = 12


@dataclass(frozen=True)
class EtchTag:
    """One status variable of the tool.

    Attributes:
        name: as in `plant.yaml`.
        variable: its id (SVID).
        title: as the tool lists it.
        unit: UCUM code.
        high: the highest value the sensor gives; the lowest is 0.
        lag_s: how long the value takes to follow, as a time constant.
        noise: standard deviation of its random error, in its unit.
    """

    name: str
    variable: int
    title: str
    unit: str
    high: float
    lag_s: float
    noise: float


TAGS: tuple[EtchTag, ...] = (
    EtchTag("chamber_pressure", 2001, "ChamberPressure", "Pa", 200.0, 1.5, 0.02),
    EtchTag("throttle_position", 2002, "ThrottleValve", "%", 100.0, 1.0, 0.15),
    EtchTag("rf_forward", 2003, "RFForwardPower", "W", 2000.0, 0.4, 2.0),
    EtchTag("rf_reflected", 2004, "RFReflectedPower", "W", 500.0, 0.4, 0.4),
    EtchTag("bias_voltage", 2005, "BiasVoltage", "V", 1000.0, 0.6, 1.5),
    EtchTag("match_position", 2006, "MatchCapacitor", "%", 100.0, 0.8, 0.1),
    EtchTag("cf4_flow", 2007, "CF4Flow", "mL/min", 200.0, 0.7, 0.12),
    EtchTag("argon_flow", 2008, "ArFlow", "mL/min", 500.0, 0.7, 0.25),
    EtchTag("oxygen_flow", 2009, "O2Flow", "mL/min", 100.0, 0.7, 0.08),
    EtchTag("esc_temperature", 2010, "ESCTemperature", "Cel", 120.0, 12.0, 0.05),
    EtchTag("esc_voltage", 2011, "ESCVoltage", "V", 3000.0, 0.5, 2.0),
    EtchTag("helium_pressure", 2012, "BacksideHelium", "Pa", 4000.0, 1.2, 3.0),
    EtchTag("endpoint_signal", 2013, "EndpointSignal", "1", 5.0, 0.8, 0.01),
)
NAMES: tuple[str, ...] = tuple(tag.name for tag in TAGS)


class Step(IntEnum):
    """What the tool does; in this order for each wafer."""

    TRANSFER = 0
    PUMP_DOWN = 1
    STRIKE = 2
    MAIN_ETCH = 3
    OVER_ETCH = 4
    PURGE = 5


# how the tool's own log calls the steps, and a plant that speaks Korean
STEPS: dict[str, tuple[str, ...]] = {
    "en": ("transfer", "pump down", "strike", "main etch", "over etch", "purge"),
    "ko": ("반송", "배기", "점화", "본식각", "과식각", "퍼지"),
}
SECONDS = (8.0, 8.0, 3.0, 26.0, 8.0, 7.0)  # of each step; the main etch ends at its endpoint
WAFERS = 25  # in a lot
PAUSE_S = 60.0  # between lots
RECIPES = ("OX-ETCH-A", "OX-ETCH-B")
