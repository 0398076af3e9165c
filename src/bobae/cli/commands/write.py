"""`bobae write TAG VALUE`, and `bobae write approve | cancel | renew | list | audit | stop | allow`."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import BadInput, Text, local_time, say, text

if TYPE_CHECKING:
    from rich.console import Console

    from bobae.app import Writing
    from bobae.registry.catalogue import Order, Person

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="who you are; else BOBAE_PERSON, or it is asked")]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="path of the tag, such as line1/oven.setpoint")]
Value = Annotated[str, typer.Argument(metavar="VALUE", help="what it is to show, in the tag's unit")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="why; it is kept in the audit")]
Number = Annotated[int, typer.Argument(metavar="ID", help="the order's number")]
Verify = Annotated[bool, typer.Option("--verify", help="look whether an entry was changed or removed")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many of the newest are shown")]
OnlyOpen = Annotated[bool, typer.Option("--open", help="only orders that are not over")]
HERE = Path()
_OVER_WELL = ("done", "held", "waiting", "approved", "cancelled")


def order(tag: Tag, value: Value, *, because: Because, by: By = None, plant: Plant = HERE) -> Answer:
    """Ask for a value to be written to the plant; the word `order` may be left out. Another person must approve it."""
    with app.writing_at(plant, settings()) as writing:
        asked = writing.desk.ask(tag, value, because=because, by=_person(writing, by))
        told = [*_told(writing, asked)]
    return _answer(asked, [*told, text("another person types: bobae write approve {number}", number=asked.id)])


def approve(number: Number, *, by: By = None, plant: Plant = HERE) -> Answer:
    """Approve another person's order; a running `bobae up` carries it out at once, and what came of it is told."""
    with app.writing_at(plant, settings()) as writing:
        approved = writing.desk.approve(number, by=_person(writing, by))
        if approved.state == "approved":
            approved = app.carried_out(writing.desk, number)
        told = [*_told(writing, approved)]
        if approved.state == "approved":
            until = local_time(approved.expires_ns).strftime("%H:%M:%S")
            told.append(text("nobody carries it out: start `bobae up` for this plant before {until}", until=until))
    return _answer(approved, told)


def cancel(number: Number, *, by: By = None, plant: Plant = HERE) -> Answer:
    """Take an order back; one whose dead-man runs is set back at once."""
    with app.writing_at(plant, settings()) as writing:
        cancelled = writing.desk.cancel(number, by=_person(writing, by))
        return _answer(cancelled, [*_told(writing, cancelled)])


def renew(number: Number, *, by: By = None, plant: Plant = HERE) -> Answer:
    """Have the dead-man of an order start anew: somebody still watches."""
    with app.writing_at(plant, settings()) as writing:
        renewed = writing.desk.renew(number, by=_person(writing, by))
        return _answer(renewed, [*_told(writing, renewed)])


def list(*, only_open: OnlyOpen = False, limit: Limit = 20, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show the orders, newest first, and whether writing is stopped."""
    with app.writing_at(plant, settings()) as writing:
        orders = writing.desk.orders(limit=limit, only_open=only_open)
        switch = writing.switch.state()
        told = [said for one in orders for said in _told(writing, one)]
    if switch.stopped_ns is not None:
        told.insert(0, text("all writing is stopped, by {name}: {because}", name=switch.by, because=switch.because))
    document = {"stopped": switch.stopped_ns is not None, "orders": [app.order_as_json(one) for one in orders]}
    return Answer(document, lambda console: _print(console, told or [text("no orders")]))


def audit(*, verify: Verify = False, limit: Limit = 50, plant: Plant = HERE) -> Answer:
    """Show all that happened around writing: who asked, who approved, what was written, what was read back."""
    with app.writing_at(plant, settings()) as writing, writing.book.looking() as book:
        count, head = book.audit.head()
        entries = book.audit.after(max(0, count - limit), limit=limit)
        broken = book.audit.broken() if verify else None
    rows = [app.entry_as_json(entry) for entry in entries]
    whole = text("the audit is whole: {n} entries; the last has the hash {hash}", n=count, hash=head)
    if broken is not None:
        whole = text("THE AUDIT IS NOT WHOLE: entry {number}: {how}", number=broken.id, how=broken.how)

    def shown(console: Console) -> None:
        for row in rows:
            console.print(f"{row['id']:>5} {row['time'][:19]}  {row['text']}", markup=False, soft_wrap=True)
        if verify:
            _print(console, [whole])

    document = {"entries": rows, "count": count, "head": head}
    if verify:
        document |= {"whole": broken is None, "broken": None if broken is None else broken.id}
    return Answer(document, shown, 0 if broken is None else 1)


def stop(*, because: Because = "", by: By = None, plant: Plant = HERE) -> Answer:
    """Have bobae write nothing more, from now on; values that a dead-man holds stay as they are."""
    with app.writing_at(plant, settings()) as writing:
        held = writing.switch.stop(because=because, by=_person(writing, by))
        told = [text("All writing is stopped. Two persons allow it again: bobae write allow")]
        if held:
            told.append(text("These values stay as they are, look at the machines:"))
        told += [said for one in held for said in _told(writing, one)]
    document = {"stopped": True, "held": [app.order_as_json(one) for one in held]}
    return Answer(document, lambda console: _print(console, told))


def allow(*, by: By = None, plant: Plant = HERE) -> Answer:
    """Allow writing again after a stop; it takes two persons within ten minutes."""
    with app.writing_at(plant, settings()) as writing:
        switch = writing.switch.allow(by=_person(writing, by))
    told = text("Writing is allowed again.")
    if switch.stopped_ns is not None:
        told = text("A second person must say so too, within ten minutes: bobae write allow")
    return Answer({"stopped": switch.stopped_ns is not None}, lambda console: _print(console, [told]))


def _person(writing: Writing, by: str | None) -> Person:
    """Who types, by name and secret: from the environment, else asked for."""
    name = by or os.environ.get("BOBAE_PERSON") or _asked(say("name"), hidden=False)
    secret = os.environ.get("BOBAE_PERSON_SECRET") or _asked(say("secret of {name}", name=name), hidden=True)
    return writing.persons.known(name, secret)


def _asked(what: str, *, hidden: bool) -> str:
    if not sys.stdin.isatty():
        raise BadInput(
            "say who you are: --by NAME or BOBAE_PERSON, and the secret in the environment variable BOBAE_PERSON_SECRET"
        )
    print(f"{what}: ", end="", file=sys.stderr, flush=True)
    return getpass.getpass("", sys.stderr) if hidden else sys.stdin.readline().strip()


def _told(writing: Writing, one: Order) -> Iterator[Text]:
    return app.order_in_words(one, writing.desk.unit(one.tag))


def _answer(one: Order, told: Iterable[Text]) -> Answer:
    return Answer(app.order_as_json(one), lambda console: _print(console, told), 0 if one.state in _OVER_WELL else 1)


def _print(console: Console, told: Iterable[Text]) -> None:
    for said in told:
        console.print(str(said), markup=False, soft_wrap=True)
