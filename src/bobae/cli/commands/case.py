"""`bobae case list | show | close | missed`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import Text, local_time, text

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.registry.catalogue import Case

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="who you are; it is kept with what you do")]
Number = Annotated[int, typer.Argument(metavar="ID", help="the case's number")]
Found = Annotated[str, typer.Option("--found", metavar="TEXT", help="what it was; 'nothing' is an answer too")]
Done = Annotated[str, typer.Option("--done", metavar="TEXT", help="what was done about it")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many of the newest are shown")]
OnlyOpen = Annotated[bool, typer.Option("--open", help="only those that are open")]
Machine = Annotated[str, typer.Argument(metavar="ASSET", help="path of the machine")]
From = Annotated[str, typer.Option("--from", metavar="TIME", help="when it began, such as 2026-03-09T10:14")]
To = Annotated[str, typer.Option("--to", metavar="TIME", help="when it was over")]
What = Annotated[str, typer.Option("--what", metavar="TEXT", help="what it was")]
HERE = Path()


def list(*, only_open: OnlyOpen = False, limit: Limit = 20, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show the cases, newest first: each is what there is to do at one machine."""
    with app.alarm_desk(plant, settings()) as desk:
        cases = desk.cases(limit=limit, is_open=True if only_open else None)
        told = [_told(case) for case in cases] or [text("no cases")]
        return Answer({"cases": [_case(case) for case in cases]}, lambda console: _print(console, told))


def show(number: Number, *, plant: Plant = HERE) -> Answer:
    """Show one case: since when, which signals, and earlier alarms like it with what was done."""
    with app.alarm_desk(plant, settings()) as desk:
        found = desk.case(number)
        told = [*app.case_told(found)]
        document = _case(found.case) | {
            "text": [str(said) for said in told],
            "signals": [signal.as_json() for signal in found.signals],
        }
    return Answer(document, lambda console: _print(console, told))


def close(number: Number, *, found: Found, by: By, done: Done = "", plant: Plant = HERE) -> Answer:
    """Close a case with what it was and what was done; the next one like it will show that."""
    with app.alarm_desk(plant, settings()) as desk:
        case = desk.close(number, by=by, found=found, done=done)
        told = [_told(case)]
        return Answer(_case(case), lambda console: _print(console, told))


def missed(asset: Machine, *, begun: From, over: To, what: What, by: By, plant: Plant = HERE) -> Answer:
    """Tell of a fault that no alarm told of: the next training knows it, and the books too."""
    with app.alarm_desk(plant, settings()) as desk:
        from_ns, to_ns = (app.moment(written, settings()) for written in (begun, over))
        said = desk.missed(asset, from_ns=from_ns, to_ns=to_ns, what=what, by=by)
    return Answer({"id": said.id, "asset": said.asset}, lambda console: _print(console, [text("kept")]))


def _case(case: Case) -> dict[str, Any]:
    def at(time_ns: int | None) -> str | None:
        return None if time_ns is None else local_time(time_ns).isoformat()

    return {
        "id": case.id,
        "asset": case.asset,
        "opened": at(case.opened_ns),
        "over": at(case.over_ns),
        "closed": at(case.closed_ns),
        "found": case.found,
        "done": case.done,
    }


def _told(case: Case) -> Text:
    values = {"number": case.id, "asset": case.asset, "time": local_time(case.opened_ns).strftime("%Y-%m-%d %H:%M")}
    if case.closed_ns is not None:
        return text("{number}  {asset}, since {time}, closed: {found}", **values, found=case.found or "-")
    return text("{number}  {asset}, since {time}, open", **values)


def _print(console: Console, told: Any) -> None:
    for said in told:
        console.print(str(said), markup=False, soft_wrap=True)
