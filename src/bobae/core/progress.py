"""How a long act tells a person how far it is."""

from typing import Protocol

from bobae.core.language import Text


class Progress(Protocol):
    """Called now and then with what is being done, how much is done and how much there is (any unit, total > 0)."""

    def __call__(self, what: Text, done: float, total: float) -> None:
        """Show it."""
        ...


def silent(what: Text, done: float, total: float) -> None:
    """Tell nobody."""
