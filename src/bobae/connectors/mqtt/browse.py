"""What there is behind a broker: every value in the messages that came while it was listened to."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bobae.connectors.mqtt.addresses import Step, written
from bobae.connectors.mqtt.mapping import Mapping
from bobae.connectors.mqtt.packets import Message
from bobae.core import Offered

_MOST = 100_000  # values; a broker of a whole company has more than anyone can look through
_DEEPEST = 8


class Seen:
    """The values seen so far; what the mapping takes for time or quality is none.

    Example:
        >>> from bobae.connectors.mqtt.packets import Message
        >>> seen = Seen(Mapping())
        >>> seen.take([Message("line1/press", b'{"oil": {"temperature": 41.5}}')])
        >>> seen.offered()[0].address
        'line1/press#oil.temperature'
    """

    def __init__(self, mapping: Mapping) -> None:
        self._known = [place for place in (mapping.time, mapping.quality) if place is not None]
        self._found: dict[str, Offered] = {}

    def take(self, messages: Sequence[Message]) -> None:
        """Look at messages."""
        for message in messages:
            try:
                document = json.loads(message.payload.decode())
            except (ValueError, RecursionError):
                document = message.payload.decode(errors="replace")
            for steps, value in _values(document, ()):
                if len(self._found) < _MOST and not self._is_known(steps):
                    self._note(message.topic, steps, value)

    def offered(self) -> list[Offered]:
        """All of them, by address."""
        return [self._found[address] for address in sorted(self._found)]

    def _note(self, topic: str, steps: tuple[Step, ...], value: Any) -> None:
        path = written(steps)
        address = f"{topic}#{path}" if path else topic
        # a null is most often a sensor without a reading
        kind = "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        if value is not None or address not in self._found:
            names = "/".join(str(step) for step in steps if isinstance(step, (str, int)))
            self._found[address] = Offered(address, f"{topic}/{names}" if names else topic, kind)

    def _is_known(self, steps: tuple[Step, ...]) -> bool:
        return any(
            steps[-len(place.steps) :] == place.steps if place.beside else steps == place.steps for place in self._known
        )


def _values(found: Any, steps: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every number, flag and text below, with the way there; elements that are objects are taken for samples."""
    if len(steps) > _DEEPEST:
        return
    if isinstance(found, dict):
        for key, value in found.items():
            if key:
                yield from _values(value, (*steps, key))
    elif isinstance(found, list):
        if found and isinstance(found[0], dict) and None not in steps:
            yield from _values(found[0], (*steps, None))
        else:
            for place, value in enumerate(found[:_DEEPEST]):
                yield from _values(value, (*steps, place))
    else:
        yield steps, found
