"""`bobae backup`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Backup

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder; bobae may be at work in it")]
To = Annotated[Path, typer.Argument(metavar="TO", help="a folder for backups, best on another disk")]


def backup(plant: Plant, to: To) -> Answer:
    """Back up a plant while it runs: samples, alarms, models, plant file; whole and verified, or not at all."""
    made = app.backup(plant, to)

    def show(console: "Console") -> None:
        said = say(
            "Backed up to {folder}: {mb:.1f} MB, {shared:.1f} MB of it shared with the backup before.",
            folder=made.folder,
            mb=made.bytes / 1e6,
            shared=made.shared / 1e6,
        )
        console.print(said, markup=False, soft_wrap=True)
        show_backup(console, made)

    return Answer(backup_document(made), show)


def show_backup(console: "Console", found: "Backup") -> None:
    """What a backup has, for a person."""
    counts = {"samples": f"{found.samples:,}", "tags": found.tags, "models": found.models, "alarms": found.alarms}
    said = say(
        "Plant {plant}: {samples} samples of {tags} tags up to {until}, {models} models, {alarms} alarms.",
        **counts,
        until=found.until or "-",
        plant=found.plant,
    )
    console.print(said, markup=False, soft_wrap=True)


def backup_document(found: "Backup") -> dict[str, object]:
    """What a backup has, for a program: its files only counted."""
    document = found.as_json()
    return document | {"files": len(document["files"])}
