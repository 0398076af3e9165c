"""`bobae ledger`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import Text, text

if TYPE_CHECKING:
    from rich.console import Console

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="a plant folder; bobae may be running there")]
Year = Annotated[float, typer.Option("--days", metavar="N", help="of how many days until now")]


def ledger(plant: Plant, *, days: Year = 366) -> Answer:
    """Say what each model saved and cost, by month, and which of them is not worth its place."""
    found = app.ledger(plant, settings(), days=days)
    told = list(found.told()) or [text("no alarm has been entered yet")]
    return Answer(found.as_json(), lambda console: _print(console, told))


def _print(console: Console, told: list[Text]) -> None:
    for said in told:
        console.print(str(said), markup=False, soft_wrap=True)
