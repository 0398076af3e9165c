"""Faults that grow evenly from nothing, with the truth about each: when, how far, which tags should show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bobae.core import BadInput


@dataclass(frozen=True)
class GrownFault:
    """One fault: from nothing at `start_ns` to all of `severity` at `full_ns`, until `end_ns` (repaired).

    A twin's own class names its `kinds`.

    Attributes:
        kind: one of `kinds`.
        start_ns: its first effect, ns UTC.
        full_ns: when it is fully there.
        end_ns: when it is repaired.
        severity: 1.0 is plain; less is harder to see.

    Example:
        >>> class Fault(GrownFault):
        ...     kinds = {"wear": ("current",)}
        >>> Fault("wear", 0, 100, 200).at(50)
        0.5
    """

    kinds: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # kind -> the tags that should show it, clearest first

    kind: str
    start_ns: int
    full_ns: int
    end_ns: int
    severity: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in self.kinds or not self.start_ns <= self.full_ns <= self.end_ns:
            raise BadInput(
                "there is no fault {kind!r} from {start} over {full} to {end}; kinds are {kinds}, times rise",
                kind=self.kind,
                start=self.start_ns,
                full=self.full_ns,
                end=self.end_ns,
                kinds=", ".join(self.kinds),
            )

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags that should show it, clearest first."""
        return self.kinds[self.kind]

    def at(self, time_ns: int) -> float:
        """How far it is there at a time, 0 to `severity`."""
        if not self.start_ns <= time_ns < self.end_ns:
            return 0.0
        return self.severity * min(1.0, (time_ns - self.start_ns) / max(self.full_ns - self.start_ns, 1))


def worst(faults: Iterable[GrownFault], kind: str, time_ns: int) -> float:
    """How far a kind of fault is there at a time: the furthest of its faults, 0 where there is none."""
    return max((fault.at(time_ns) for fault in faults if fault.kind == kind), default=0.0)
