"""Watching: from what a model says of each row to an alarm that a person acknowledges."""

from bobae.monitor.meaning import parts
from bobae.monitor.points import Desk, Hand, Points, holding
from bobae.monitor.states import Standing, acknowledge, happens, next_state, reset, transitions
from bobae.monitor.watcher import Watched, Watcher

__all__ = [
    "Desk",
    "Hand",
    "Points",
    "Standing",
    "Watched",
    "Watcher",
    "acknowledge",
    "happens",
    "holding",
    "next_state",
    "parts",
    "reset",
    "transitions",
]
