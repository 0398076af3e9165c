"""Where a value stands: `topic` for a payload that is the value itself, `topic#path` for one inside JSON."""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any

from bobae.core import BadInput

Step = str | int | None  # a key, a place in an array, or every element of it
_STEP = re.compile(r'\[(?:(\d+)|"((?:[^"\\]|\\.)*)"|)\]|(?:^|\.)([^.\[\]]+)')


@dataclass(frozen=True)
class Address:
    """One value in the messages of one topic.

    Attributes:
        topic: without wildcards.
        before: the steps to what holds the value; to the array, where `each`.
        each: whether the value stands in every element of an array.
        after: the steps from there to the value.
    """

    topic: str
    before: tuple[Step, ...] = ()
    each: bool = False
    after: tuple[Step, ...] = ()

    @property
    def bare(self) -> bool:
        """Whether the payload itself is the value."""
        return not (self.before or self.each or self.after)

    @classmethod
    def parsed(cls, written: str) -> "Address":
        """The address that `written` is.

        Raises:
            BadInput: it is none.

        Example:
            >>> Address.parsed("line1/press#oil.temperature")
            Address(topic='line1/press', before=('oil',), each=False, after=('temperature',))
        """
        topic, _, path = written.partition("#")
        steps = () if "#" not in written else steps_of(path)
        if not topic or "+" in topic or "\0" in topic or len(topic.encode()) > 65_535 or steps is None:
            raise _wrong(written)
        if None in steps:
            at = steps.index(None)
            if None in steps[at + 1 :]:
                raise _wrong(written)
            return cls(topic, steps[:at], True, steps[at + 1 :])
        return cls(topic, steps[:-1], False, steps[-1:])


def steps_of(path: str) -> tuple[Step, ...] | None:
    """The steps of a path such as `samples[].value` or `axes[0]["x.y"]`; None where it is none."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return None
        place, quoted, key = found.groups()
        steps.append(key or (int(place) if place else re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else None))
        at = found.end()
    return tuple(steps) or None


def written(steps: tuple[Step, ...]) -> str:
    """The path that leads there, as in an address."""
    return reduce(_with, steps, "")


def _with(path: str, step: Step) -> str:
    if isinstance(step, str):
        if re.fullmatch(r"[^.\[\]\"]+", step):
            return f"{path}.{step}" if path else step
        quoted = step.replace("\\", r"\\").replace('"', r"\"")
        return f'{path}["{quoted}"]'
    return f"{path}[{'' if step is None else step}]"


def walked(document: Any, steps: tuple[Step, ...]) -> Any:
    """What stands there.

    Raises:
        KeyError, IndexError: nothing does.
        TypeError: something else stands on the way.
    """
    found = document
    for step in steps:
        fits = isinstance(found, dict) if isinstance(step, str) else isinstance(found, list)
        if not fits:
            raise TypeError(step)
        found = found[step]
    return found


def _wrong(written: str) -> BadInput:
    return BadInput(
        "{address!r} is no MQTT address; write topic for a bare value, topic#path.to[0].value for one inside JSON, "
        "topic#samples[].value for one in each element of an array; topics without + and #",
        address=written,
    )
