"""`bobae bench`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import BadInput, LazyModule, say

if TYPE_CHECKING:
    import rich.table as rich_table
    from rich.console import Console
else:
    rich_table = LazyModule("rich.table")

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="which benchmark, such as anomaly")]
Quick = Annotated[bool, typer.Option("--quick", help="the short form: fewer repetitions")]
All = Annotated[bool, typer.Option("--all", help="every benchmark there is")]


def bench(name: Name = None, every: All = False, quick: Quick = False) -> Answer:
    """Measure bobae on this machine and compare with the targets."""
    if not every and name is None:
        raise BadInput("name a benchmark ({known}) or write --all", known=", ".join(app.benchmark_names()))
    wanted = app.benchmark_names() if every or name is None else [name]
    results = [app.bench(one, quick=quick) for one in wanted]
    met = all(row.get("met") is not False for result in results for row in result["rows"])
    document: dict[str, Any] = results[0] if not every else {"benchmarks": results}

    def show(console: "Console") -> None:
        for result in results:
            console.print(_table(result))

    return Answer(document, show, exit_code=0 if met else 1)


def _table(result: dict[str, Any]) -> "rich_table.Table":
    table = rich_table.Table(title=result["name"])
    for heading in (say("figure"), say("value"), say("unit"), say("reference"), say("target"), say("met")):
        table.add_column(heading)
    for row in result["rows"]:
        met = row.get("met")
        mark = "" if met is None else say("yes") if met else say("no")
        cells = (row["figure"], row["value"], row.get("unit"), row.get("reference"), row.get("target"))
        table.add_row(*(_said(cell) for cell in cells), mark)
    return table


def _said(cell: Any) -> str:
    return f"{cell:.4g}" if isinstance(cell, float) else "" if cell is None else str(cell)
