"""`bobae upgrade`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import UpgradePlan

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder; stop bobae there before")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done, and change nothing")]
To = Annotated[
    Path | None,
    typer.Option("--backup", metavar="TO", help="where the backup before it goes; else DIR-backups beside DIR"),
]


def upgrade(plant: Plant, *, dry_run: DryRun = False, to: To = None) -> Answer:
    """Bring what a plant keeps to what this bobae wants: backed up before, verified after, taken back on failure."""
    if dry_run:
        plan = app.upgrade_plan(plant)
        return Answer(plan.as_json() | {"done": False}, lambda console: _show_plan(console, plan, plant))
    backups = to or plant.resolve().with_name(f"{plant.resolve().name}-backups")
    plan, made = app.upgrade(plant, backups)

    def show(console: "Console") -> None:
        _show_stores(console, plan)
        if made is not None:
            said = say("Done and verified. The state before is kept in {folder}.", folder=made.folder)
            console.print(said, markup=False, soft_wrap=True)

    document = {"done": made is not None, "backup": None if made is None else str(made.folder)}
    return Answer(plan.as_json() | document, show)


def _show_plan(console: "Console", plan: "UpgradePlan", plant: Path) -> None:
    _show_stores(console, plan)
    if not plan.is_needed:
        return
    said = say(
        "The backup before it copies {mb:.1f} MB ({free:.1f} GB are free); all of it takes about {s:.0f} s.",
        mb=plan.bytes / 1e6,
        free=plan.free_bytes / 1e9,
        s=max(plan.seconds, 1.0),
    )
    console.print(said, markup=False, soft_wrap=True)
    if plan.runs:
        said = say("bobae is at work in {folder}: stop it first, then upgrade", folder=plant)
        console.print(said, markup=False, soft_wrap=True)
    console.print(say("What to type next: bobae upgrade {folder}", folder=plant), markup=False, soft_wrap=True)


def _show_stores(console: "Console", plan: "UpgradePlan") -> None:
    for store in plan.stores:
        console.print(str(app.store_in_words(store)), markup=False, soft_wrap=True)
        for step in store.steps:
            console.print(f"    {step}", markup=False, soft_wrap=True)
