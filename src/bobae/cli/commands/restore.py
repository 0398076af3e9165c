"""`bobae restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.commands.backup import backup_document, show_backup
from bobae.cli.door import app
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Source = Annotated[Path, typer.Argument(metavar="FROM", help="a backup, or a folder of backups: the newest of them")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="where the plant is to be; new or empty")]


def restore(source: Source, folder: Folder) -> Answer:
    """Bring a plant back from a backup, after every byte of it was verified; nothing is overwritten."""
    found = app.restore(source, folder)

    def show(console: "Console") -> None:
        said = say("{backup} is whole and was brought back to {folder}.", backup=found.folder, folder=folder)
        console.print(said, markup=False, soft_wrap=True)
        show_backup(console, found)
        console.print(say("What to type next: bobae up {folder}", folder=folder), markup=False, soft_wrap=True)

    return Answer(backup_document(found) | {"restored_to": str(folder)}, show)
