"""The world that is replayed: three weeks to learn from and a month to live through, with the truth about both.

The press is the demo's, with fewer faults: eight in the month that maintenance writes down. Besides, the flow meter
reads a little high now and then, and in the night after the tenth day the oil thermometer is replaced by one that shows
a few degrees more; nobody writes either down. Nothing is wrong with the machine then, but an alarm calls somebody for
nothing, and from then on the data are no longer those that the first model learned from.
"""

from dataclasses import dataclass, field

import numpy as np

from bobae.core import Samples, TagRow
from bobae.historian import Store
from bobae.twins import press
from bobae.twins.press.shifts import DAY_S, HOUR_S, MODE_WORDS

NS = 1_000_000_000
DAY_NS = DAY_S * NS
LEARNED_DAYS = 21
ASSET = press.ASSET.partition("/")[2]  # below the plant
THERMOMETER_DAY, THERMOMETER_OFFSET = 10, 5.0
# kind, day, hour it begins, hours until it is fully grown, until it is repaired, severity, sensor, written down
_LEARNED = (
    ("cooler_fouling", 10, 13.5, 4.5, 6.0, 0.9, None, True),
    ("oil_leak", 13, 15.5, 0.3, 3.0, 1.0, None, True),
    ("bearing_wear", 17, 12.5, 5.5, 7.5, 1.0, None, True),
    ("lube_blockage", 19, 8.5, 0.5, 1.5, 0.6, None, True),
    ("valve_sticking", 20, 9.5, 1.0, 3.5, 1.0, None, True),
)
_MONTH = (
    ("pump_leakage", 2, 8.5, 4.0, 6.0, 0.9, None, True),
    ("sensor_drift", 6, 10.0, 1.5, 3.0, 150.0, "tonnage", True),
    ("bearing_wear", 9, 12.5, 5.5, 7.5, 1.1, None, True),
    ("precharge_loss", 13, 15.0, 1.5, 3.0, 1.0, None, True),
    ("valve_sticking", 17, 7.5, 1.0, 3.5, 1.0, None, True),
    ("cooler_fouling", 19, 13.5, 4.5, 6.0, 0.9, None, True),
    ("lube_blockage", 23, 8.5, 0.5, 1.5, 0.6, None, True),
    ("oil_leak", 26, 15.5, 0.3, 3.0, 1.0, None, True),
    # the flow meter reads a little high while the next line draws cooling water: harmless, and nobody writes it down
    *(("sensor_drift", day, 10.5, 0.01, 1.5, 5.0, "pump_flow", False) for day in (3, 5, 7, 10, 14, 16, 20, 24, 27)),
)
_COMES_AFTER_NS = 50_000_000  # a sample is received so long after it was taken


@dataclass(eq=False)
class World:
    """The press day by day, as the historian receives it.

    Args:
        days: of the month.
        seed: of the press.
        step_s: seconds between two rows.
    """

    days: int
    seed: int = 0
    step_s: float = 10.0
    faults: tuple[press.Fault, ...] = field(init=False)

    def __post_init__(self) -> None:
        at = self.month_ns + THERMOMETER_DAY * DAY_NS
        end = self.month_ns + 365 * DAY_NS
        replaced = press.Fault("sensor_drift", at, at + NS, end, THERMOMETER_OFFSET, "oil_temperature", logged=False)
        self.faults = (
            *(_fault(press.START_NS, *planned) for planned in _LEARNED),
            *(_fault(self.month_ns, *planned) for planned in _MONTH if planned[1] <= self.days),
            replaced,
        )
        self._press = press.Press(self.seed, faults=self.faults)
        self.now_ns = press.START_NS

    @property
    def month_ns(self) -> int:
        """Where the month begins."""
        return press.START_NS + LEARNED_DAYS * DAY_NS

    def known(self) -> tuple[press.Fault, ...]:
        """Faults of the machine or of a sensor that maintenance would act on: all but the silent change."""
        return tuple(f for f in self.faults if f.logged)

    def day(self, store: Store, *, language: str = "en") -> None:
        """One day more of the press in the historian, received as it was measured; words are in `language`."""
        rows = self.unseen_day()
        ids = store.writer.tag_ids([*(TagRow(0, f"{ASSET}.{tag.name}", unit=tag.unit) for tag in press.TAGS)])
        words = store.writer.tag_ids([TagRow(0, f"{ASSET}.{name}", "text") for name in ("product", "state")])
        for column, tag in enumerate(ids):
            _append(store, int(tag), rows.time_ns, rows.values[:, column], None)
        products = np.array([recipe.title[language] for recipe in press.RECIPES], dtype=object)[rows.product]
        states = np.array(MODE_WORDS[language], dtype=object)[rows.mode]
        for tag, texts in zip(words, (products, states), strict=True):
            _append(store, int(tag), rows.time_ns, np.full(len(texts), np.nan), texts)

    def unseen_day(self) -> press.Rows:
        """One day more of the press, kept by nobody."""
        rows = self._press.run(round(DAY_S / self.step_s), step_s=self.step_s)
        self.now_ns = self._press.time_ns
        return rows


def _fault(
    first_ns: int,
    kind: str,
    day: int,
    hour: float,
    full_h: float,
    end_h: float,
    size: float,
    tag: str | None,
    logged: bool,
) -> press.Fault:
    start = first_ns + (day - 1) * DAY_NS + round(hour * HOUR_S) * NS
    full, end = (start + round(hours * HOUR_S) * NS for hours in (full_h, end_h))
    return press.Fault(kind, start, full, end, size, tag, logged)


def _append(store: Store, tag: int, time_ns: np.ndarray, values: np.ndarray, texts: np.ndarray | None) -> None:
    there = np.ones(len(values), bool) if texts is not None else np.isfinite(values)
    at = time_ns[there]
    samples = Samples.of(
        np.full(len(at), tag),
        at,
        values[there],
        receipt_ns=(at + _COMES_AFTER_NS) // 1_000_000 * 1_000_000,
        text=None if texts is None else texts[there],
    )
    store.writer.append(samples).durable.result()
