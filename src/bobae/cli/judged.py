"""A training or a backtest, in a few rows: the verdict first, then figures, alarms, money and what to beware of."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bobae.core import LazyModule, say

if TYPE_CHECKING:
    import rich.table as rich_table
    from rich.console import Console

    from bobae.app import Foretold, Judged
    from bobae.evidence.intervals import Figure
    from bobae.train import outcome as outcomes
else:
    outcomes = LazyModule("bobae.train.outcome")
    rich_table = LazyModule("rich.table")

_SHOWN = 5
_FIGURES = ("detected", "delay_s", "false_per_week", "saved_per_quarter")


def show_trained(console: Console, judged: Judged | Foretold, report: Path) -> None:
    """Print what came of a training or a backtest for a person."""
    if judged.outcome.task == "anomaly":
        show_judged(console, cast("Judged", judged), report)
    else:
        show_foretold(console, cast("Foretold", judged), report)


def show_foretold(console: Console, judged: Foretold, report: Path) -> None:
    """Print a prediction: the verdict, its figures beside the best simple rule, and what to beware of."""
    outcome = judged.outcome
    for headline in outcome.headlines:
        console.print(str(headline), markup=False, soft_wrap=True)
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("figure"), say("this model"), say("best simple rule")):
        table.add_column(heading)
    for name, figure in outcome.metrics.items():
        naive = outcome.best_baseline.metrics.get(name)
        if math.isfinite(figure.value):
            table.add_row(str(outcome.titles[name]), _interval(figure), "-" if naive is None else _said(naive.value))
    console.print(table)
    moved = [weight for weight in outcome.weights[:_SHOWN] if weight.share > 0]
    if moved:
        tags = ", ".join(f"{weight.tag} ({weight.share:.0%})" for weight in moved)
        console.print(say("Its answers are moved most by: {tags}", tags=tags), markup=False, soft_wrap=True)
    _end(console, [str(warning) for warning in outcome.warnings], report)


def show_judged(console: Console, judged: Judged, report: Path) -> None:
    """Print it for a person."""
    outcome = judged.outcome
    for headline in outcome.headlines:
        console.print(str(headline), markup=False, soft_wrap=True)
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("figure"), say("this model"), say("best simple rule")):
        table.add_column(heading)
    for name in _FIGURES:
        if math.isfinite(outcome.metrics[name].value):
            naive = outcome.best_baseline.metrics[name]
            title = str(outcomes.METRIC_TITLES[name])
            table.add_row(title, _interval(outcome.metrics[name]), _said(naive.value))
    console.print(table)
    if outcome.top_tags:
        tags = ", ".join(f"{tag} ({share:.0%})" for tag, share in outcome.top_tags[:_SHOWN])
        console.print(say("Most alarms point at: {tags}", tags=tags), markup=False, soft_wrap=True)
    _end(console, [str(warning) for warning in outcome.warnings], report)


def _end(console: Console, warnings: list[str], report: Path) -> None:
    for warning in warnings[:_SHOWN]:
        console.print(f"! {warning}", markup=False, soft_wrap=True)
    console.print(say("The whole report: {path}", path=report), markup=False, soft_wrap=True)


def _interval(figure: Figure) -> str:
    if math.isfinite(figure.low) and math.isfinite(figure.high):
        return f"{_said(figure.value)} ({_said(figure.low)} - {_said(figure.high)})"
    return _said(figure.value)


def _said(value: float) -> str:
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
