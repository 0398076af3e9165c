"""Nouns, protocols, errors and words: all that every other folder may know of the rest.

What stands on pydantic loads when first asked for: it costs as much time as all the rest of `bobae --help`.
"""

from typing import TYPE_CHECKING, Any

from bobae.core.dataset import Bools, Column, Dataset, Finding, Floats, Ints, Kind, Role
from bobae.core.errors import BadInput, BobaeError, Missing, NotEnoughEvidence, Refused, UnknownName, Unreachable
from bobae.core.language import LANGUAGES, Text, current_language, say, speaking, text
from bobae.core.lazy import LazyModule
from bobae.core.learner import Fitted, Learner
from bobae.core.progress import Progress, silent

if TYPE_CHECKING:
    from bobae.core.model import Candidate, Contract, Input, Manifest, Output, Reference, State, Task, Verdict

__all__ = [
    "LANGUAGES",
    "BadInput",
    "BobaeError",
    "Bools",
    "Candidate",
    "Column",
    "Contract",
    "Dataset",
    "Finding",
    "Fitted",
    "Floats",
    "Input",
    "Ints",
    "Kind",
    "LazyModule",
    "Learner",
    "Manifest",
    "Missing",
    "NotEnoughEvidence",
    "Output",
    "Progress",
    "Reference",
    "Refused",
    "Role",
    "State",
    "Task",
    "Text",
    "UnknownName",
    "Unreachable",
    "Verdict",
    "current_language",
    "say",
    "silent",
    "speaking",
    "text",
]

_LATE = {name: LazyModule("bobae.core.model") for name in __all__ if name not in globals()}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_LATE[name], name)
