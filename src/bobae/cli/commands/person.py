"""`bobae write person add | remove | list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.commands.write import HERE, Plant
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import local_time, say

if TYPE_CHECKING:
    from rich.console import Console

Name = Annotated[str, typer.Argument(metavar="NAME", help="the person's name")]


def add(name: Name, *, plant: Plant = HERE) -> Answer:
    """Let a person ask and approve; their secret is shown this once, and kept nowhere."""
    with app.writing_at(plant, settings()) as writing:
        secret = writing.persons.add(name)

    def shown(console: Console) -> None:
        said = say("{name} may ask and approve. Give them this secret; it is not shown again:", name=name)
        console.print(said, markup=False, soft_wrap=True)
        console.print(f"  {secret}", markup=False, soft_wrap=True)

    return Answer({"name": name, "secret": secret}, shown)


def remove(name: Name, *, plant: Plant = HERE) -> Answer:
    """Take away a person's right to ask and approve; their orders that were not carried out are cancelled."""
    with app.writing_at(plant, settings()) as writing:
        cancelled = writing.persons.remove(name)
    said = say("{name} may do nothing any more; {n} orders were cancelled", name=name, n=cancelled)
    return Answer(
        {"name": name, "cancelled": cancelled}, lambda console: console.print(said, markup=False, soft_wrap=True)
    )


def list(*, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show who may ask and approve."""
    with app.writing_at(plant, settings()) as writing:
        persons = [(one.name, local_time(one.added_ns)) for one in writing.persons.all()]

    def shown(console: Console) -> None:
        if not persons:
            console.print(say("nobody yet: bobae write person add NAME"))
        for name, added in persons:
            console.print(
                say("{name}, since {when}", name=name, when=f"{added:%Y-%m-%d}"), markup=False, soft_wrap=True
            )

    return Answer({"persons": [{"name": name, "added": added.isoformat()} for name, added in persons]}, shown)
