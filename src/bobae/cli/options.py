"""Arguments and options that several commands share, each said once."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    list[Path],
    typer.Argument(metavar="DATA", help="CSV, Excel or Parquet files, a folder of them, or a plant with a historian"),
]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="a sealed model, such as press.bobae")]
TimeCol = Annotated[str | None, typer.Option("--time-col", metavar="COL", help="the column with the time of each row")]
Asset = Annotated[
    str | None, typer.Option("--asset", metavar="PATH", help="of a plant's machines only this one, or those below it")
]
AssetCol = Annotated[str | None, typer.Option("--asset-col", metavar="COL", help="the column that names the machine")]
LotCol = Annotated[str | None, typer.Option("--lot-col", metavar="COL", help="the column that names lot, run or shot")]
Target = Annotated[
    str | None, typer.Option("--target", metavar="COL", help="the column with known faults (0 or 1) or results")
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--alarm-budget", metavar="N/TIME", help="false alarms one machine may raise: 1/week, 2/day, 0.5/month"
    ),
]
Costs = Annotated[
    str,
    typer.Option(
        "--costs",
        metavar="missed=..,false=..,late=..",
        help="what a missed fault, a false alarm and an hour of delay cost, in the plant's currency",
    ),
]
Log = Annotated[
    Path | None, typer.Option("--log", metavar="FILE", help="a table of known faults: start, end, what it was")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="where the report goes; else into bobae-reports/")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="where chance begins; the same seed, the same result")]
