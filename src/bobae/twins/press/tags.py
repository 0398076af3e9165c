"""What is measured on the press: fifteen tags, what each sensor can tell, and how a plant would name it."""

from dataclasses import dataclass
from enum import IntEnum

ASSET = "busan/press_shop/line1/press1"


class T(IntEnum):
    """Which column of a row of readings holds which tag."""

    MAIN_PRESSURE = 0
    ACCUMULATOR_PRESSURE = 1
    MOTOR_CURRENT = 2
    PUMP_FLOW = 3
    OIL_TEMPERATURE = 4
    COOLER_TEMPERATURE = 5
    OIL_LEVEL = 6
    FILTER_DP = 7
    VIBRATION = 8
    BEARING_BAND = 9
    TONNAGE = 10
    DIE_TEMPERATURE = 11
    CYCLE_TIME = 12
    LUBE_FLOW = 13
    AMBIENT_TEMPERATURE = 14


@dataclass(frozen=True)
class PressTag:
    """One sensor of the press.

    Attributes:
        name: as in `plant.yaml` and over OPC UA.
        title: language -> the words a plant writes over the column.
        unit: UCUM code.
        low: the lowest value the sensor gives.
        high: the highest value the sensor gives.
        decimals: digits after the point that it logs.
        noise: standard deviation of its random error, in its unit.
        dead_band: a change up to this much is not logged; the last value is repeated.
    """

    name: str
    title: dict[str, str]
    unit: str
    low: float
    high: float
    decimals: int
    noise: float
    dead_band: float = 0.0

    def header(self, language: str) -> str:
        """The column header in a file, e.g. '유온[℃]' or 'Oil temperature [°C]'."""
        if language == "ko":
            return f"{self.title['ko']}[{'℃' if self.unit == 'Cel' else self.unit}]"
        return f"{self.title['en']} [{'°C' if self.unit == 'Cel' else self.unit}]"


def _tag(
    name: str, ko: str, en: str, unit: str, *, span: tuple[float, float], decimals: int, noise: float, dead: float = 0.0
) -> PressTag:
    return PressTag(name, {"ko": ko, "en": en}, unit, *span, decimals, noise, dead)


HOT = (-20, 150)  # the thermocouples of this press

TAGS: tuple[PressTag, ...] = (
    _tag("main_pressure", "주압력", "Main pressure", "bar", span=(0, 350), decimals=1, noise=0.5),
    _tag("accumulator_pressure", "축압기압력", "Accumulator pressure", "bar", span=(0, 250), decimals=1, noise=0.6),
    _tag("motor_current", "펌프전류", "Pump motor current", "A", span=(0, 160), decimals=1, noise=0.4),
    _tag("pump_flow", "펌프유량", "Pump flow", "L/min", span=(0, 300), decimals=1, noise=0.9),
    _tag("oil_temperature", "작동유온도", "Oil temperature", "Cel", span=HOT, decimals=1, noise=0.1),
    _tag("cooler_temperature", "냉각기출구온도", "Cooler outlet temperature", "Cel", span=HOT, decimals=1, noise=0.2),
    _tag("oil_level", "유면", "Oil level", "%", span=(0, 100), decimals=1, noise=0.12, dead=0.1),
    _tag("filter_dp", "필터차압", "Filter differential pressure", "bar", span=(0, 6), decimals=2, noise=0.012),
    _tag("vibration", "펌프진동", "Pump vibration", "mm/s", span=(0, 25), decimals=2, noise=0.02),
    _tag("bearing_band", "베어링진동", "Bearing band vibration", "m/s2", span=(0, 50), decimals=2, noise=0.03),
    _tag("tonnage", "가압력", "Press force", "kN", span=(0, 3000), decimals=0, noise=5.0),
    _tag("die_temperature", "금형온도", "Die temperature", "Cel", span=HOT, decimals=1, noise=0.2, dead=0.2),
    _tag("cycle_time", "사이클타임", "Cycle time", "s", span=(0, 60), decimals=2, noise=0.02),
    _tag("lube_flow", "윤활유량", "Lubrication flow", "L/min", span=(0, 6), decimals=2, noise=0.015),
    _tag("ambient_temperature", "주위온도", "Ambient temperature", "Cel", span=HOT, decimals=1, noise=0.1, dead=0.2),
)  # fmt: skip

NAMES: tuple[str, ...] = tuple(tag.name for tag in TAGS)

# what the PLC tells in words, and how a plant would name it: what is made, and what the press is doing
WORDS: dict[str, dict[str, str]] = {
    "product": {"ko": "제품", "en": "product"},
    "state": {"ko": "운전상태", "en": "state"},
}
