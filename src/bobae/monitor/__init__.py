"""Watching: from what a model says of each row to an alarm that a person acknowledges."""

from bobae.monitor.cases import CaseKeeper, close
from bobae.monitor.feedback import judge, missed
from bobae.monitor.limit import Limits
from bobae.monitor.meaning import parts
from bobae.monitor.points import Desk, Hand, Points, holding
from bobae.monitor.priority import priority_of
from bobae.monitor.shadow import ShadowWatcher
from bobae.monitor.similar import Similar, similar
from bobae.monitor.states import Standing, acknowledge, happens, next_state, reset, transitions
from bobae.monitor.watcher import Watched, Watcher
from bobae.monitor.words import state_in_words

__all__ = [
    "CaseKeeper",
    "Desk",
    "Hand",
    "Limits",
    "Points",
    "ShadowWatcher",
    "Similar",
    "Standing",
    "Watched",
    "Watcher",
    "acknowledge",
    "close",
    "happens",
    "holding",
    "judge",
    "missed",
    "next_state",
    "parts",
    "priority_of",
    "reset",
    "similar",
    "state_in_words",
    "transitions",
]
