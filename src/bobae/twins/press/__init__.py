"""A hydraulic press as a small physical simulation: seeded, steppable, with ground truth."""

from bobae.twins.press.faults import KINDS, Fault
from bobae.twins.press.files import Written, write_history
from bobae.twins.press.history import Event, History, history, history_and_new_day
from bobae.twins.press.press import START_NS, Press, Rows
from bobae.twins.press.shifts import RECIPES, Mode
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
    "History",
    "Mode",
    "Press",
    "PressTag",
    "Rows",
    "Written",
    "history",
    "history_and_new_day",
    "write_history",
]
