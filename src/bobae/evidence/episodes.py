"""Episodes: alarm rows that belong together, and whether they met a known fault."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bobae.core import Bools, Floats, Ints

NS = 1_000_000_000
MARKED_WITHIN = 0.1  # of a fault's length: a person marks a long one no more exactly than that
HOLD_OFF_S = 1800.0  # an alarm that comes back while somebody still looks at it is the same alarm
WEEK_S = 7 * 24 * 3600.0
STANDING_S = 8 * 3600.0  # an alarm that stands longer than a shift annoys the next shift anew


@dataclass(frozen=True)
class Episode:
    """One alarm of one asset: first and last moment (ns) and row.

    `goes_on` marks what is left of an alarm that met a fault: nobody was called twice for it.
    """

    start_ns: int
    end_ns: int
    group: int
    first: int
    last: int
    goes_on: bool = False

    @property
    def nuisance(self) -> int:
        """How many false alarms this is worth: one unless it goes on, and one for every further shift it stands."""
        return int(not self.goes_on) + int((self.end_ns - self.start_ns) / NS // STANDING_S)


@dataclass(frozen=True)
class Event:
    """One known fault of one asset, from a person's marks or a maintenance log: coarse. Times in ns."""

    start_ns: int
    end_ns: int
    group: int
    what: str = ""


@dataclass(frozen=True)
class Windows:
    """How forgiving the match of alarms with a person's marks is.

    Attributes:
        hold_off_s: alarms that come back within this time are one episode.
        early_s: an alarm this long before the mark still belongs to the fault (marks come late).
        late_s: an alarm this long after the mark still belongs to it (machines recover slowly).
    """

    hold_off_s: float
    early_s: float
    late_s: float

    @classmethod
    def usual(cls, sampling_s: float) -> "Windows":
        """Twenty rows around a mark (a minute to an hour, or three rows), and half an hour between alarms."""
        around = min(max(60.0, 20 * sampling_s), max(3600.0, 3 * sampling_s))
        return cls(hold_off_s=max(HOLD_OFF_S, around), early_s=around, late_s=2 * around)


def episodes(alarm: Bools, time_ns: Ints, groups: Ints, *, hold_off_s: float) -> list[Episode]:
    """The alarms as episodes, in row order.

    Args:
        alarm: where there is an alarm (rows,); rows in time order inside each group, groups contiguous.
        time_ns: when (rows,).
        groups: which asset (rows,).
        hold_off_s: an alarm that returns within this time belongs to the episode before.
    """
    at = np.flatnonzero(alarm)
    if not len(at):
        return []
    steps = np.diff(time_ns[at])
    apart = (np.diff(groups[at]) != 0) | (steps > hold_off_s * NS) | (steps < 0)
    first = at[np.concatenate([[True], apart])]
    last = at[np.concatenate([apart, [True]])]
    return [
        Episode(int(time_ns[a]), int(time_ns[b]), int(groups[a]), int(a), int(b))
        for a, b in zip(first, last, strict=True)
    ]


def outside_events(
    alarm: Bools, outside: Bools, time_ns: Ints, groups: Ints, *, hold_off_s: float
) -> tuple[Episode, ...]:
    """The alarms where no event is near (`outside`), (rows,); what is left of an alarm that met an event goes on.

    It goes on for two hold-offs at the most: what stands longer is an alarm for nothing. An alarm that opened outside
    and then ran into an event is no warning of it: its beginning counts in full.
    """
    left = np.zeros(len(alarm), dtype=np.bool_)
    for whole in episodes(alarm, time_ns, groups, hold_off_s=hold_off_s):
        met = np.flatnonzero(alarm[whole.first : whole.last + 1] & ~outside[whole.first : whole.last + 1])
        if len(met):
            left[whole.first + met[0] : whole.last + 1] = True
    apart = episodes(alarm & outside, time_ns, groups, hold_off_s=hold_off_s)
    calm_ns = 2 * hold_off_s * NS
    return tuple(replace(e, goes_on=bool(left[e.first]) and e.end_ns - e.start_ns <= calm_ns) for e in apart)


def events_from_marks(marks: Floats, time_ns: Ints, groups: Ints, *, hold_off_s: float) -> list[Event]:
    """The known faults that a 0/1 column marks: stretches of 1, merged within the hold-off. NaN is no mark."""
    found = episodes(np.nan_to_num(marks) > 0, time_ns, groups, hold_off_s=hold_off_s)
    return [Event(e.start_ns, e.end_ns, e.group) for e in found]


def inside_events(events: Sequence[Event], time_ns: Ints, groups: Ints) -> Bools:
    """Rows between the start and the end of an event of their group (rows,)."""
    inside = np.zeros(len(time_ns), dtype=np.bool_)
    spans = group_spans(groups)
    for event in events:
        inside[_between(event.start_ns, event.end_ns, time_ns, spans.get(event.group))] = True
    return inside


def near_events(events: Sequence[Event], time_ns: Ints, groups: Ints, windows: Windows) -> Ints:
    """Which event each row is near (rows,), -1 for none; the first where there are several.

    Near is from early_s before its start to late_s after its end, or a tenth of its length where that is more.
    """
    near = np.full(len(time_ns), -1, dtype=np.int64)
    spans = group_spans(groups)
    for number, event in reversed(list(enumerate(events))):
        spare = MARKED_WITHIN * (event.end_ns - event.start_ns)
        begin = event.start_ns - round(max(windows.early_s * NS, spare))
        end = event.end_ns + round(max(windows.late_s * NS, spare))
        near[_between(begin, end, time_ns, spans.get(event.group))] = number
    return near


def group_spans(groups: Ints) -> dict[int, tuple[int, int]]:
    """First and past-the-last row of each group; rows of a group are together. groups (rows,)."""
    if not len(groups):
        return {}
    edges = np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1, [len(groups)]])
    return {int(groups[begin]): (int(begin), int(end)) for begin, end in itertools.pairwise(edges)}


def row_at(moment_ns: int, time_ns: Ints, span: tuple[int, int]) -> int:
    """The first row of the span at or after a moment, or its last row."""
    begin, end = span
    return min(begin + int(np.searchsorted(time_ns[begin:end], moment_ns)), end - 1)


def _between(first_ns: int, last_ns: int, time_ns: Ints, span: tuple[int, int] | None) -> slice:
    if span is None:
        return slice(0, 0)
    inside = time_ns[span[0] : span[1]]
    begin, end = np.searchsorted(inside, first_ns), np.searchsorted(inside, last_ns, side="right")
    return slice(span[0] + int(begin), span[0] + int(end))
