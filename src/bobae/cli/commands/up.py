"""`bobae up`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import Shown, bars
from bobae.cli.door import app
from bobae.cli.logs import logs_told
from bobae.cli.options import Budget, Costs, Log, Seed
from bobae.cli.session import settings
from bobae.core import BadInput, Text, costs_of, say, seconds_of

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Ran, Tell, Up, Wanted, Wishes

Data = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="DATA", help="a plant folder with a live source; or CSV, Excel or Parquet files, or a folder of them"
    ),
]
Demo = Annotated[
    bool, typer.Option("--demo", help="a simulated press: two weeks of history, then live until a fault is found")
]
Month = Annotated[
    bool,
    typer.Option("--month", help="with --demo: a month of it in minutes, and what becomes of its model"),
]
Folder = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="where report, page and model go")]
Port = Annotated[int, typer.Option("--port", metavar="PORT", help="where a live plant answers over HTTP")]
Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="at which address; other computers only once users exist")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="NAME", help="under which name browsers ask; may be given many times"),
]
Cert = Annotated[Path | None, typer.Option("--cert", metavar="FILE", help="certificate for https, in PEM")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="its key, in PEM")]
For = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="stop a live plant by itself, such as after 90s, 5min or 2h")
]
Live = Callable[["Wishes", "asyncio.Event", Shown, "Tell"], Coroutine[Any, Any, "Ran"]]
_API = "bobae.api.part:answer"  # by name: what it stands on loads in its own process
_DEMO, _MONTH = Path("bobae-demo"), Path("bobae-demo-month")
_MARKS = {"step": "\n== ", "plain": "   ", "good": " + ", "warning": " ! "}


def up(
    data: Data = None,
    *,
    demo: Demo = False,
    month: Month = False,
    port: Port = 8800,
    host: Host = "127.0.0.1",
    name: Names = None,
    cert: Cert = None,
    key: Key = None,
    lasting: For = None,
    log: Log = None,
    alarm_budget: Budget = None,
    costs: Costs = "",
    seed: Seed = 0,
    out: Folder = None,
) -> Answer:
    """Do the main job: watch a live plant with trained models; or go from files to a verdict, a report and a model."""
    if demo == bool(data):
        raise BadInput(
            "say what to work on: --demo for the demo press, a plant folder, or a folder with your own files"
        )
    if month and not demo:
        raise BadInput("--month is the demo press's: type bobae up --demo --month")
    if month:
        return _month(out or _MONTH)
    wanted = app.Wanted(alarm_budget, costs_of(costs), log, seed)
    for_s = None if lasting is None else seconds_of(lasting)
    answers = _answers(port, host, name or [], cert, key)
    if demo:
        folder = out or _DEMO
        return _live(
            lambda wishes, stop, progress, tell: app.demo(
                folder, settings(), wishes, stop=stop, live=app.live_in_processes, progress=progress, tell=tell
            ),
            wanted=wanted,
            answers=answers,
            for_s=for_s,
        )
    assert data is not None
    if (plant := app.live_plant(data, settings())) is None:
        return _on_files(data, out, wanted)
    if out is not None:
        raise BadInput("{plant} is a live plant: its models and reports go into it; leave --out away", plant=plant)
    return _live(
        lambda wishes, stop, progress, tell: app.live_in_processes(
            plant, settings(), wishes, stop=stop, progress=progress, tell=tell
        ),
        wanted=wanted,
        answers=answers,
        for_s=for_s,
    )


def _answers(port: int, host: str, names: list[str], cert: Path | None, key: Path | None) -> dict[str, Any]:
    """Where a live plant answers, and how it proves its name."""
    if (cert is None) != (key is None):
        raise BadInput("--cert and --key go together")
    for file in (cert, key):
        if file is not None and not file.is_file():
            raise BadInput("there is no file {path}", path=file)
    told = names[0] if names else host
    told = f"[{told}]" if ":" in told else told
    files = {
        "cert": None if cert is None else str(cert.absolute()),
        "key": None if key is None else str(key.absolute()),
    }
    address = f"{'http' if cert is None else 'https'}://{told}:{port}"
    return {"port": port, "host": host, "names": names, "address": address, **files}


def _live(run: Live, *, wanted: Wanted, answers: dict[str, Any], for_s: float | None) -> Answer:
    """A live plant until it is stopped."""
    part = app.PartPlan("api", _API, answers, needed=True, sees_board=True)

    async def until_stopped(progress: Shown) -> Ran:
        wishes = app.Wishes((), address=f"{answers['address']}/api/v1", wanted=wanted, parts=(part,))
        with app.stopping(for_s) as stop:
            return await run(wishes, stop, progress, _told_by(progress))

    with bars() as progress, logs_told():
        ran = asyncio.run(until_stopped(progress))

    def show(console: Console) -> None:
        said = say(
            "Stopped after {seconds} s. Samples that came: {samples}; alarms: {alarms}. All is kept in {folder}.",
            seconds=round(ran.seconds),
            samples=f"{ran.samples:,}",
            alarms=len(ran.alarms),
            folder=ran.folder,
        )
        console.print(said, markup=False, soft_wrap=True)

    return Answer(ran.as_json(), show)


def _month(folder: Path) -> Answer:
    with bars() as progress:
        done = app.demo_month(folder, settings(), progress=progress, tell=_told_by(progress))

    def show(console: Console) -> None:
        for said in done.told():
            console.print(str(said), markup=False, soft_wrap=True)

    return Answer(done.as_json(), show)


def _on_files(data: list[Path], results: Path | None, wanted: Wanted) -> Answer:
    with bars() as progress:
        done = app.up(data, settings(), results=results, wanted=wanted, progress=progress, tell=_told_by(progress))
    return Answer(done.as_json(), lambda console: _show(console, done))


def _show(console: Console, done: Up) -> None:
    console.print(say("Done in {seconds} s. Open these:", seconds=round(done.seconds)))
    for made in done.files:
        console.print(f"  {made.path}\n      {made.what}", markup=False, soft_wrap=True)
    console.print(say("What to type next:"))
    for command, what in done.next:
        console.print(f"  {command}\n      {what}", markup=False, soft_wrap=True)


def _told_by(progress: Shown) -> Tell:
    def tell(what: Text, level: str = "plain") -> None:
        progress.tell(what, mark=_MARKS[level])

    return tell
