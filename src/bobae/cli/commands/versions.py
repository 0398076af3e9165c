"""`bobae model list | drift | promote | rollback | retire`, and `bobae retrain`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.options import Asset, Seed
from bobae.cli.session import settings
from bobae.core import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="a plant folder; bobae may be running there")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="the model: path of its machine, or of its monitor")]
OneOf = Annotated[
    str | None, typer.Argument(metavar="NAME", help="one model: path of its machine, or of its monitor; else all")
]
Days = Annotated[float, typer.Option("--days", min=0.04, max=31, help="the rows of how many days are looked at")]
Version = Annotated[
    str | None, typer.Option("--version", metavar="N", help="which one, by number or digest; else the candidate")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="who you are; it is kept with what you do")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="why; it is kept")]
Anyway = Annotated[bool, typer.Option("--anyway", help="although it is not shown to be better; that is kept too")]


def list(plant: Plant) -> Answer:  # noqa: A001 - its name
    """Show the versions of each model, how they did against the live one, and who made which live."""
    with app.model_desk(plant, settings()) as desk:
        now_ns = time.time_ns()
        models = [desk.told(name) for name in desk.names()]
        told = [line for model in models for line in app.model_told(desk, model, now_ns)] or [text("no models yet")]
        document = {"models": [model.as_json() for model in models]}
        return Answer(document, lambda console: _print(console, told))


def drift(plant: Plant, name: OneOf = None, *, days: Days = 1.0) -> Answer:
    """Look what has moved since each model learned, and whether it decides otherwise for it."""
    checks = app.model_drift(plant, settings(), name=name, days=days)
    told = [line for check in checks for line in app.drift_lines(check)] or [text("no models yet")]
    document = {"items": [app.drift_as_json(check) for check in checks]}
    return Answer(document, lambda console: _print(console, told))


def promote(
    plant: Plant, name: Named, *, by: By, because: Because, version: Version = None, anyway: Anyway = False
) -> Answer:
    """Make a version of a model live; a running bobae goes on with it from the next row."""
    with app.model_desk(plant, settings()) as desk:
        model = desk.named(name)
        came = desk.promote(model, app.hand(by, because), version=version, anyway=anyway)
    document = {"model": model, "version": came.version.number, "waits_for": came.waits_for}
    return Answer(document, lambda console: _print(console, [came.said]))


def rollback(plant: Plant, name: Named, *, by: By, because: Because) -> Answer:
    """Make the version live again that was live before."""
    with app.model_desk(plant, settings()) as desk:
        model = desk.named(name)
        live = desk.shelf.rollback(model, app.hand(by, because))
    return _moved(model, live.number, app.Promotion(live).said)


def retire(plant: Plant, name: Named, *, by: By, because: Because) -> Answer:
    """Let a model raise no alarms any more; promoting a version brings it back."""
    with app.model_desk(plant, settings()) as desk:
        model = desk.named(name)
        desk.shelf.retire(model, app.hand(by, because))
    return _moved(model, None, text("{model} raises no alarms any more", model=model))


def retrain(plant: Plant, *, asset: Asset = None, seed: Seed = 0) -> Answer:
    """Train each model anew on what is known now, and hold it against the live one; nothing is made live by it."""
    made = app.retrain(plant, settings(), asset=asset, seed=seed)
    told = [line for one in made for line in one.told()] or [text("there is no monitor to train a model for")]
    failed = any(one.version is None for one in made)
    document = {"retrained": [one.as_json() for one in made]}
    return Answer(document, lambda console: _print(console, told), exit_code=int(failed))


def _moved(model: str, live: int | None, said: Text) -> Answer:
    document: dict[str, Any] = {"model": model, "live": live}
    return Answer(document, lambda console: _print(console, [said]))


def _print(console: Console, told: Sequence[Text]) -> None:
    for said in told:
        console.print(str(said), markup=False, soft_wrap=True)
