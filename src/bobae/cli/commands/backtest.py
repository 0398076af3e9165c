"""`bobae backtest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.judged import show_judged
from bobae.cli.options import Asset, AssetCol, Budget, Costs, Data, Log, LotCol, Model, Report, Seed, Target, TimeCol
from bobae.cli.session import settings
from bobae.core import costs_of

if TYPE_CHECKING:
    from rich.console import Console


def backtest(
    model: Model,
    data: Data,
    *,
    target: Target = None,
    asset: Asset = None,
    time_col: TimeCol = None,
    asset_col: AssetCol = None,
    lot_col: LotCol = None,
    log: Log = None,
    alarm_budget: Budget = None,
    costs: Costs = "",
    seed: Seed = 0,
    report: Report = None,
) -> Answer:
    """Judge a sealed model on new data, as honestly as at its training."""
    wanted = app.Wanted(alarm_budget, costs_of(costs), log, seed)
    chosen = app.chosen_roles(time=time_col, asset=asset_col, lot=lot_col, target=target)
    with bars() as progress:
        dataset = app.read_with_roles(data, settings(), chosen=chosen, asset=asset, progress=progress)
        judged = app.backtest(model, dataset, settings(), wanted=wanted, progress=progress)
    written = app.write_report(app.report_of(judged), report or app.report_path(data[0], "backtest"))

    def show(console: Console) -> None:
        show_judged(console, judged.outcome, written)

    document = judged.outcome.as_json(model=str(model), model_sha256=judged.model.sha256)
    return Answer(document | {"report": str(written)}, show)
