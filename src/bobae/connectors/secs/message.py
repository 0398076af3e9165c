"""A data message as it stands on the line, and what it means that a request is not granted."""

from typing import NamedTuple


class Message(NamedTuple):
    """One data message; `header` as it came, for S9Fx."""

    stream: int
    function: int
    wants_reply: bool
    system: int
    header: bytes
    body: bytes

    @property
    def name(self) -> str:
        """As people write it."""
        return f"S{self.stream}F{self.function}"


class Declined(Exception):
    """The equipment does not do what it was asked: it aborted, rejected, or does not know the message."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.why = why
