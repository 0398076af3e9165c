"""A packaging line as a small model: infeed, filler, checkweigher, case packer; seeded, steppable, with its truth."""

from bobae.twins.packaging.faults import KINDS, Fault
from bobae.twins.packaging.packer import START_NS, Packer, Rows
from bobae.twins.packaging.plant import live_part
from bobae.twins.packaging.tags import ASSET, NAMES, STATES, TAGS, PackagingTag, State

TWIN = Packer  # what a twin's plugin is asked for: a function of a seed

__all__ = [
    "ASSET",
    "KINDS",
    "NAMES",
    "START_NS",
    "STATES",
    "TAGS",
    "TWIN",
    "Fault",
    "PackagingTag",
    "Packer",
    "Rows",
    "State",
    "live_part",
]
