"""An energy meter at the mains of a small plant: seeded, steppable, with ground truth."""

from bobae.twins.meter.faults import KINDS, Fault
from bobae.twins.meter.meter import START_NS, Meter, Rows
from bobae.twins.meter.plant import live_part
from bobae.twins.meter.tags import ASSET, TAGS, MeterTag

TWIN = Meter  # what a twin's plugin is asked for: a function of a seed

__all__ = ["ASSET", "KINDS", "START_NS", "TAGS", "TWIN", "Fault", "Meter", "MeterTag", "Rows", "live_part"]
