"""What goes wrong in the plant behind the meter, when, and which tags should show it: the ground truth."""

from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Floats, Ints, Text, UnknownName, text

KINDS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "phase_imbalance": (
        text("a contact of phase L3 burns away: the load moves to the other phases"),
        ("current_l3", "power_l3", "voltage_l3", "current_l1"),
    ),
    "air_leak": (
        text("compressed air leaks: the compressor runs when nobody works"),
        ("active_power", "demand", "reactive_power"),
    ),
}


@dataclass(frozen=True)
class Fault:
    """One fault with its ground truth; times are ns UTC.

    Attributes:
        kind: a name in `KINDS`.
        start_ns: when it begins, still without effect.
        full_ns: when it is fully grown.
        end_ns: when it has been repaired.
        severity: how bad it is when fully grown; 1.0 is what sends for an electrician or a fitter.
    """

    kind: str
    start_ns: int
    full_ns: int
    end_ns: int
    severity: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownName.among(
                "the meter's plant knows no fault called {name!r}; nearest: {nearest}", name=self.kind, known=KINDS
            )

    @property
    def what(self) -> Text:
        """What maintenance would write."""
        return KINDS[self.kind][0]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that should show it, clearest first."""
        return KINDS[self.kind][1]

    def shifted(self, by_ns: int) -> "Fault":
        """The same fault, so much later."""
        times = (self.start_ns, self.full_ns, self.end_ns)
        start_ns, full_ns, end_ns = (at + by_ns for at in times)
        return replace(self, start_ns=start_ns, full_ns=full_ns, end_ns=end_ns)

    def at(self, time_ns: Ints) -> Floats:
        """How bad it is at each time (rows,)."""
        growth = (time_ns - self.start_ns) / max(self.full_ns - self.start_ns, 1)
        there = (time_ns >= self.start_ns) & (time_ns < self.end_ns)
        bad: Floats = np.where(there, np.clip(growth, 0.0, 1.0) * self.severity, 0.0)
        return bad
