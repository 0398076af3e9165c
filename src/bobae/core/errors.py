"""What can go wrong, sorted by what the caller can do about it.

BobaeError
├── BadInput      the file, setting or argument is wrong: correct it and try again (exit 2)
│   └── UnknownName   a name that does not exist; the nearest one is offered
├── Refused       bobae will not do it, and says why: stop and tell a person (exit 1)
│   └── NotEnoughEvidence   the data cannot carry an honest answer
├── Unreachable   a machine, server or file share did not answer: try again later (exit 1)
└── Missing       an optional package is not installed; says which extra to install (exit 1)
"""

import difflib
from collections.abc import Iterable
from typing import Any, Self

from bobae.core.language import Text


class BobaeError(Exception):
    """An error whose message can be said in any language; `template` is English with named values.

    Example:
        >>> str(BadInput("the file {path} is empty", path="a.csv"))
        'the file a.csv is empty'
    """

    def __init__(self, template: str, **values: Any) -> None:
        self.text = Text(template, values)
        super().__init__(template)

    def __str__(self) -> str:
        return self.text.render()


class BadInput(BobaeError):
    """The file, setting or argument is wrong: correct it and try again."""


class UnknownName(BadInput):
    """A name that does not exist, with the nearest one that does."""

    @classmethod
    def among(cls, template: str, *, name: str, known: Iterable[str], **values: Any) -> Self:
        """The error with `{nearest}` filled in: the known names most like `name`, best first."""
        known = sorted(known)
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:8]
        return cls(template, name=name, nearest=", ".join(close) or "-", **values)


class Refused(BobaeError):
    """bobae will not do it, and says why: stop and tell a person."""


class NotEnoughEvidence(Refused):
    """The data cannot carry an honest answer; says what is missing."""


class Unreachable(BobaeError):
    """A machine, server or file share did not answer: try again later."""


class Missing(BobaeError):
    """An optional package is not installed; says which extra to install."""
