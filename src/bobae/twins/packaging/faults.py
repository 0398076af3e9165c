"""What goes wrong on the packaging line, with the truth: when it begins, how it grows, which tags should show it."""

from dataclasses import dataclass

from bobae.core import BadInput

KINDS: dict[str, tuple[str, ...]] = {
    # the heating cartridge gives less: the controller asks for more, until that is not enough and seals open
    "heater_aging": ("heater_duty", "seal_temperature", "reject_count"),
    # the infeed belt slips: the motor works harder, fewer packs come, and the film is pulled unevenly
    "belt_wear": ("belt_slip", "infeed_current", "film_tension"),
}


@dataclass(frozen=True)
class Fault:
    """One fault: from nothing at `start_ns` to all of `severity` at `full_ns`, until `end_ns` (repaired).

    Attributes:
        kind: one of `KINDS`.
        start_ns: its first effect, ns UTC.
        full_ns: when it is fully there.
        end_ns: when it is repaired.
        severity: 1.0 is plain; less is harder to see.
    """

    kind: str
    start_ns: int
    full_ns: int
    end_ns: int
    severity: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.start_ns <= self.full_ns <= self.end_ns:
            raise BadInput(
                "there is no fault {kind!r} from {start} over {full} to {end}; kinds are {kinds}, times rise",
                kind=self.kind,
                start=self.start_ns,
                full=self.full_ns,
                end=self.end_ns,
                kinds=", ".join(KINDS),
            )

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags that should show it, clearest first."""
        return KINDS[self.kind]

    def at(self, time_ns: int) -> float:
        """How far it is there at a time, 0 to `severity`."""
        if not self.start_ns <= time_ns < self.end_ns:
            return 0.0
        return self.severity * min(1.0, (time_ns - self.start_ns) / max(self.full_ns - self.start_ns, 1))
