"""`bobae up`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.judged import show_judged
from bobae.cli.options import Budget, Costs, Data, Log, Seed
from bobae.cli.session import settings
from bobae.core import costs_of, say

if TYPE_CHECKING:
    from rich.console import Console

Folder = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="where report, page and model go")]


def up(
    data: Data,
    *,
    log: Log = None,
    alarm_budget: Budget = None,
    costs: Costs = "",
    seed: Seed = 0,
    out: Folder = Path("bobae-reports"),
) -> Answer:
    """Do the main job: from files to a verdict, a report and a sealed model, told step by step."""
    wanted = app.Wanted(alarm_budget, costs_of(costs), log, seed)
    with bars() as progress:
        job = app.main_job(data, settings(), folder=out, wanted=wanted, progress=progress, tell=progress.tell)
    judged = job.judged

    def show(console: Console) -> None:
        show_judged(console, judged, job.train_report)
        console.print(say("What the data can answer: {path}", path=job.assess_report), markup=False, soft_wrap=True)
        console.print(say("The sealed model: {path}", path=judged.path), markup=False, soft_wrap=True)

    document = judged.outcome.as_json(model=str(judged.path), model_sha256=judged.model.sha256)
    pages = {"report": str(job.train_report), "assess_report": str(job.assess_report)}
    return Answer(document | pages, show)
