"""`bobae up`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import Shown, bars
from bobae.cli.door import app
from bobae.cli.options import Budget, Costs, Log, Seed
from bobae.cli.session import settings
from bobae.core import BadInput, Text, costs_of, say

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Tell

Data = Annotated[
    list[Path] | None, typer.Argument(metavar="DATA", help="your CSV, Excel or Parquet files, or a folder of them")
]
Demo = Annotated[bool, typer.Option("--demo", help="a simulated press with two weeks of history and known faults")]
Folder = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="where report, page and model go")]
_DEMO = Path("bobae-demo")
_MARKS = {"step": "\n== ", "plain": "   ", "good": " + ", "warning": " ! "}


def up(
    data: Data = None,
    *,
    demo: Demo = False,
    log: Log = None,
    alarm_budget: Budget = None,
    costs: Costs = "",
    seed: Seed = 0,
    out: Folder = None,
) -> Answer:
    """Do the main job: from files to a verdict, a report and a sealed model, told step by step."""
    if demo == bool(data):
        raise BadInput("say what to work on: --demo for the demo press, or a folder with your own files")
    wanted = app.Wanted(alarm_budget, costs_of(costs), log, seed)
    with bars() as progress:
        tell = _told_by(progress)
        if data:
            done = app.up(data, settings(), results=out, wanted=wanted, progress=progress, tell=tell)
        else:
            done = app.demo(settings(), folder=out or _DEMO, wanted=wanted, progress=progress, tell=tell)

    def show(console: Console) -> None:
        console.print(say("Done in {seconds} s. Open these:", seconds=round(done.seconds)))
        for made in done.files:
            console.print(f"  {made.path}\n      {made.what}", markup=False, soft_wrap=True)
        console.print(say("What to type next:"))
        for command, what in done.next:
            console.print(f"  {command}\n      {what}", markup=False, soft_wrap=True)

    return Answer(done.as_json(), show)


def _told_by(progress: Shown) -> Tell:
    def tell(what: Text, level: str = "plain") -> None:
        progress.tell(what, mark=_MARKS[level])

    return tell
