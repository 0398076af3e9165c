"""`bobae status`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.core import Text, local_time, say, text

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Board

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder; bobae may be at work in it")]
_WORDS = {
    "starting": text("starting"),
    "active": text("active"),
    "idle": text("idle"),
    "degraded": text("degraded"),
    "stopped": text("stopped"),
}
_COLOURS = {"starting": "cyan", "active": "green", "idle": "blue", "degraded": "yellow", "stopped": "dim"}


def status(plant: Plant) -> Answer:
    """Say how each part of a running bobae does, why, and what to do; exit code 1 where one is not as it should be."""
    board = app.standing(plant)
    runs = board is not None and any(part.state != "stopped" for part in board.parts)
    well = runs and board is not None and all(part.state != "degraded" for part in board.parts)

    def show(console: "Console") -> None:
        if board is None or not runs:
            said = say("bobae is not at work in {folder}; start it: bobae up {folder}", folder=plant)
            console.print(said, markup=False, soft_wrap=True)
        if board is not None:
            _show(console, board)

    return Answer(_document(board, runs=runs, well=well), show, exit_code=0 if well else 1)


def _show(console: "Console", board: "Board") -> None:
    for part in board.parts:
        since = local_time(part.since_ns).strftime("%Y-%m-%d %H:%M:%S")
        word = f"[{_COLOURS[part.state]}]{_WORDS[part.state]}[/]"
        memory = "" if part.memory_bytes is None else f", {part.memory_bytes / 1e6:.0f} MB"
        again = "" if not part.restarts else ", " + say("started again {n} times", n=part.restarts)
        console.print(f"{part.name}: {word} ({since}{memory}{again})", highlight=False)
        for said in (part.reason, part.next_step):
            if said is not None:
                console.print(f"    {said}", markup=False, soft_wrap=True)


def _document(board: "Board | None", *, runs: bool, well: bool) -> dict[str, object]:
    parts = () if board is None else board.parts
    told = [
        {
            "name": part.name,
            "state": part.state,
            "since": local_time(part.since_ns).isoformat(),
            "reason": _said(part.reason),
            "next_step": _said(part.next_step),
            "pid": part.pid,
            "restarts": part.restarts,
            "memory_bytes": part.memory_bytes,
        }
        for part in parts
    ]
    return {"runs": runs, "well": well, "parts": told}


def _said(said: Text | None) -> str | None:
    return None if said is None else str(said)
