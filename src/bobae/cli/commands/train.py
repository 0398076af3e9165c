"""`bobae train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.judged import show_judged
from bobae.cli.options import Asset, AssetCol, Budget, Costs, Data, Log, LotCol, Report, Seed, Target, TimeCol
from bobae.cli.session import settings
from bobae.core import costs_of, say, seconds_of

if TYPE_CHECKING:
    from rich.console import Console

Task = Annotated[
    str,
    typer.Option(
        "--task",
        metavar="TASK",
        help="the question: anomaly (watch the machine), rul (how long is left), soft-sensor (a quality value), "
        "classify (good or bad), forecast (look ahead), or auto: the one that the data answer best",
    ),
]
Spend = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="TIME",
        help="CPU time that may be spent, such as 120s; with it other settings of what foretells best are tried too",
    ),
]
Censored = Annotated[
    str | None, typer.Option("--censored", metavar="COL", help="the column that marks machines which still live (rul)")
]
Horizon = Annotated[
    str | None,
    typer.Option("--horizon", metavar="N|TIME", help="how far ahead: 24h (forecast), or units of the life left (rul)"),
]
LabDelay = Annotated[
    str | None,
    typer.Option(
        "--lab-delay",
        metavar="TIME|N",
        help="how late laboratory values come: 8h, or so many rows where they have no time (soft-sensor)",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="MODEL.bobae", help="where the sealed model goes")]


def train(
    data: Data,
    *,
    task: Task = "anomaly",
    target: Target = None,
    asset: Asset = None,
    time_col: TimeCol = None,
    asset_col: AssetCol = None,
    lot_col: LotCol = None,
    censored: Censored = None,
    horizon: Horizon = None,
    lab_delay: LabDelay = None,
    log: Log = None,
    alarm_budget: Budget = None,
    costs: Costs = "",
    budget: Spend = None,
    seed: Seed = 0,
    out: Out = None,
    report: Report = None,
) -> Answer:
    """Train a model on the data, judge it as it will be used, and seal it with its verdict."""
    wanted = app.Wanted(
        alarm_budget,
        costs_of(costs),
        log,
        seed,
        seconds_of(budget) if budget else None,
        censored,
        horizon,
        lab_delay,
    )
    chosen = app.chosen_roles(time=time_col, asset=asset_col, lot=lot_col, target=target)
    model = out or app.report_path(data[0], "model").with_suffix(".bobae")
    with bars() as progress:
        dataset = app.read_with_roles(data, settings(), chosen=chosen, asset=asset, progress=progress)
        judged = app.train(dataset, settings(), task=task, out=model, wanted=wanted, progress=progress)
    written = app.write_report(app.report_of(judged), report or app.report_path(data[0], "train"))

    def show(console: Console) -> None:
        show_judged(console, judged.outcome, written)
        console.print(say("The sealed model: {path}", path=judged.path), markup=False, soft_wrap=True)

    document = judged.outcome.as_json(model=str(judged.path), model_sha256=judged.model.sha256)
    return Answer(document | {"report": str(written)}, show)
