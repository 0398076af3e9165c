"""An alarm as it is kept: what it says, in which state it is, and what happened to it (ISA-18.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bobae.core import Task, Text

Priority = Literal["low", "medium", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "medium", "high", "urgent")
TopTags = tuple[tuple[str, float], ...]


class AlarmState(StrEnum):
    """Where an alarm stands (ANSI/ISA-18.2-2016, clause 5.3.1; IEC 62682): the nine states of the standard.

    An alarm that was raised is in one of the first six; the last three are of the point that raises it, see
    `AlarmPoint`.
    """

    NORMAL = "normal"  # over, and noticed
    UNACKNOWLEDGED = "unacknowledged"  # there, and nobody has taken notice
    ACKNOWLEDGED = "acknowledged"  # there, and noticed
    RETURNED = "returned_unacknowledged"  # over before anybody took notice
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"  # the same, and it stands until somebody has looked and resets it
    LATCHED = "latched_acknowledged"  # over and noticed, and it stands until it is reset
    SHELVED = "shelved"  # put away for a time by a person
    SUPPRESSED = "suppressed_by_design"  # of no meaning as the machine is now
    OUT_OF_SERVICE = "out_of_service"  # taken out by a person, such as for repair

    @property
    def active(self) -> bool:
        """Whether the cause is still there, and somebody is to know."""
        return self in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)

    @property
    def letter(self) -> str:
        """Its letter in the standard's diagram."""
        return "ABCDEFGHI"[list(AlarmState).index(self)]

    @property
    def of_point(self) -> bool:
        """Whether it is a state of the point: its alarm calls nobody."""
        return self in (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)


class AlarmEvent(StrEnum):
    """What can happen to an alarm."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"
    RESET = "reset"
    SUPPRESSED = "suppressed"  # its point was shelved, suppressed by design or taken out of service


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
        latching: whether it stands after its end until somebody resets it.
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
    latching: bool = False


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
