"""`bobae service print` and `install`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder that is to be at work")]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="who it runs as; else who owns the folder")]


def print(plant: Plant, *, user: User = None) -> Answer:  # noqa: A001 - the command's own name
    """Print the systemd unit that runs this bobae on a plant folder, hardened."""
    made = app.service_for(plant, user)
    document = {"name": made.name, "unit": made.unit()}
    return Answer(document, lambda console: console.print(made.unit(), markup=False, soft_wrap=True, end=""))


def install(plant: Plant, *, user: User = None) -> Answer:
    """Write the systemd unit where systemd looks for it; nothing is started."""
    made = app.service_for(plant, user)
    path = app.install_service(made)

    def show(console: "Console") -> None:
        console.print(say("{path} was written. What to type next:", path=path), markup=False, soft_wrap=True)
        console.print(f"  sudo systemctl daemon-reload && sudo systemctl enable --now {made.name}", markup=False)
        console.print(f"  systemctl status {made.name} && bobae status {made.plant}", markup=False, soft_wrap=True)

    return Answer({"path": str(path), "name": made.name}, show)
