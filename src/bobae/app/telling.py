"""Telling: one thing after the other is said to whoever follows a piece of work, most often in a terminal."""

from collections.abc import Iterator
from typing import Literal, Protocol

from bobae.core import Text, local_time

Level = Literal["step", "plain", "good", "warning"]
Said = Iterator[tuple[Text, Level]]


class Tell(Protocol):
    """Called with one thing to say; a 'step' begins a new part of the job."""

    def __call__(self, what: Text, level: Level = "plain") -> None:
        """Say it."""
        ...


def tell_nobody(what: Text, level: Level = "plain") -> None:
    """Say nothing."""


def when(time_ns: int) -> str:
    """A moment (ns UTC) in local time, to the minute."""
    return local_time(time_ns).strftime("%Y-%m-%d %H:%M")
