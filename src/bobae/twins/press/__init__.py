"""A hydraulic press as a small physical simulation: seeded, steppable, with ground truth."""

from bobae.twins.press.faults import Fault
from bobae.twins.press.files import Written, write_history
from bobae.twins.press.history import Event, History, history, history_and_new_day
from bobae.twins.press.kinds import KINDS, FaultKind, likely
from bobae.twins.press.plant import write_live_plant
from bobae.twins.press.present import history_until
from bobae.twins.press.press import START_NS, Press, Rows
from bobae.twins.press.shifts import RECIPES, Mode
from bobae.twins.press.snapshot import Snapshot
from bobae.twins.press.tags import ASSET, TAGS, PressTag

TWIN = Press  # what a twin's plugin is asked for: a function of a seed

__all__ = [
    "ASSET",
    "KINDS",
    "RECIPES",
    "START_NS",
    "TAGS",
    "TWIN",
    "Event",
    "Fault",
    "FaultKind",
    "History",
    "Mode",
    "Press",
    "PressTag",
    "Rows",
    "Snapshot",
    "Written",
    "history",
    "history_and_new_day",
    "history_until",
    "likely",
    "write_history",
    "write_live_plant",
]
