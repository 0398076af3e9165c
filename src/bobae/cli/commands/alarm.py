"""`bobae alarm list | acknowledge | reset | judge | points | shelve | unshelve | out | back | record | figures`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import Text, local_time, seconds_of, text

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app.desk import PointTold
    from bobae.registry.catalogue import Alarm

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="who you are; it is kept with what you do")]
Number = Annotated[int, typer.Argument(metavar="ID", help="the alarm's number")]
Point = Annotated[str, typer.Argument(metavar="POINT", help="what raises it, such as press/line1/press3:anomaly")]
OnePoint = Annotated[str | None, typer.Argument(metavar="POINT", help="one of them; else all")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE.csv", help="all as a table, for an audit")]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="what you say of it")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="why; it is kept")]
Hours = Annotated[str, typer.Option("--for", metavar="TIME", help="for how long, such as 30min, 8h or 2d")]
Outcome = Annotated[str, typer.Argument(metavar="useful|false", help="whether it was worth the look")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many of the newest are shown")]
OnlyOpen = Annotated[bool, typer.Option("--open", help="only alarms that ask for somebody")]
Days = Annotated[float, typer.Option("--days", metavar="N", help="of how many days until now")]
HERE = Path()


def list(*, only_open: OnlyOpen = False, limit: Limit = 20, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show the alarms, newest first."""
    with app.alarm_desk(plant, settings()) as desk:
        alarms = desk.catalogue.alarms.page(limit=limit, states=app.OPEN if only_open else ())
        told = [_alarm_told(alarm) for alarm in alarms]
        document = {"alarms": [_alarm(one) for one in alarms]}
    return Answer(document, lambda console: _print(console, told or [text("no alarms")]))


def acknowledge(number: Number, *, by: By, comment: Comment = "", plant: Plant = HERE) -> Answer:
    """Say that you have taken notice of an alarm."""
    with app.alarm_desk(plant, settings()) as desk:
        alarm = desk.acknowledge(number, by=by, comment=comment)
        return _answer(alarm)


def reset(number: Number, *, by: By, comment: Comment = "", plant: Plant = HERE) -> Answer:
    """Let go of a latched alarm, once its cause is gone and somebody has looked."""
    with app.alarm_desk(plant, settings()) as desk:
        return _answer(desk.reset(number, by=by, comment=comment))


def judge(number: Number, outcome: Outcome, *, by: By, comment: Comment = "", plant: Plant = HERE) -> Answer:
    """Say whether an alarm was useful or false: it moves the limit, labels the data and is entered into the books."""
    with app.alarm_desk(plant, settings()) as desk:
        said, move = desk.judge(number, app.outcome_named(outcome), by=by, comment=comment)
    document: dict[str, Any] = {"alarm": number, "outcome": said.outcome, "by": said.by}
    told = [text("kept")]
    if move is not None:
        document |= {"limit_factor": move.factor, "why": str(move.why)}
        factor = f"{move.factor:.2f}"
        told = [text("the limit moves to {factor} times the proved one: {why}", factor=factor, why=move.why)]
    return Answer(document, lambda console: _print(console, told))


def points(*, plant: Plant = HERE) -> Answer:
    """Show all that can raise alarms, and how each stands."""
    with app.alarm_desk(plant, settings()) as desk:
        found = desk.points()
        told = [_point_told(one) for one in found]
    return Answer({"points": [_point(one) for one in found]}, lambda console: _print(console, told))


def shelve(point: Point, *, lasting: Hours, because: Because, by: By, plant: Plant = HERE) -> Answer:
    """Put away what raises an alarm for a time: it calls nobody, and comes back by itself."""
    with app.alarm_desk(plant, settings()) as desk:
        return _of_point(desk.shelve(point, by=by, because=because, for_s=seconds_of(lasting)))


def unshelve(point: Point, *, by: By, because: Because = "", plant: Plant = HERE) -> Answer:
    """Take it from the shelf before its time."""
    with app.alarm_desk(plant, settings()) as desk:
        return _of_point(desk.unshelve(point, by=by, because=because))


def out(point: Point, *, because: Because, by: By, plant: Plant = HERE) -> Answer:
    """Take what raises an alarm out of service, such as for a repair, until somebody brings it back."""
    with app.alarm_desk(plant, settings()) as desk:
        return _of_point(desk.take_out(point, by=by, because=because))


def back(point: Point, *, by: By, because: Because = "", plant: Plant = HERE) -> Answer:
    """Bring it back into service."""
    with app.alarm_desk(plant, settings()) as desk:
        return _of_point(desk.give_back(point, by=by, because=because))


def record(point: OnePoint = None, *, out: Out = None, plant: Plant = HERE) -> Answer:
    """Show what is written down about a point that raises alarms, with its history; of all, as a table."""
    with app.alarm_desk(plant, settings()) as desk:
        if point is not None:
            history = app.record_of(desk.catalogue, point)
            newest, told = [history[-1]], [*app.record_told(history)]
        else:
            newest = [*desk.catalogue.records.newest()]
            told = [app.record_line(one) for one in newest]
    document = {"records": [app.record_as_json(one) for one in newest]}
    if out is not None:
        app.write_records(newest, out)
        told = [text("{path} written", path=out)]
    return Answer(document, lambda console: _print(console, told or [text("nothing is written down yet")]))


def figures(*, days: Days = 30, plant: Plant = HERE) -> Answer:
    """Say how the alarm system does, beside what ISA-18.2 and EEMUA 191 call acceptable."""
    found = app.figures(plant, settings(), days=days)

    def shown(console: Console) -> None:
        for said, kept in app.figures_told(found):
            console.print("[green]✓[/]" if kept else "[yellow]![/]", end=" ")
            console.print(str(said), markup=False, soft_wrap=True)

    return Answer(app.figures_as_json(found), shown)


def _answer(alarm: Alarm) -> Answer:
    told = [_alarm_told(alarm)]
    return Answer(_alarm(alarm), lambda console: _print(console, told))


def _of_point(point: PointTold) -> Answer:
    told = [_point_told(point)]
    return Answer(_point(point), lambda console: _print(console, told))


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "point": alarm.monitor,
        "asset": alarm.asset,
        "state": str(alarm.state),
        "priority": alarm.priority,
        "active": local_time(alarm.active_ns).isoformat(),
        "meaning": str(alarm.meaning),
    }


def _alarm_told(alarm: Alarm) -> Text:
    return text(
        "{number}  {time}  {priority}  {state}  {meaning}",
        number=alarm.id,
        time=local_time(alarm.active_ns).strftime("%Y-%m-%d %H:%M"),
        priority=alarm.priority,
        state=app.state_in_words(alarm.state),
        meaning=alarm.meaning,
    )


def _point(point: PointTold) -> dict[str, Any]:
    return {"point": point.name, "asset": point.asset, "state": str(point.state), "limit_factor": point.factor}


def _point_told(point: PointTold) -> Text:
    state = app.state_in_words(point.state)
    factor = f"{point.factor:.2f}"
    return text("{point}: {state}; limit {factor} times the proved one", point=point.name, state=state, factor=factor)


def _print(console: Console, told: Any) -> None:
    for said in told:
        console.print(str(said), markup=False, soft_wrap=True)
