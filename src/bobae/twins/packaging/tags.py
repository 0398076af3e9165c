"""What is measured on the packaging line: thirteen tags, and the PackML state in words."""

from dataclasses import dataclass
from enum import IntEnum

ASSET = "packaging/line1/packer1"


class T(IntEnum):
    """Which column of a row of readings holds which tag."""

    SPEED = 0
    GOOD = 1
    REJECTED = 2
    CASES = 3
    FILL_WEIGHT = 4
    FILM_TENSION = 5
    SEAL_TEMPERATURE = 6
    HEATER_DUTY = 7
    INFEED_CURRENT = 8
    FILLER_CURRENT = 9
    BELT_SLIP = 10
    AIR_PRESSURE = 11
    AMBIENT_TEMPERATURE = 12


@dataclass(frozen=True)
class PackagingTag:
    """One sensor or counter of the line.

    Attributes:
        name: as in `plant.yaml`, and of its Sparkplug metric.
        unit: UCUM code.
        high: the highest value that it gives; the lowest is 0.
        lag_s: how long the value takes to follow, as a time constant; 0 for a counter.
        noise: standard deviation of its random error, in its unit.
    """

    name: str
    unit: str
    high: float
    lag_s: float
    noise: float

    @property
    def counts(self) -> bool:
        """Whether it is a counter."""
        return self.lag_s == 0.0


TAGS: tuple[PackagingTag, ...] = (
    PackagingTag("speed", "/min", 120.0, 4.0, 0.3),
    PackagingTag("good_count", "1", 1e9, 0.0, 0.0),
    PackagingTag("reject_count", "1", 1e9, 0.0, 0.0),
    PackagingTag("case_count", "1", 1e9, 0.0, 0.0),
    PackagingTag("fill_weight", "g", 1000.0, 2.0, 0.8),
    PackagingTag("film_tension", "N", 100.0, 1.5, 0.4),
    PackagingTag("seal_temperature", "Cel", 250.0, 25.0, 0.15),
    PackagingTag("heater_duty", "%", 100.0, 8.0, 0.5),
    PackagingTag("infeed_current", "A", 10.0, 1.0, 0.03),
    PackagingTag("filler_current", "A", 20.0, 1.0, 0.05),
    PackagingTag("belt_slip", "%", 50.0, 2.0, 0.15),
    PackagingTag("air_pressure", "bar", 10.0, 5.0, 0.02),
    PackagingTag("ambient_temperature", "Cel", 60.0, 300.0, 0.05),
)
NAMES: tuple[str, ...] = tuple(tag.name for tag in TAGS)


class State(IntEnum):
    """What the line does, a state of PackML (ISA-TR88.00.02)."""

    IDLE = 0  # a break: stopped in order, and warm
    EXECUTE = 1
    SUSPENDED = 2  # nothing comes from before the line
    HELD = 3  # a jam, which somebody clears


# how the line's own panel calls the states
STATES: dict[str, tuple[str, ...]] = {
    "en": ("Idle", "Execute", "Suspended", "Held"),
    "ko": ("대기", "가동", "투입 대기", "일시 정지"),
}
