"""The verdict: whether a model is worth having, and which half of the question the data cannot answer.

Two halves are weighed apart, then together.

False alarms: *kept* if the upper end of the counted rate is within the budget, *broken* if even the lower end is above
it, *open* otherwise (the proof is too short to tell).

Faults: *open* with fewer than three known faults in the proof. *Better* if the money gained over the best naive rule is
above zero with its whole 95 % interval and alarms at random times would meet as many faults in at most 5 % of tries.
*No better* if the gain is zero or less. *Open* in between. A naive rule that breaks the budget is no rival: what holds
for the model holds for it.

| faults | false alarms | verdict |
|---|---|---|
| any | broken | no_better_than_baseline: a model nobody can bear to listen to is worth no more than none |
| better | kept or open | useful |
| no better | kept or open | no_better_than_baseline |
| open | kept or open | not_enough_evidence, and the half that is proved is said |
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bobae.core import Bools, Text, Verdict, text
from bobae.evidence.budget import lasting, rounded
from bobae.evidence.episodes import near_events
from bobae.evidence.intervals import Figure
from bobae.evidence.metrics import Truth

FEWEST_EVENTS = 3
CHANCE = 0.05
FalseHalf = Literal["kept", "broken", "open"]
FaultHalf = Literal["better", "no_better", "open"]


@dataclass(frozen=True)
class Weighed:
    """What the verdict rests on.

    Attributes:
        events: known faults in the proof.
        detected: how many an alarm met.
        false_per_week: counted false alarms a week and asset, with the exact interval.
        budget_per_week: what is allowed.
        weeks: normal running in the proof, asset-weeks.
        gain: money over the best naive rule in the proof, with its interval; NaN without events.
        best: the best naive rule in words.
        chance: how often alarms at random times meet as many faults.
    """

    events: int
    detected: int
    false_per_week: Figure
    budget_per_week: float
    weeks: float
    gain: Figure
    best: Text
    chance: float


@dataclass(frozen=True)
class Judgement:
    """The verdict, both halves, and the sentences that say so, most important first."""

    verdict: Verdict
    faults: FaultHalf
    false_alarms: FalseHalf
    said: tuple[Text, ...]


def decide(weighed: Weighed) -> Judgement:
    """The verdict by the rules above."""
    false_alarms, faults = against_budget(weighed.false_per_week, weighed.budget_per_week), _fault_half(weighed)
    if false_alarms == "broken" or faults == "no_better":
        verdict = Verdict.NO_BETTER_THAN_BASELINE
    elif faults == "better":
        verdict = Verdict.USEFUL
    else:
        verdict = Verdict.NOT_ENOUGH_EVIDENCE
    first = _TOO_MANY if false_alarms == "broken" else _SAID[verdict]
    said = (first, _faults_said(weighed, faults), _false_said(weighed, false_alarms))
    return Judgement(verdict, faults, false_alarms, said)


def met_by_chance(alarm: Bools, truth: Truth, detected: int, *, tries: int = 999, seed: int = 0) -> float:
    """How often the same alarms, moved round the proof by a random time, meet at least `detected` events.

    Args:
        alarm: where the rule alarms (rows,).
        truth: see `Truth`.
        detected: events that it met.
        tries: random moves.
        seed: of the one generator used.
    """
    at = np.flatnonzero(truth.judged)
    if not len(at) or not truth.events:
        return 1.0
    near = near_events(truth.events, truth.time_ns[at], truth.groups[at], truth.windows)
    ends = np.array([event.end_ns for event in truth.events])
    inside = (near >= 0) & (truth.time_ns[at] <= ends[np.maximum(near, 0)])
    counted = np.concatenate([[0], np.cumsum(np.tile(alarm[at], 2))])
    shifts = np.random.default_rng(seed).integers(len(at), size=tries)
    met = np.zeros(tries, dtype=np.int64)
    rows = np.flatnonzero(inside)
    numbers, first = np.unique(near[rows], return_index=True)
    last = len(rows) - 1 - np.unique(near[rows][::-1], return_index=True)[1]
    for i in range(len(numbers)):
        met += counted[rows[last[i]] + 1 + shifts] > counted[rows[first[i]] + shifts]
    return (1 + int((met >= detected).sum())) / (1 + tries)


def against_budget(rate: Figure, budget_per_week: float) -> FalseHalf:
    """Whether counted false alarms (with their interval) keep to the budget, break it, or cannot say."""
    if not math.isfinite(rate.value):
        return "open"
    if rate.high <= budget_per_week:
        return "kept"
    return "broken" if rate.low > budget_per_week else "open"


def _fault_half(weighed: Weighed) -> FaultHalf:
    if weighed.events < FEWEST_EVENTS or not math.isfinite(weighed.gain.value):
        return "open"
    if weighed.gain.value <= 0:
        return "no_better"
    return "better" if weighed.gain.low > 0 and weighed.chance <= CHANCE else "open"


_TOO_MANY = text("Do not put this model to work: it raises more false alarms than you allow.")
_SAID = {
    Verdict.USEFUL: text("This model is worth having on this machine."),
    Verdict.NO_BETTER_THAN_BASELINE: text("Do not put this model to work: it is no better than a simple rule."),
    Verdict.NOT_ENOUGH_EVIDENCE: text("There is not enough evidence yet to say whether this model is worth having."),
}


def _faults_said(weighed: Weighed, half: FaultHalf) -> Text:
    values = {"detected": weighed.detected, "events": weighed.events, "best": weighed.best}
    if weighed.events == 0:
        return text("No known fault lies in the period it was tried on, so nobody can say whether it finds faults.")
    if weighed.events < FEWEST_EVENTS:
        return text(
            "It found {detected} of {events} known faults; at least {fewest} are needed to judge.",
            fewest=FEWEST_EVENTS,
            **values,
        )
    if half == "better":
        return text(
            "It found {detected} of {events} known faults and did better than the best simple rule ({best}).", **values
        )
    if half == "no_better":
        return text("It found {detected} of {events} known faults, and a simple rule ({best}) costs no more.", **values)
    return text(
        "It found {detected} of {events} known faults; that may still be chance against the best simple rule ({best}).",
        **values,
    )


def _false_said(weighed: Weighed, half: FalseHalf) -> Text:
    if not math.isfinite(weighed.false_per_week.value):
        return text("There is no normal running in the period it was tried on, so false alarms cannot be counted.")
    values = {
        "rate": rounded(weighed.false_per_week.value),
        "high": rounded(weighed.false_per_week.high),
        "budget": rounded(weighed.budget_per_week),
        "time": lasting(weighed.weeks),
    }
    if half == "kept":
        return text(
            "It keeps to the alarm budget: {rate} false alarms a week in {time} of normal running, at most "
            "{high}, and {budget} are allowed.",
            **values,
        )
    if half == "broken":
        return text(
            "It breaks the alarm budget: {rate} false alarms a week in {time} of normal running, and {budget} are "
            "allowed.",
            **values,
        )
    return text(
        "False alarms: {rate} a week in {time} of normal running; that is too short to prove {budget} a week (the true "
        "rate may be as high as {high}).",
        **values,
    )
