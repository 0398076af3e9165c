"""`bobae twin`: decisions tried on a plant that runs in the computer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.options import Report, Seed
from bobae.cli.twin_tables import (
    show_bottlenecks,
    show_comparison,
    show_doubts,
    show_optimum,
    show_promises,
    show_study,
)
from bobae.core import say

if TYPE_CHECKING:
    from rich.console import Console

Found = TypeVar("Found")
Plant = Annotated[
    Path,
    typer.Argument(
        metavar="PLANT",
        help="a plant folder or file with a section `production`, a workbook, a folder of its sheets as CSV files, "
        "or Asset Administration Shells (.aasx, .json)",
    ),
]
Other = Annotated[
    Path | None,
    typer.Argument(metavar="OTHER", help="the plant as it would be; or say with --change what differs"),
]
Change = Annotated[
    list[str] | None,
    typer.Option("--change", metavar="PLACE=VALUE", help="such as machines.saw.count=3; may be repeated"),
]
Days = Annotated[float, typer.Option("--days", metavar="N", help="how many days of the plant count")]
WarmUp = Annotated[
    float | None,
    typer.Option("--warm-up", metavar="N", help="days before that do not count; without it they are found"),
]
Runs = Annotated[int, typer.Option("--runs", metavar="N", min=2, help="how many times, each with its own chance")]
Within = Annotated[
    float | None,
    typer.Option(
        "--within", metavar="SHARE", help="run until what is made a day is known so closely, such as 0.01, instead"
    ),
]
Events = Annotated[
    Path | None,
    typer.Option("--events", metavar="FILE.parquet", help="also write down all that happened in the first run"),
]
Vary = Annotated[
    list[str],
    typer.Option(
        "--vary", metavar="PLACE=A..B", help="what may be decided: whole numbers A..B, or values between |; repeat it"
    ),
]
Aim = Annotated[
    str,
    typer.Option("--aim", metavar="FIGURE", help="throughput, good_pieces, margin, on_time, cycle_time or wip"),
]
At = Annotated[
    list[str], typer.Option("--at", metavar="MACHINES", help="machines that shall work by what is learned; repeat it")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.yaml", help="where the plant that has learned goes")]
Tries = Annotated[int, typer.Option("--tries", metavar="N", min=1, help="different plants at the most")]


def run(
    plant: Plant,
    *,
    change: Change = None,
    days: Days = 30.0,
    warm_up: WarmUp = None,
    runs: Runs = 10,
    within: Within = None,
    seed: Seed = 0,
    events: Events = None,
    report: Report = None,
) -> Answer:
    """Run the plant many times: what it makes, how long that takes, how busy everything is, what is left of it."""
    plan = app.twin_plan(plant, change or ())
    with bars() as progress:
        found = app.twin_study(plan, days=days, warm_up=warm_up, runs=runs, within=within, seed=seed, progress=progress)
    written = app.write_report(app.twin_page(found, title=_title(plant)), report or app.report_path(plant, "twin"))
    document = app.study_as_json(found) | {"report": str(written)}
    if events is not None:
        document["events"] = str(app.twin_events(found, events, seed=seed))
    return Answer(document, lambda console: _told(console, found, show_study, written))


def whatif(
    plant: Plant,
    other: Other = None,
    *,
    change: Change = None,
    days: Days = 30.0,
    warm_up: WarmUp = None,
    runs: Runs = 10,
    seed: Seed = 0,
    report: Report = None,
) -> Answer:
    """Set two plants side by side, with the same chance: what a decision changes, and how sure that is."""
    before, after = app.twin_plan(plant), app.twin_plan(other or plant, change or ())
    with bars() as progress:
        found = app.twin_whatif(before, after, days=days, warm_up=warm_up, runs=runs, seed=seed, progress=progress)
    page = app.twin_page(found, title=_title(plant))
    written = app.write_report(page, report or app.report_path(plant, "whatif"))
    document = app.comparison_as_json(found) | {"report": str(written)}
    return Answer(document, lambda console: _told(console, found, show_comparison, written))


def bottleneck(
    plant: Plant,
    *,
    change: Change = None,
    days: Days = 30.0,
    warm_up: WarmUp = None,
    runs: Runs = 10,
    seed: Seed = 0,
    report: Report = None,
) -> Answer:
    """Find the machines that hold the plant back, by four methods, and what making them quicker brings."""
    plan = app.twin_plan(plant, change or ())
    with bars() as progress:
        found = app.twin_bottleneck(plan, days=days, warm_up=warm_up, runs=runs, seed=seed, progress=progress)
    page = app.twin_page(found, title=_title(plant))
    written = app.write_report(page, report or app.report_path(plant, "bottleneck"))
    document = app.bottlenecks_as_json(found) | {"report": str(written)}
    return Answer(document, lambda console: _told(console, found, show_bottlenecks, written))


def optimise(
    plant: Plant,
    *,
    vary: Vary,
    aim: Aim = "throughput",
    days: Days = 30.0,
    warm_up: WarmUp = None,
    runs: Runs = 5,
    tries: Tries = 100,
    seed: Seed = 0,
) -> Answer:
    """Search for better values of what can be decided, and prove the best on runs that the search never saw."""
    plan = app.twin_plan(plant)
    with bars() as progress:
        found = app.twin_optimise(
            plan, vary, aim=aim, days=days, warm_up=warm_up, runs=runs, tries=tries, seed=seed, progress=progress
        )
    return Answer(app.optimum_as_json(found, aim), lambda console: show_optimum(console, found, aim))


def learn(
    plant: Plant,
    *,
    machines: At,
    aim: Aim = "on_time",
    days: Days = 30.0,
    warm_up: WarmUp = None,
    runs: Runs = 3,
    tries: Tries = 300,
    seed: Seed = 0,
    out: Out = Path("learned.yaml"),
) -> Answer:
    """Learn which lot goes first at some machines, prove it on runs that were never seen, and write the plant down."""
    plan = app.twin_plan(plant)
    with bars() as progress:
        found = app.twin_learn(
            plan, machines, aim=aim, days=days, warm_up=warm_up, runs=runs, tries=tries, seed=seed, progress=progress
        )
    written = app.write_learned(plan, found, out)

    def shown(console: Console) -> None:
        show_optimum(console, found, aim)
        console.print(say("the plant with what was learned: {path}", path=written), markup=False, soft_wrap=True)

    return Answer({**app.optimum_as_json(found, aim), "file": str(written)}, shown)


def forecast(plant: Plant, *, change: Change = None, days: Days = 90.0, runs: Runs = 100, seed: Seed = 0) -> Answer:
    """Say when each order will be done, from what stands in the plant now, and how likely that is in time."""
    plan = app.twin_plan(plant, change or ())
    with bars() as progress:
        found = app.twin_forecast(plan, days=days, runs=runs, seed=seed, progress=progress)
    return Answer(app.promises_as_json(found), lambda console: show_promises(console, found))


def check(plant: Plant, *, change: Change = None) -> Answer:
    """Say what cannot work in a plant before it runs: work that does not fit, places that jam."""
    plan = app.twin_plan(plant, change or ())
    shares, found = app.twin_check(plan)
    document = {
        "version": plan.version,
        "machines": len(plan.tables.machines),
        "steps": len(plan.steps),
        "load": {name: share if math.isfinite(share) else None for name, share in shares.items()},
        "doubts": [{"impossible": doubt.impossible, "what": str(doubt.what)} for doubt in found],
    }
    failed = any(doubt.impossible for doubt in found)
    return Answer(document, lambda console: show_doubts(console, plan, shares, found), 1 if failed else 0)


def warm() -> Answer:
    """Have the twin's engine compiled now, so that nobody waits for it later."""
    with bars() as progress:
        app.twin_warm(progress)

    def show(console: Console) -> None:
        console.print(say("the engine is ready"), markup=False)

    return Answer({"ready": True}, show)


def _title(plant: Path) -> str:
    return say("The twin of {plant}", plant=plant.resolve().stem)


def _told(console: Console, found: Found, show: Callable[[Console, Found], None], report: Path) -> None:
    show(console, found)
    console.print(say("The report: {path}", path=report), markup=False, soft_wrap=True)
