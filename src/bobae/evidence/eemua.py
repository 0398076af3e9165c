"""How an alarm system does: the figures of ISA-18.2 and EEMUA 191, each with the value that these call acceptable.

Sources: ANSI/ISA-18.2-2016, clause 16 (table of performance metrics); EEMUA publication 191, appendix on the measuring
of alarm systems; IEC 62682:2022, clause 16. One annunciation is one time that an operator is called: an alarm becoming
unacknowledged. All times are ns UTC.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Bools, Floats, Ints
from bobae.evidence.episodes import NS

INTERVAL_S = 600  # the standard counts by ten minutes
FLOOD_FROM, FLOOD_UNTIL = 10, 5  # more than ten in ten minutes begin a flood, fewer than five end it
MOST_A_DAY, MOST_AN_HOUR, MOST_FLOOD_SHARE = 150.0, 6.0, 0.01
MOST_AT_ONCE = 10
MOST_STANDING = 5
CHATTER_TIMES, CHATTER_S = 3, 60
STALE_S = 24 * 3600
FEW = 10
MOST_OF_FEW = 0.05
WANTED_SHARES: Mapping[str, float] = {"low": 0.80, "medium": 0.15, "high": 0.05, "urgent": 0.01}
DAY_S, HOUR_S = 24 * 3600, 3600


@dataclass(frozen=True, eq=False)
class Annunciations:
    """Each time that somebody was called, in time order.

    Attributes:
        time_ns: when (n,).
        ended_ns: when the cause was gone (n,); -1 where it is still there.
        points: what called, such as 'press/line1/press3:anomaly' (n,).
        priorities: how soon somebody must act (n,).
    """

    time_ns: Ints
    ended_ns: Ints
    points: tuple[str, ...]
    priorities: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True)
class Flood:
    """One flood: more alarms than a person can read, from its first interval to its last; ns UTC."""

    start_ns: int
    end_ns: int
    alarms: int


@dataclass(frozen=True)
class AlarmFigures:
    """How the alarms of one operator's position did from `t0_ns` to `t1_ns`.

    Attributes:
        t0_ns, t1_ns: of what time.
        alarms: how many times somebody was called.
        per_day, per_hour: on average.
        most_in_ten_minutes: of all intervals of ten minutes.
        hours_over: share of the hours with more than 30.
        floods: when there were more than can be read.
        in_flood: share of the time.
        chattering: points that called three times or more within a minute, worst first, with the times that they did.
        stale: points whose alarm has stood for more than a day at t1.
        most_stale: how many stood so at once, at the most.
        top: the points that called most, with their counts.
        top_share: of all calls.
        shares: priority -> share of the calls.
    """

    t0_ns: int
    t1_ns: int
    alarms: int
    per_day: float
    per_hour: float
    most_in_ten_minutes: int
    hours_over: float
    floods: tuple[Flood, ...]
    in_flood: float
    chattering: tuple[tuple[str, int], ...]
    stale: tuple[str, ...]
    most_stale: int
    top: tuple[tuple[str, int], ...]
    top_share: float
    shares: Mapping[str, float]

    def kept(self) -> dict[str, bool]:
        """Figure -> whether it is what the standard calls acceptable; `top_share` only from a hundred calls on."""
        kept = {
            "per_day": self.per_day <= MOST_A_DAY,
            "per_hour": self.per_hour <= MOST_AN_HOUR,
            "most_in_ten_minutes": self.most_in_ten_minutes <= MOST_AT_ONCE,
            "hours_over": self.hours_over < MOST_FLOOD_SHARE or self.hours_over == 0,
            "in_flood": self.in_flood < MOST_FLOOD_SHARE or self.in_flood == 0,
            "chattering": not self.chattering,
            "most_stale": self.most_stale < MOST_STANDING,
        }
        if self.alarms >= FEW * FEW:
            kept["top_share"] = self.top_share <= MOST_OF_FEW
        return kept


def alarm_figures(called: Annunciations, t0_ns: int, t1_ns: int) -> AlarmFigures:
    """The figures of the time from t0 to t1.

    Args:
        called: at the least all that began by t1 and had not ended before t0.
        t0_ns: where the time begins.
        t1_ns: where it ends, later than t0.

    Example:
        >>> minute = 60 * NS
        >>> at = np.arange(12) * minute
        >>> called = Annunciations(at, at + minute, ("pump:flow",) * 12, ("high",) * 12)
        >>> found = alarm_figures(called, 0, 60 * minute)
        >>> found.alarms, found.most_in_ten_minutes, [flood.alarms for flood in found.floods]
        (12, 11, [12])
    """
    inside = (called.time_ns >= t0_ns) & (called.time_ns < t1_ns)
    at = called.time_ns[inside]
    points = list(itertools.compress(called.points, inside))
    span_s = (t1_ns - t0_ns) / NS
    floods = _floods(at, t1_ns)
    counts = _counted(points)
    hours = np.bincount((at - t0_ns) // (HOUR_S * NS), minlength=max(1, math.ceil(span_s / HOUR_S)))
    stale, most_stale = _stale(called, t0_ns, t1_ns)
    return AlarmFigures(
        t0_ns=t0_ns,
        t1_ns=t1_ns,
        alarms=len(at),
        per_day=len(at) / (span_s / DAY_S),
        per_hour=len(at) / (span_s / HOUR_S),
        most_in_ten_minutes=int(_within(at, INTERVAL_S).max(initial=0)),
        hours_over=float((hours > 30).mean()),
        floods=floods,
        in_flood=sum(flood.end_ns - flood.start_ns for flood in floods) / (t1_ns - t0_ns),
        chattering=_chattering(at, points),
        stale=stale,
        most_stale=most_stale,
        top=counts[:FEW],
        top_share=sum(count for _, count in counts[:FEW]) / max(1, len(at)),
        shares=_shares(list(itertools.compress(called.priorities, inside))),
    )


def _within(at: Ints, seconds: int) -> Ints:
    """How many calls lie in the time of that length which ends with each call, itself counted (n,)."""
    return np.arange(1, len(at) + 1) - np.searchsorted(at, at - seconds * NS, side="left")


def _floods(at: Ints, t1_ns: int) -> tuple[Flood, ...]:
    """Floods, by a window of ten minutes that moves: begun by the eleventh call in it, over with fewer than five."""
    found: list[Flood] = []
    window = INTERVAL_S * NS
    i = 0
    over = np.flatnonzero(_within(at, INTERVAL_S) > FLOOD_FROM)
    while len(over := over[over >= i]):
        first = int(np.searchsorted(at, at[over[0]] - window, side="left"))
        last, end_ns = _flood_end(at, int(over[0]))
        found.append(Flood(int(at[first]), min(end_ns, t1_ns), last - first + 1))
        i = last + 1
    return tuple(found)


def _flood_end(at: Ints, begun: int) -> tuple[int, int]:
    """The last call of a flood, and the moment from which fewer than five lie in the ten minutes before."""
    window = INTERVAL_S * NS
    last = begun
    while True:
        ends = int(at[max(0, last - FLOOD_UNTIL + 1)]) + window  # then the fifth last leaves the window
        if last + 1 == len(at) or at[last + 1] > ends:
            return last, max(ends, int(at[last]))
        last += 1


def _chattering(at: Ints, points: Sequence[str]) -> tuple[tuple[str, int], ...]:
    times: dict[str, list[int]] = {}
    for time_ns, point in zip(at.tolist(), points, strict=True):
        times.setdefault(point, []).append(time_ns)
    hits = [
        (point, int((_within(np.array(own), CHATTER_S) >= CHATTER_TIMES).sum()))
        for point, own in times.items()
        if len(own) >= CHATTER_TIMES
    ]
    return tuple(sorted(((point, n) for point, n in hits if n), key=lambda pair: (-pair[1], pair[0])))


def _stale(called: Annunciations, t0_ns: int, t1_ns: int) -> tuple[tuple[str, ...], int]:
    """Points that stand stale at t1, and how many did at once at the most."""
    ended = np.where(called.ended_ns < 0, t1_ns, np.minimum(called.ended_ns, t1_ns))
    from_ns = np.maximum(called.time_ns + STALE_S * NS, t0_ns)
    stale: Bools = (from_ns < ended) & (called.time_ns < t1_ns)
    standing = stale & ((called.ended_ns < 0) | (called.ended_ns >= t1_ns))
    edges = np.concatenate([from_ns[stale], ended[stale]])
    steps = np.concatenate([np.ones(int(stale.sum())), -np.ones(int(stale.sum()))])
    order = np.lexsort((steps, edges))
    most: Floats = np.cumsum(steps[order])
    return tuple(sorted(set(itertools.compress(called.points, standing)))), int(most.max(initial=0))


def _counted(points: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for point in points:
        counts[point] = counts.get(point, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _shares(priorities: Sequence[str]) -> dict[str, float]:
    return {name: priorities.count(name) / len(priorities) if priorities else math.nan for name in WANTED_SHARES}
