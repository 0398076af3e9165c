"""The priority of an alarm: from what happens if nobody acts, and how soon somebody must."""

from bobae.core import Response, seconds_of
from bobae.registry.catalogue import Priority

# ISA-18.2, clause 9 and EEMUA 191 have a priority follow from consequence and time to respond, and leave the steps to
# the plant. The times here are those of condition monitoring: a glance, an hour, a shift.
_STEPS_S = (600.0, 3600.0, 8 * 3600.0)
MATRIX: dict[str, tuple[Priority, Priority, Priority, Priority]] = {
    "severe": ("urgent", "urgent", "high", "medium"),
    "major": ("urgent", "high", "medium", "low"),
    "minor": ("high", "medium", "low", "low"),
}


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
