"""The figures of a plant in words."""

import math
from collections.abc import Iterator, Mapping

from bobae.core import Text, say, text
from bobae.evidence.intervals import Figure
from bobae.simulate.comparing import Comparison
from bobae.simulate.figures import SHARES, Key
from bobae.simulate.study import Study

FIGURES: Mapping[str, Text] = {
    "throughput": text("lots finished a day"),
    "good_pieces": text("good pieces a day"),
    "cycle_time": text("time through the plant"),
    "cycle_time_p95": text("time through the plant, 19 of 20 lots sooner"),
    "flow_factor": text("time through the plant, as a multiple of the work"),
    "on_time": text("lots on time"),
    "wip": text("lots in the plant"),
    "scrapped": text("lots scrapped"),
    "limits_broken": text("queue-time limits broken"),
    "energy": text("energy a day"),
    "revenue": text("revenue a day"),
    "material": text("material a day"),
    "machine_cost": text("machine cost a day"),
    "margin": text("what is left a day"),
    "idle": text("waits for lots"),
    "busy": text("works"),
    "blocked": text("held up by what follows"),
    "closed": text("closed"),
    "maintenance": text("is maintained"),
    "down": text("broken down"),
    "setup": text("of it, is set up"),
    "availability": text("availability (ISO 22400)"),
    "quality": text("quality ratio (ISO 22400)"),
    "oee": text("OEE (ISO 22400)"),
}
METHODS: Mapping[str, Text] = {
    "utilisation": text("busiest"),
    "active_period": text("longest without a break"),
    "turning_point": text("where held up turns to waiting"),
}
PLANT = ("throughput", "good_pieces", "cycle_time", "wip", "on_time", "limits_broken", "energy", "margin")
PRODUCT = ("throughput", "cycle_time", "cycle_time_p95", "flow_factor", "on_time", "scrapped")
MACHINE = ("busy", "setup", "idle", "blocked", "down", "maintenance", "closed", "oee")
_HOURS = frozenset({"cycle_time", "cycle_time_p95"})


def told(key: Key, figure: Figure) -> str:
    """A figure with its interval, as a person reads it."""
    if key.measure in SHARES:
        one, low, high = (f"{value:.1%}" for value in (figure.value, figure.low, figure.high))
    elif key.measure in _HOURS:
        one, low, high = (hours(value) for value in (figure.value, figure.low, figure.high))
    else:
        one, low, high = (short(value) for value in (figure.value, figure.low, figure.high))
    return one if low == high else f"{one} [{low}, {high}]"


def hours(hours: float) -> str:
    """A length of time in the unit that suits it."""
    if not math.isfinite(hours):
        return "-"
    if abs(hours) >= 48.0:
        return say("{n} d", n=short(hours / 24.0))
    return say("{n} h", n=short(hours)) if abs(hours) >= 1.0 else say("{n} min", n=short(hours * 60.0))


def short(value: float) -> str:
    """A number to three places."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def difference(key: Key, figure: Figure) -> str:
    """A difference with its interval; where that holds 0, that there is none to tell."""
    return say("none that can be told") if figure.low <= 0.0 <= figure.high else told(key, figure)


def compared(found: Comparison) -> Iterator[tuple[str, str, str, str]]:
    """What two plants come to, figure by figure: its name, before, after, difference; what neither has is left out."""
    several = len(found.before.plan.products) > 1
    for measure in PLANT:
        for key, (before, after, differs) in found.figures.items():
            of_product = measure in PRODUCT and several
            if key.measure == measure and (key.of == "" or of_product) and (before.value or after.value):
                name = str(FIGURES[measure]) + (f" ({key.of})" if key.of else "")
                yield name, told(key, before), told(key, after), difference(key, differs)


def change(figure: Figure | None) -> str:
    """The same as a share of what was."""
    if figure is None:
        return "-"
    if figure.low <= 0.0 <= figure.high:
        return say("none that can be told")
    return f"{figure.value:+.1%} [{figure.low:+.1%}, {figure.high:+.1%}]"


def busiest_first(found: Study) -> list[str]:
    """The groups, by how much of the time that they are there they work."""

    def used(name: str) -> float:
        busy, idle = (found.figure(Key(measure, name)).value for measure in ("busy", "idle"))
        return busy / (busy + idle) if busy + idle > 0 else 0.0

    return sorted(found.plan.groups, key=lambda name: -used(name))
