"""What somebody knows to have happened to a machine."""

from dataclasses import dataclass

from bobae.core import Text


@dataclass(frozen=True)
class Happened:
    """A fault that somebody knows of: from when to when (ns UTC), and what it was."""

    start_ns: int
    end_ns: int
    what: Text
