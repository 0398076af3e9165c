"""`bobae doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

_MARKS = {"good": "[green]✓[/]", "warning": "[yellow]![/]", "bad": "[red]✗[/]"}


Plant = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="a plant folder whose kept samples are to be looked through too")
]


def doctor(plant: Plant = None) -> Answer:
    """See whether this machine can run bobae, and what to do if not."""
    examined = app.doctor(settings(), plant)
    well = all(e.level != "bad" for e in examined)
    document = {
        "well": well,
        "examined": [{"name": e.name, "level": e.level, "said": str(e.said)} for e in examined],
        "settings": dict(settings().origins),
    }

    def show(console: "Console") -> None:
        for one in examined:
            console.print(f"{_MARKS[one.level]} {one.said}", soft_wrap=True)
        console.print(say("All is well.") if well else say("Something above needs mending."))

    return Answer(document, show, exit_code=0 if well else 1)
