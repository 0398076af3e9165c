"""One page for one training: what it means, what to do, and everything that supports it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bobae.core import Dataset, Text, Verdict, text
from bobae.evidence.intervals import Figure
from bobae.train.outcome import EpisodeOutcome, Outcome
from bobae.train.page import page
from bobae.train.proven import BaselineOutcome
from bobae.train.report.pictures import Sensors, timeline
from bobae.train.report.when import When
from bobae.train.report.words import GLOSSARY, HEADS, TO_DO, Told, told, wishes

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
    return page(
        "bobae.train.report",
        "report.html.j2",
        o=outcome,
        when=When.of(outcome),
        proved=[event for event in outcome.events if event.detected is not None],
        to_do=TO_DO[outcome.verdict],
        useful=outcome.verdict is Verdict.USEFUL,
        facts=_facts(outcome),
        timelines=[(outcome.series.assets[i], timeline(outcome, i)) for i in _machines(outcome)],
        shown=[(episode, sensors.pictures(episode) if sensors else []) for episode in shown],
        numbers={episode.number for episode in shown},
        plain=_table(outcome, [name for name in _PLAIN if name in outcome.metrics]),
        rest=_table(outcome, [name for name in outcome.metrics if name not in _PLAIN]),
        wishes=wishes(outcome),
        glossary=GLOSSARY,
        settings={name: _plain(value) for name, value in outcome.settings.items()},
    )


@dataclass(frozen=True)
class _Fact:
    """One of the figures that matter: what it is, and whether it is bad news."""

    figure: Told
    what: Text
    odd: bool = False


def _facts(outcome: Outcome) -> list[_Fact]:
    proved = [event for event in outcome.events if event.detected is not None]
    found = sum(bool(event.detected) for event in proved)
    held, alarms = outcome.alarms.held_out_per_week, outcome.alarms
    facts = []
    if proved:
        share = Told(text("{n} of {all}", n=found, all=len(proved)))
        facts.append(_Fact(share, HEADS["detected"], found < len(proved) / 2))
    over = math.isfinite(held.low) and held.low > alarms.budget_per_week
    allowed = text("false alarms a week; {budget} allowed", budget=f"{alarms.budget_per_week:g}")
    facts.append(_Fact(told("false_per_week", held, outcome), allowed, over))
    delay = outcome.metrics.get("delay_s")
    if delay is not None and math.isfinite(delay.value):
        facts.append(_Fact(told("delay_s", delay, outcome), text("from the start of a fault to the alarm")))
    saved = outcome.value.saved
    if math.isfinite(saved.value):
        facts.append(_Fact(told("saved_per_quarter", saved, outcome), HEADS["saved_per_quarter"], saved.value < 0))
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


def _table(outcome: Outcome, names: list[str]) -> dict[str, Any]:
    """Figures of the model and the simple rules side by side; figures that nobody has are left out."""
    own = BaselineOutcome("model", text("this model"), outcome.metrics)
    rules = [own, *outcome.baselines]
    names = [n for n in names if any(n in rule.metrics and math.isfinite(rule.metrics[n].value) for rule in rules)]
    rows = [
        (
            rule.title,
            [told(n, rule.metrics.get(n, Figure(math.nan)), outcome) for n in names],
            rule is own,
        )
        for rule in rules
    ]
    return {"heads": [HEADS.get(name) or outcome.titles[name] for name in names], "rows": rows}


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
