"""The page of a model that watches: what it means, what to do, and everything that supports it."""

import math
from functools import partial

import numpy as np

from bobae.core import Dataset, text
from bobae.train.outcome import EpisodeOutcome, Outcome
from bobae.train.report.pictures import Sensors, timeline
from bobae.train.report.proven import Fact, Told, proven_html
from bobae.train.report.words import GLOSSARY, HEADS, TO_DO, told, wishes

_MACHINES_DRAWN = 6
_ALARMS_SHOWN = 12
_PLAIN = ("detected", "false_per_week", "delay_s", "saved_per_quarter")


def report_html(outcome: Outcome, dataset: Dataset) -> str:
    """The report in the current language: one HTML file that asks nothing of a network and needs no script.

    Args:
        outcome: what came of `train` or `backtest`.
        dataset: the rows they were given; the sensors of each alarm are drawn from these.
    """
    shown = _shown(outcome.episodes)
    sensors = Sensors(outcome, dataset) if shown else None
    return proven_html(
        outcome,
        "report.html.j2",
        to_do=TO_DO[outcome.verdict],
        facts=_facts(outcome),
        told=partial(told, outcome),
        heads=HEADS,
        plain=_PLAIN,
        glossary=GLOSSARY,
        proved=[event for event in outcome.events if event.detected is not None],
        timelines=[(outcome.series.assets[i], timeline(outcome, i)) for i in _machines(outcome)],
        shown=[(episode, sensors.pictures(episode) if sensors else []) for episode in shown],
        numbers={episode.number for episode in shown},
        wishes=wishes(outcome),
    )


def _facts(outcome: Outcome) -> list[Fact]:
    proved = [event for event in outcome.events if event.detected is not None]
    found = sum(bool(event.detected) for event in proved)
    held, alarms = outcome.alarms.held_out_per_week, outcome.alarms
    facts = []
    if proved:
        share = Told(text("{n} of {all}", n=found, all=len(proved)))
        facts.append(Fact(share, HEADS["detected"], found < len(proved) / 2))
    over = math.isfinite(held.low) and held.low > alarms.budget_per_week
    allowed = text("false alarms a week; {budget} allowed", budget=f"{alarms.budget_per_week:g}")
    facts.append(Fact(told(outcome, "false_per_week", held), allowed, over))
    delay = outcome.metrics.get("delay_s")
    if delay is not None and math.isfinite(delay.value):
        facts.append(Fact(told(outcome, "delay_s", delay), text("from the start of a fault to the alarm")))
    saved = outcome.value.saved
    if math.isfinite(saved.value):
        facts.append(Fact(told(outcome, "saved_per_quarter", saved), HEADS["saved_per_quarter"], saved.value < 0))
    return facts


def _shown(episodes: tuple[EpisodeOutcome, ...]) -> list[EpisodeOutcome]:
    """The alarms shown in full: those of the proof, the strongest where there are many, in time order."""
    proved = [episode for episode in episodes if episode.part == "prove"]
    strongest = sorted(proved, key=lambda episode: -episode.peak)[:_ALARMS_SHOWN]
    return sorted(strongest, key=lambda episode: episode.number)


def _machines(outcome: Outcome) -> list[int]:
    """The machines whose timeline is drawn: those with most alarms and faults."""
    names = [e.asset for e in outcome.episodes] + [e.asset for e in outcome.events]
    order = sorted(range(len(outcome.series.assets)), key=lambda i: -names.count(outcome.series.assets[i]))
    drawn = [i for i in order if np.any(outcome.series.asset == i)]
    return sorted(drawn[:_MACHINES_DRAWN])
