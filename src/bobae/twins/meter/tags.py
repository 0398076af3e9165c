"""What the meter shows: fifteen tags, and where in its registers each stands."""

from dataclasses import dataclass

ASSET = "utilities/power/main_meter"


@dataclass(frozen=True)
class MeterTag:
    """One value of the meter.

    Attributes:
        name: as in `plant.yaml`.
        title: language -> what a plant calls it.
        unit: UCUM code.
        low, high: the range that the meter can show.
        area: of its registers, input or holding.
        number: its first register, counted from 0; each value takes two.
        type: float32 (the lower register first), int32 or uint32 (the higher register first).
        scale: the value is what the registers hold times this.
        dead_band: the smallest change worth keeping.
    """

    name: str
    title: dict[str, str]
    unit: str
    low: float
    high: float
    area: str
    number: int
    type: str
    scale: float = 1.0
    dead_band: float = 0.0

    @property
    def address(self) -> str:
        """As the Modbus connector is told it."""
        order = "&order=cdab" if self.type == "float32" else ""
        scale = f"&scale={self.scale:g}" if self.scale != 1 else ""
        return f"1/{self.area}/{self.number}?type={self.type}{order}{scale}"


def _floats(name: str, ko: str, en: str, unit: str, *, span: tuple[float, float], first: int, dead: float) -> MeterTag:
    return MeterTag(name, {"ko": ko, "en": en}, unit, *span, "input", first, "float32", dead_band=dead)


def _watts(name: str, ko: str, en: str, unit: str, *, span: tuple[float, float], first: int) -> MeterTag:
    return MeterTag(name, {"ko": ko, "en": en}, unit, *span, "holding", first, "int32", 0.001, 0.2)


TAGS: tuple[MeterTag, ...] = (
    _floats("voltage_l1", "L1 전압", "Voltage L1", "V", span=(0, 300), first=0, dead=0.2),
    _floats("voltage_l2", "L2 전압", "Voltage L2", "V", span=(0, 300), first=2, dead=0.2),
    _floats("voltage_l3", "L3 전압", "Voltage L3", "V", span=(0, 300), first=4, dead=0.2),
    _floats("current_l1", "L1 전류", "Current L1", "A", span=(0, 1000), first=6, dead=0.5),
    _floats("current_l2", "L2 전류", "Current L2", "A", span=(0, 1000), first=8, dead=0.5),
    _floats("current_l3", "L3 전류", "Current L3", "A", span=(0, 1000), first=10, dead=0.5),
    _floats("frequency", "주파수", "Frequency", "Hz", span=(45, 65), first=12, dead=0.005),
    _floats("power_factor", "역률", "Power factor", "1", span=(-1, 1), first=14, dead=0.002),
    _watts("power_l1", "L1 유효전력", "Active power L1", "kW", span=(0, 300), first=100),
    _watts("power_l2", "L2 유효전력", "Active power L2", "kW", span=(0, 300), first=102),
    _watts("power_l3", "L3 유효전력", "Active power L3", "kW", span=(0, 300), first=104),
    _watts("active_power", "유효전력", "Active power", "kW", span=(0, 900), first=106),
    _watts("reactive_power", "무효전력", "Reactive power", "kV.A", span=(-900, 900), first=108),
    _watts("demand", "15분 수요전력", "Demand of the last 15 minutes", "kW", span=(0, 900), first=110),
    MeterTag("energy", {"ko": "전력량", "en": "Active energy"}, "kW.h", 0, 400_000_000, "holding", 120, "uint32", 0.1),
)
