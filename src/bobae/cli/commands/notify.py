"""`bobae notify test | log`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import local_time, text

if TYPE_CHECKING:
    from rich.console import Console

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
Who = Annotated[str, typer.Argument(metavar="RECEIVER", help="the receiver's name under `notify` in plant.yaml")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many of the newest are shown")]
HERE = Path()


def test(receiver: Who, *, plant: Plant = HERE) -> Answer:  # noqa: PT028 (a command, not a test)
    """Send a receiver of alarms a message, and say whether it was taken."""
    app.tell_receiver(plant, settings(), receiver)
    told = text("{receiver}: the message was taken", receiver=receiver)
    return Answer({"receiver": receiver, "taken": True}, lambda console: console.print(str(told), markup=False))


def log(*, limit: Limit = 20, plant: Plant = HERE) -> Answer:
    """Show who was told of which alarms, newest first."""
    with app.alarm_desk(plant, settings()) as desk:
        notices = desk.catalogue.notices.newest(limit=limit)
        rows = [
            {"receiver": n.receiver, "alarm": n.alarm, "kind": n.kind, "time": local_time(n.sent_ns).isoformat()}
            for n in notices
        ]

    def shown(console: Console) -> None:
        for row in rows:
            values = {"receiver": row["receiver"], "number": row["alarm"], "kind": row["kind"]}
            line = text("{time}  {receiver}  alarm {number}  {kind}", time=str(row["time"])[:19], **values)
            console.print(str(line), markup=False, soft_wrap=True)
        if not rows:
            console.print(str(text("nobody was told of anything yet")))

    return Answer({"notices": rows}, shown)
