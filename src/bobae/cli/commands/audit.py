"""`bobae audit list | verify | export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.commands import write
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import say

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="the file to write, one JSON document a row")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many of the newest are shown")]
HERE = Path()


def list(*, limit: Limit = 50, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show what people did: who signed in, what they asked for, what came of it."""
    return write.audit(limit=limit, plant=plant)


def verify(*, plant: Plant = HERE) -> Answer:
    """Look whether an entry of the audit was changed or removed."""
    return write.audit(verify=True, limit=0, plant=plant)


def export(file: File, *, plant: Plant = HERE) -> Answer:
    """Write the whole audit to a file, with all that each hash was made of."""
    with app.writing_at(plant, settings()) as writing:
        count = app.export_audit(writing.book, file)
    said = say("{n} entries are in {file}", n=count, file=file)
    return Answer(
        {"file": str(file), "count": count}, lambda console: console.print(said, markup=False, soft_wrap=True)
    )
