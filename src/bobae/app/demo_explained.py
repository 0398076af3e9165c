"""What is said of an alarm of the demo's press: which of its faults it is most like, and where to look."""

from collections.abc import Sequence
from typing import Any

from bobae.app import discovery
from bobae.core import Text, text


def press_explained(top_tags: Sequence[tuple[str, float]]) -> Text | None:
    """What these tags, each with its share, point to."""
    press: Any = discovery.load("twins", "press")
    kinds = press.likely([tag for tag, _ in top_tags])
    if not kinds:
        return None
    first = kinds[0]
    return text(
        "Most like it: {what} ({means}). First of all: {look_at}.",
        what=first.what,
        means=first.means,
        look_at=first.look_at,
    )
