"""Nouns, protocols, errors and words: all that every other folder may know of the rest."""

from bobae.core.dataset import Bools, Column, Dataset, Finding, Floats, Ints, Kind, Role
from bobae.core.errors import BadInput, BobaeError, Missing, NotEnoughEvidence, Refused, UnknownName, Unreachable
from bobae.core.language import LANGUAGES, Text, current_language, say, speaking, text
from bobae.core.lazy import LazyModule
from bobae.core.learner import Fitted, Learner
from bobae.core.model import Candidate, Contract, Input, Manifest, Output, Reference, State, Task, Verdict
from bobae.core.progress import Progress, silent

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
