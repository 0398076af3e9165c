"""A training or a backtest, in a few rows: the verdict, figures, signals that stand out, what to beware of."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from bobae.core import LazyModule, say

if TYPE_CHECKING:
    import rich.table as rich_table
    from rich.console import Console

    from bobae.evidence.intervals import Figure
    from bobae.train.proven import Proven
else:
    rich_table = LazyModule("rich.table")

_WARNINGS = 5


def show_judged(console: Console, outcome: Proven, report: Path) -> None:
    """Print what came of a training or a backtest for a person."""
    for headline in outcome.headlines:
        console.print(str(headline), markup=False, soft_wrap=True)
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("figure"), say("this model"), say("best simple rule")):
        table.add_column(heading)
    for name in outcome.in_short:
        figure, naive = outcome.metrics[name], outcome.best_baseline.metrics.get(name)
        if math.isfinite(figure.value):
            table.add_row(str(outcome.titles[name]), _interval(figure), "-" if naive is None else _said(naive.value))
    console.print(table)
    if outcome.pointed is not None:
        console.print(str(outcome.pointed), markup=False, soft_wrap=True)
    for warning in outcome.warnings[:_WARNINGS]:
        console.print(f"! {warning}", markup=False, soft_wrap=True)
    console.print(say("The whole report: {path}", path=report), markup=False, soft_wrap=True)


def _interval(figure: Figure) -> str:
    if figure.bounded:
        return f"{_said(figure.value)} ({_said(figure.low)} - {_said(figure.high)})"
    return _said(figure.value)


def _said(value: float) -> str:
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
