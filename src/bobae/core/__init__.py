"""Nouns, protocols, errors and words: all that every other folder may know of the rest.

What stands on pydantic loads when first asked for: it costs as much time as all the rest of `bobae --help`.
"""

from typing import TYPE_CHECKING, Any

from bobae.core.budget import alarms_per_week, checked_costs, costs_of, seconds_of
from bobae.core.connector import Deliver, HistoryReader, LiveConnector, Offered, Readings, Rejected, Wish, Writer
from bobae.core.dataset import Bools, Column, Dataset, Finding, Floats, Ints, Kind, Role
from bobae.core.errors import BadInput, BobaeError, Missing, NotEnoughEvidence, Refused, UnknownName, Unreachable
from bobae.core.given import Given
from bobae.core.language import LANGUAGES, Text, current_language, say, speaking, text
from bobae.core.lazy import LazyModule
from bobae.core.learner import Fitted, Fold, HeldOut, Learner, Predicted, Predictor
from bobae.core.pace import Pace
from bobae.core.progress import Progress, silent
from bobae.core.samples import Samples, Statuses, Tags, Texts
from bobae.core.status import GAP_REASONS, GOOD, STILL_GOOD, Gap, Quality, is_good
from bobae.core.store import Ack, Aggregate, Cut, Frame, NewestReader, StoreReader, StoreWriter, TagKind, TagRow
from bobae.core.units import is_ucum, nearest_unit, ucum_code
from bobae.core.zone import local_time, telling_time_of

if TYPE_CHECKING:
    from bobae.core.model import Candidate, Contract, Input, Manifest, Output, Reference, State, Task, Verdict
    from bobae.core.plant import Asset, Costs, Monitor, Plant, Receiver, Response, Rule, Source, Tag, WriteAllowed

__all__ = [
    "GAP_REASONS",
    "GOOD",
    "LANGUAGES",
    "STILL_GOOD",
    "Ack",
    "Aggregate",
    "Asset",
    "BadInput",
    "BobaeError",
    "Bools",
    "Calendar",
    "Candidate",
    "Column",
    "Contract",
    "Costs",
    "Cut",
    "Dataset",
    "Deliver",
    "Finding",
    "Fitted",
    "Floats",
    "Fold",
    "Frame",
    "Gap",
    "Given",
    "HeldOut",
    "HistoryReader",
    "Input",
    "Ints",
    "Kind",
    "LazyModule",
    "Learner",
    "LiveConnector",
    "Manifest",
    "Missing",
    "Monitor",
    "NewestReader",
    "NotEnoughEvidence",
    "Offered",
    "Output",
    "Pace",
    "Plant",
    "Predicted",
    "Predictor",
    "Progress",
    "Quality",
    "Readings",
    "Receiver",
    "Reference",
    "Refused",
    "Rejected",
    "Response",
    "Role",
    "Rule",
    "Samples",
    "Source",
    "State",
    "Statuses",
    "StoreReader",
    "StoreWriter",
    "Tag",
    "TagKind",
    "TagRow",
    "Tags",
    "Target",
    "Task",
    "Text",
    "Texts",
    "UnknownName",
    "Unreachable",
    "Verdict",
    "Wish",
    "WriteAllowed",
    "Writer",
    "alarms_per_week",
    "checked_costs",
    "costs_of",
    "current_language",
    "is_good",
    "is_ucum",
    "local_time",
    "nearest_unit",
    "say",
    "seconds_of",
    "silent",
    "speaking",
    "telling_time_of",
    "text",
    "ucum_code",
]

_PLANT = ("Asset", "Costs", "Monitor", "Plant", "Receiver", "Response", "Rule", "Source", "Tag", "WriteAllowed")
_LATE = {
    name: LazyModule("bobae.core.plant" if name in _PLANT else "bobae.core.model")
    for name in __all__
    if name not in globals()
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_LATE[name], name)
