"""Arguments and options that several commands share, each said once."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bobae.core import BadInput

Data = Annotated[
    list[Path],
    typer.Argument(metavar="DATA", help="CSV, Excel or Parquet files, a folder of them, or a plant with a historian"),
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="an address such as opc.tcp://10.0.0.7:4840, a folder of files, a connector, or a source of the plant",
    ),
]
Connector = Annotated[
    str | None,
    typer.Option("--connector", metavar="NAME", help="which connector reads it, where its address alone does not tell"),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="a setting of the source, such as user=bobae; may be repeated"),
]
Filter = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="TEXT", help="only variables with this text in path or address; may be repeated"),
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


def settings_of(given: list[str] | None) -> dict[str, Any]:
    """The settings that `--set` gives; numbers and true or false are taken as such.

    Raises:
        BadInput: there is no '=' in one.

    Example:
        >>> settings_of(["user=bobae", "poll_s=0.5", "passive=true"])
        {'user': 'bobae', 'poll_s': 0.5, 'passive': True}
    """
    found: dict[str, Any] = {}
    for one in given or ():
        key, sign, value = one.partition("=")
        if not sign or not key:
            raise BadInput("--set {given!r} says nothing; write --set name=value", given=one)
        try:
            found[key.strip()] = json.loads(value)
        except ValueError:
            found[key.strip()] = value
    return found
