"""A plasma etch tool as a small model: wafers through the steps of a recipe, seeded, steppable, with ground truth."""

from bobae.twins.etch.etcher import START_NS, Etcher, Rows
from bobae.twins.etch.faults import KINDS, Fault
from bobae.twins.etch.plant import live_part
from bobae.twins.etch.tags import ASSET, NAMES, STEPS, TAGS, EtchTag, Step

TWIN = Etcher  # what a twin's plugin is asked for: a function of a seed

__all__ = [
    "ASSET",
    "KINDS",
    "NAMES",
    "START_NS",
    "STEPS",
    "TAGS",
    "TWIN",
    "EtchTag",
    "Etcher",
    "Fault",
    "Rows",
    "Step",
    "live_part",
]
