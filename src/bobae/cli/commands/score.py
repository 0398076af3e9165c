"""`bobae score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.options import Asset, AssetCol, Data, LotCol, Model, TimeCol
from bobae.cli.session import settings
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="OUT", help="a .csv or .parquet file; else CSV into bobae-reports/"),
]
_SHOWN = 10


def score(
    model: Model,
    data: Data,
    *,
    asset: Asset = None,
    time_col: TimeCol = None,
    asset_col: AssetCol = None,
    lot_col: LotCol = None,
    out: Out = None,
) -> Answer:
    """Run a sealed model over new data: for each row its score, whether it alarms, and which signal shows it."""
    chosen = app.chosen_roles(time=time_col, asset=asset_col, lot=lot_col)
    with bars() as progress:
        dataset = app.read_with_roles(data, settings(), chosen=chosen, asset=asset, progress=progress)
        target = out or app.report_path(data[0], "scores").with_suffix(".csv")
        scored = app.score(model, dataset, settings(), out=target, progress=progress)
    alarms = scored.alarms() if scored.watches else []
    document = {
        "model": str(model),
        "model_sha256": scored.model.sha256,
        "rows": scored.table.num_rows,
        "columns": scored.table.column_names,
        "alarm_rows": sum(alarm.rows for alarm in alarms),
        "alarms": [alarm.as_json() for alarm in alarms],
        "out": str(scored.path),
    }

    def show(console: Console) -> None:
        rows = f"{scored.table.num_rows:,}"
        if not scored.watches:
            console.print(say("{rows} rows were told", rows=rows))
        else:
            console.print(say("{n} alarms in {rows} rows", n=len(alarms), rows=rows))
        for alarm in alarms[:_SHOWN]:
            said = say("{start} to {end}: {tag}", start=alarm.start, end=alarm.end, tag=alarm.top_tag or "-")
            console.print(f"  {said}", markup=False, soft_wrap=True)
        if len(alarms) > _SHOWN:
            console.print(say("... and {n} more in the file", n=len(alarms) - _SHOWN))
        console.print(say("Row by row: {path}", path=scored.path), markup=False, soft_wrap=True)

    return Answer(document, show)
