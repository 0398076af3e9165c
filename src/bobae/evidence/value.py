"""Value: what the alarms would have cost and saved over the proof, at the user's own costs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bobae.core import Floats
from bobae.evidence.episodes import NS, WEEK_S, Event, group_spans, row_at
from bobae.evidence.intervals import DRAWS, Figure, block_bootstrap, block_numbers
from bobae.evidence.metrics import Judged, Truth

QUARTER_WEEKS = 13.0
LEAST_WEEKS = 1 / 7
# a missed fault is a stop of a few hours, a false alarm an hour of a technician: said to be assumed wherever used
ASSUMED = {"KRW": (5_000_000.0, 200_000.0), "JPY": (500_000.0, 20_000.0)}
ASSUMED_ELSEWHERE = (4_000.0, 160.0)


@dataclass(frozen=True)
class Prices:
    """What mistakes cost.

    Attributes:
        missed: a fault nobody saw.
        false: an alarm for nothing.
        late: an hour of delay; None for the part of `missed` that the delay is of the fault's length.
        assumed: whether any of it is bobae's, not the user's.
    """

    missed: float
    false: float
    late: float | None
    assumed: bool

    @classmethod
    def of(cls, costs: Mapping[str, float], currency: str) -> "Prices":
        """From the user's costs ('missed', 'false', 'late'); without both of the first two they are assumed."""
        missed, false = ASSUMED.get(currency, ASSUMED_ELSEWHERE)
        assumed = not {"missed", "false"} <= costs.keys()
        late = costs.get("late", None if assumed else 0.0)
        return cls(costs.get("missed", missed), costs.get("false", false), late, assumed)


def event_costs(judged: Judged, events: Sequence[Event], prices: Prices) -> Floats:
    """What each known fault cost (events,): all of it if missed, the delay at most that much if found."""
    delays = np.nan_to_num(np.maximum(np.array(judged.delays_s, dtype=np.float64), 0.0))
    if prices.late is None:
        lengths = np.array([(event.end_ns - event.start_ns) / NS for event in events], dtype=np.float64)
        late = prices.missed * np.minimum(delays / np.maximum(lengths, 1.0), 1.0)
    else:
        late = np.minimum(prices.missed, prices.late * delays / 3600)
    return np.where(np.array(judged.detected, dtype=np.bool_), late, prices.missed)


def quiet(truth: Truth) -> Judged:
    """How working without any alarm does: nothing found, nothing false."""
    events = len(truth.events)
    return Judged((False,) * events, (math.nan,) * events, (), math.nan)


def saved_per_quarter(ours: Judged, other: Judged, truth: Truth, prices: Prices, *, seed: int) -> Figure:
    """Money a quarter that `ours` saves against `other`, for all assets together, with its block-bootstrap interval.

    Resamples stretches of time (or whole runs), so the interval also holds how many faults the next quarter brings.
    NaN without known faults, since what is not known cannot be saved, and where the proof is shorter than a day, since
    a quarter cannot be told from hours.
    """
    if not truth.events or proof_weeks(truth) < LEAST_WEEKS:
        return Figure(math.nan)
    at = np.flatnonzero(truth.judged)
    block = block_numbers(truth.groups[at])
    sums = np.zeros((int(block.max()) + 1, 1))
    gain = event_costs(other, truth.events, prices) - event_costs(ours, truth.events, prices)
    spans, times = group_spans(truth.groups[at]), truth.time_ns[at]
    for event, money in zip(truth.events, gain, strict=True):
        place = row_at(event.start_ns, times, spans.get(event.group, (0, 1)))
        sums[block[place], 0] += money
    for judged, sign in ((ours, -1.0), (other, 1.0)):
        for episode in judged.false:
            place = min(int(np.searchsorted(at, episode.first)), len(at) - 1)
            sums[block[place], 0] += sign * prices.false * episode.nuisance
    scale = QUARTER_WEEKS / proof_weeks(truth)
    return block_bootstrap(sums * scale, lambda totals: totals[..., 0], seed=seed)


def gain_in_proof(ours: Judged, other: Judged, events: Sequence[Event], prices: Prices, *, seed: int) -> Figure:
    """Money that `ours` saves against `other` in the proof, given the faults that happened.

    Resamples faults and false alarms, not how many faults there were: the question is which rule is better.
    """
    gain = event_costs(other, events, prices) - event_costs(ours, events, prices)
    value = float(gain.sum()) + prices.false * (other.false_count - ours.false_count)
    if not len(gain):
        return Figure(math.nan)
    rng = np.random.default_rng(seed)
    drawn = gain[rng.integers(len(gain), size=(DRAWS, len(gain)))].sum(axis=1)
    drawn += prices.false * (rng.poisson(other.false_count, DRAWS) - rng.poisson(ours.false_count, DRAWS))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(value, min(float(low), value), max(float(high), value))


def proof_weeks(truth: Truth) -> float:
    """How long the proof is, in weeks an asset: rows that were judged."""
    assets = max(1, len(np.unique(truth.groups[truth.judged])))
    return float(truth.judged.sum()) * truth.sampling_s / WEEK_S / assets


def money(amount: float) -> str:
    """An amount in three significant digits with separators.

    Example:
        >>> money(12345678), money(-987.4)
        ('12,300,000', '-987')
    """
    if not math.isfinite(amount):
        return "-"
    digits = max(0, int(np.floor(np.log10(abs(amount)))) - 2) if abs(amount) >= 1 else 0
    return f"{round(amount, -digits):,.0f}"
