"""The catalogue: what a plant keeps beside its samples, in one small database."""

from bobae.registry.catalogue.alarm import Alarm, AlarmEvent, AlarmState, NewAlarm, Priority, TopTags, Transition
from bobae.registry.catalogue.alarms import AlarmStore
from bobae.registry.catalogue.catalogue import Catalogue, open_catalogue

__all__ = [
    "Alarm",
    "AlarmEvent",
    "AlarmState",
    "AlarmStore",
    "Catalogue",
    "NewAlarm",
    "Priority",
    "TopTags",
    "Transition",
    "open_catalogue",
]
