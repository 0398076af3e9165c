"""Addresses in plant.yaml: what of the equipment a tag shows, and by which message it comes."""

import re
from dataclasses import dataclass
from typing import Literal

from bobae.core import Text, text

What = Literal["sv", "ec", "trace", "report", "event", "alarm", "alarm text", "state"]

_ID = r"[^/@\s]+"
_FORMS: tuple[tuple[re.Pattern[str], What], ...] = (
    (re.compile(rf"(?:sv|dv)/({_ID})@ce/({_ID})"), "report"),
    (re.compile(rf"sv/({_ID})"), "sv"),
    (re.compile(rf"ec/({_ID})"), "ec"),
    (re.compile(rf"trace/({_ID})"), "trace"),
    (re.compile(rf"ce/({_ID})"), "event"),
    (re.compile(rf"alarm/({_ID})"), "alarm"),
    (re.compile(rf"alarm/({_ID})/text"), "alarm text"),
    (re.compile(r"(state)"), "state"),
)


@dataclass(frozen=True)
class Address:
    """One address taken apart.

    Attributes:
        what: how it comes: polled, traced, in an event report, ...
        id: of the variable, constant, alarm or event.
        event: the collection event that a report comes with.
        listed: which of the equipment's lists must have `id`: 'sv', 'dv', 'ec', 'ce', 'alarm'; None: none.
    """

    what: What
    id: str
    event: str | None = None
    listed: str | None = None


def address_of(written: str) -> Address | None:
    """An address as it stands in plant.yaml; None if it is none.

    Example:
        >>> address_of("dv/2001@ce/300")
        Address(what='report', id='2001', event='300', listed='dv')
    """
    lists: dict[What, str] = {"sv": "sv", "ec": "ec", "trace": "sv", "event": "ce", "alarm": "alarm"}
    for form, what in _FORMS:
        if found := form.fullmatch(written.strip()):
            if what == "report":
                return Address(what, found[1], found[2], written.strip()[:2])
            return Address(what, found[1], None, lists.get(what, "alarm" if what == "alarm text" else None))
    return None


def no_address(written: str) -> Text:
    """What to write instead."""
    return text(
        "{address!r} is no SECS/GEM address; write sv/1001, dv/2001@ce/300, trace/1001, alarm/12, alarm/12/text, "
        "ce/300, ec/401 or state",
        address=written,
    )
