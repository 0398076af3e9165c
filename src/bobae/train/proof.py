"""The proof: one rule's alarms on rows it never saw, against the truth, the budget, naive rules and money."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bobae.core import Bools, Floats, Text, text
from bobae.evidence.baselines import BASELINE_TITLES
from bobae.evidence.budget import Threshold, held_rate, lasting
from bobae.evidence.intervals import Figure, provable_rate
from bobae.evidence.metrics import Judged, Truth, event_figures, judge, row_figures
from bobae.evidence.value import Prices, event_costs, gain_in_proof, money, proof_weeks, quiet, saved_per_quarter
from bobae.evidence.verdict import Judgement, Weighed, against_budget, decide, met_by_chance
from bobae.train.outcome import AlarmsOutcome, ValueOutcome
from bobae.train.proven import BaselineOutcome


@dataclass(frozen=True, eq=False)
class Rule:
    """Anything that alarms: its name, a score and the alarms for all rows (rows,)."""

    name: str
    score: Floats
    alarm: Bools


@dataclass(frozen=True)
class Terms:
    """What the user allows and what mistakes cost."""

    budget_per_week: float
    prices: Prices
    currency: str
    seed: int


@dataclass(frozen=True)
class Proof:
    """What the proof says of one rule, and of the naive ones."""

    judged: Judged
    metrics: Mapping[str, Figure]
    baselines: tuple[BaselineOutcome, ...]
    judgement: Judgement
    alarms: AlarmsOutcome
    value: ValueOutcome


def prove(model: Rule, naive: Sequence[Rule], truth: Truth, terms: Terms, *, threshold: Threshold | None) -> Proof:
    """Everything the held-out rows say about `model`.

    Args:
        model: the rule that is on trial.
        naive: the rules it must beat; best first in the result.
        truth: what is known about the rows.
        terms: budget, costs and seed.
        threshold: what the model's alarm limit rests on, if it says so.
    """
    judged = judge(model.alarm, truth)
    ranked = sorted(((rule, judge(rule.alarm, truth)) for rule in naive), key=lambda pair: _rank(pair[1], truth, terms))
    best_rule, best = ranked[0]
    baselines = tuple(
        BaselineOutcome(rule.name, BASELINE_TITLES[rule.name], _figures(rule, found, truth, terms))
        for rule, found in ranked
    )
    figures = _figures(model, judged, truth, terms)
    weighed = Weighed(
        events=len(judged.detected),
        detected=sum(judged.detected),
        false_per_week=figures["false_per_week"],
        budget_per_week=terms.budget_per_week,
        weeks=judged.exposure_weeks,
        gain=gain_in_proof(judged, best, truth.events, terms.prices, seed=terms.seed),
        best=BASELINE_TITLES[best_rule.name],
        chance=met_by_chance(model.alarm, truth, sum(judged.detected), seed=terms.seed),
    )
    against = saved_per_quarter(judged, best, truth, terms.prices, seed=terms.seed)
    return Proof(
        judged=judged,
        metrics=figures,
        baselines=baselines,
        judgement=decide(weighed),
        alarms=_alarms(judged, figures["false_per_week"], terms, threshold),
        value=_value(figures["saved_per_quarter"], against, truth, terms),
    )


def _figures(rule: Rule, judged: Judged, truth: Truth, terms: Terms) -> dict[str, Figure]:
    figures = event_figures(judged) | row_figures(rule.alarm, rule.score, truth, seed=terms.seed)
    figures["saved_per_quarter"] = saved_per_quarter(judged, quiet(truth), truth, terms.prices, seed=terms.seed)
    return figures


def _rank(judged: Judged, truth: Truth, terms: Terms) -> tuple[bool, float]:
    """Rules that break the budget last, then by what they cost."""
    rate = held_rate(list(judged.false), judged.exposure_weeks)
    cost = float(event_costs(judged, truth.events, terms.prices).sum()) + terms.prices.false * judged.false_count
    return against_budget(rate, terms.budget_per_week) == "broken", cost


def _alarms(judged: Judged, rate: Figure, terms: Terms, threshold: Threshold | None) -> AlarmsOutcome:
    if threshold is None:
        said = text("the alarm limit is the one the model was sealed with, or the highest peak of its normal running")
    else:
        said = threshold.said(terms.budget_per_week)
    return AlarmsOutcome(
        budget_per_week=terms.budget_per_week,
        expected_per_week=math.nan if threshold is None else threshold.expected_per_week,
        held_out_per_week=rate,
        false_episodes=judged.false_count,
        exposure_weeks=judged.exposure_weeks,
        provable_per_week=provable_rate(judged.exposure_weeks),
        calibration_weeks=math.nan if threshold is None else threshold.exposure_weeks,
        said=said,
    )


def _value(saved: Figure, against: Figure, truth: Truth, terms: Terms) -> ValueOutcome:
    prices = terms.prices
    return ValueOutcome(
        currency=terms.currency,
        saved=saved,
        against_baseline=against,
        weeks=proof_weeks(truth),
        costs={"missed": prices.missed, "false": prices.false, "late": prices.late or 0.0},
        assumed=prices.assumed,
        said=_value_said(saved, truth, terms),
    )


def _value_said(saved: Figure, truth: Truth, terms: Terms) -> Text:
    if truth.events and not math.isfinite(saved.value):
        return text(
            "What it would save in a quarter cannot be said: {time} are too short to tell.",
            time=lasting(proof_weeks(truth)),
        )
    if not math.isfinite(saved.value):
        return text("What it would have saved cannot be said: no known fault lies in the period it was tried on.")
    values = {"saved": money(saved.value), "low": money(saved.low), "high": money(saved.high), "unit": terms.currency}
    if terms.prices.assumed:
        return text(
            "It would save about {saved} {unit} a quarter ({low} to {high}) if faults come as often as they did, at "
            "costs that are assumed, not yours: {missed} {unit} for a missed fault, half of it for one found half-way, "
            "{false} {unit} for a false alarm.",
            missed=money(terms.prices.missed),
            false=money(terms.prices.false),
            **values,
        )
    return text(
        "It would save about {saved} {unit} a quarter ({low} to {high}) if faults come as often as they did, at your "
        "own costs.",
        **values,
    )
