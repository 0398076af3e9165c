"""Watching: from what a model says of each row to an alarm that a person acknowledges."""

from bobae.monitor.meaning import parts
from bobae.monitor.states import acknowledge, happens, next_state
from bobae.monitor.watcher import Watched, Watcher

__all__ = ["Watched", "Watcher", "acknowledge", "happens", "next_state", "parts"]
