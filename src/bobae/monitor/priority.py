"""The priority of an alarm: from what happens if nobody acts, and how soon somebody must."""

from bobae.core import Response, Text, seconds_of, text
from bobae.registry.catalogue import Priority

# ISA-18.2, clause 9 and EEMUA 191 have a priority follow from consequence and time to respond, and leave the steps to
# the plant. The times here are those of condition monitoring: a glance, an hour, a shift.
_STEPS_S = (600.0, 3600.0, 8 * 3600.0)
MATRIX: dict[str, tuple[Priority, Priority, Priority, Priority]] = {
    "severe": ("urgent", "urgent", "high", "medium"),
    "major": ("urgent", "high", "medium", "low"),
    "minor": ("high", "medium", "low", "low"),
}


_WORDS: dict[str, Text] = {
    "minor": text("minor"),
    "major": text("major: a stop or scrap"),
    "severe": text("severe: people, the machine"),
    "low": text("low"),
    "medium": text("medium"),
    "high": text("high"),
    "urgent": text("urgent"),
}


def in_words(consequence_or_priority: str) -> Text:
    """A consequence or a priority, for a person."""
    return _WORDS[consequence_or_priority]


def priority_of(response: Response) -> Priority:
    """How soon somebody must act on an alarm.

    Example:
        >>> priority_of(Response(consequence="severe", respond_within="30min"))
        'urgent'
        >>> priority_of(Response())
        'medium'
    """
    within = seconds_of(response.respond_within)
    return MATRIX[response.consequence][sum(within > step for step in _STEPS_S)]
