"""`bobae export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder, as `bobae init` makes it")]


def export(plant: Plant) -> Answer:
    """Let other tools read a plant's samples: a Delta Lake table over the very files that they are kept in."""
    table = app.export(plant)

    def show(console: Console) -> None:
        said = say("{table} is a Delta Lake table of all sealed samples; the next export adds what is new", table=table)
        console.print(said, markup=False, soft_wrap=True)

    return Answer({"table": str(table)}, show)
