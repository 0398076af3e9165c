"""Arguments and options that several commands share, each said once."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[list[Path], typer.Argument(metavar="DATA", help="CSV, Excel or Parquet files, or a folder of them")]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="a sealed model, such as press.bobae")]
TimeCol = Annotated[str | None, typer.Option("--time-col", metavar="COL", help="the column with the time of each row")]
AssetCol = Annotated[str | None, typer.Option("--asset-col", metavar="COL", help="the column that names the machine")]
LotCol = Annotated[str | None, typer.Option("--lot-col", metavar="COL", help="the column that names lot, run or shot")]
Target = Annotated[
    str | None, typer.Option("--target", metavar="COL", help="the column with known faults (0 or 1) or results")
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="where the report goes; else into bobae-reports/")
]
Seed = Annotated[int, typer.Option("--seed", help="where chance begins; the same seed gives the same result")]
