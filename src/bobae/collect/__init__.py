"""Collect: connectors in, samples with their gaps into the historian, tried again until it works.

The collector loads when it is first asked for: who only shows how sources do needs no compiler.
"""

from typing import TYPE_CHECKING, Any

from bobae.collect.state import SourceState
from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae.collect.collector import Collector, Patience

__all__ = ["Collector", "Patience", "SourceState"]

_LATE = dict.fromkeys(("Collector", "Patience"), LazyModule("bobae.collect.collector"))


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_LATE[name], name)
