"""An alarm as it is kept: what it says, in which state it is, and what happened to it (ISA-18.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bobae.core import Task, Text

Priority = Literal["low", "medium", "high", "urgent"]
TopTags = tuple[tuple[str, float], ...]


class AlarmState(StrEnum):
    """Where an alarm stands (ISA-18.2, 5.2.3): is the cause still there, and has somebody taken notice."""

    NORMAL = "normal"  # over, and noticed
    UNACKNOWLEDGED = "unacknowledged"  # there, and nobody has taken notice
    ACKNOWLEDGED = "acknowledged"  # there, and noticed
    RETURNED = "returned_unacknowledged"  # over before anybody took notice

    @property
    def active(self) -> bool:
        """Whether the cause is still there."""
        return self in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)


class AlarmEvent(StrEnum):
    """What can happen to an alarm."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


@dataclass(frozen=True)
class NewAlarm:
    """What is known of an alarm when it is raised. Times are ns UTC.

    Attributes:
        monitor: name of the monitor that raises it; each has one active alarm at the most.
        asset: path of the machine.
        model: name of the model that saw it.
        task: what the model was asked.
        row_ns: time of the row that raised it.
        active_ns: when it was raised.
        peak: the highest score so far.
        top_tags: (tag, share), most important first.
        meaning: what it means, in words.
        priority: how soon somebody must act.
    """

    monitor: str
    asset: str
    model: str
    task: Task
    row_ns: int
    active_ns: int
    peak: float
    top_tags: TopTags
    meaning: Text
    priority: Priority = "medium"


@dataclass(frozen=True)
class Alarm(NewAlarm):
    """An alarm as the catalogue has it.

    Attributes:
        id: its number; later alarms have higher ones.
        state: where it stands.
        cleared_ns: when its cause was last found gone; None: it is still there.
        acknowledged_ns, acknowledged_by, comment: when somebody took notice, who, and what they said of it.
        stale_ns: since when no row could be judged, so that nobody knows whether the cause is still there; None: known.
        revision: grows over all alarms with every change, for readers that want only what is new.
    """

    id: int = 0
    state: AlarmState = AlarmState.UNACKNOWLEDGED
    cleared_ns: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_by: str | None = None
    comment: str | None = None
    stale_ns: int | None = None
    revision: int = 0


@dataclass(frozen=True)
class Transition:
    """One entry of an alarm's journal: at time_ns (UTC) `by` made it from `was` what it `becomes`."""

    time_ns: int
    event: AlarmEvent
    was: AlarmState
    becomes: AlarmState
    by: str
    comment: str
