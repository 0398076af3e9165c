"""How it stands with one source, for the console to show."""

from dataclasses import dataclass

from bobae.core import Rejected, Text


@dataclass(frozen=True)
class SourceState:
    """One source at one moment.

    Attributes:
        name: as in plant.yaml.
        connected: whether its samples arrive.
        since_ns: since when it is so, ns UTC.
        reason: why it is not connected; None if it is.
        samples: how many have come since the start.
        rejected: the tags that the source cannot give, each with the reason.
        skew_s: how far its clock is behind ours (below zero: ahead), the way here included; None: not known yet.
        retries: attempts since it was lost.
        waiting: rows that are not on the disk yet.
        dropped: rows that were given up since the start; each stretch has a gap row.
        storing: why the store takes nothing now; None if it does.
        overflows: samples that say that the source itself lost some before them.
    """

    name: str
    connected: bool
    since_ns: int
    reason: Text | None = None
    samples: int = 0
    rejected: tuple[Rejected, ...] = ()
    skew_s: float | None = None
    retries: int = 0
    waiting: int = 0
    dropped: int = 0
    storing: Text | None = None
    overflows: int = 0
