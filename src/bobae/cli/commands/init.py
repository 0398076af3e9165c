"""`bobae init`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the folder to make")]


def init(folder: Folder) -> Answer:
    """Make a plant folder with a plant.yaml that explains itself."""
    made = app.init(folder, settings())
    document = {"plant": made.plant.plant, "path": str(made.path)}

    def show(console: "Console") -> None:
        console.print(say("{path} is made; it explains itself.", path=made.path))
        console.print(say("Next: put the machine's CSV or Excel files into {folder}, then", folder=folder / "data"))
        console.print(f"  bobae assess {folder / 'data'}")

    return Answer(document, show)
