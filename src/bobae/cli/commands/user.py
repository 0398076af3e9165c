"""`bobae user add | list | role | password | remove | link | token | tokens | revoke`."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.session import settings
from bobae.core import BadInput, Text, local_time, say, text
from bobae.core.access import UserRole, role_in_words

if TYPE_CHECKING:
    from rich.console import Console

Plant = Annotated[Path, typer.Option("--plant", metavar="DIR", help="the plant folder; else the one we are in")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="the person's name")]
Role = Annotated[UserRole, typer.Option("--role", help="operator, engineer, manager or administrator")]
NewRole = Annotated[UserRole, typer.Argument(metavar="ROLE", help="operator, engineer, manager or administrator")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="read the password from standard input")]
Label = Annotated[str, typer.Option("--label", metavar="TEXT", help="what the program is called")]
Days = Annotated[float, typer.Option("--days", metavar="N", help="after how many days it is over")]
Token = Annotated[str, typer.Argument(metavar="TOKEN", help="the first letters of the token, as `tokens` shows them")]
HERE = Path()


def add(name: Name, *, role: Role, password_stdin: FromStdin = False, plant: Plant = HERE) -> Answer:
    """Let a person sign in. From the first user on, whoever asks over HTTP must sign in or have a token."""
    with app.writing_at(plant, settings()) as writing:
        user = app.Users(writing.book).add(name, role, _password(name, from_stdin=password_stdin))
    return _answer(
        {"name": user.name, "role": str(role)},
        text("{name} may sign in, as {role}", name=user.name, role=role_in_words(role)),
    )


def list(*, plant: Plant = HERE) -> Answer:  # noqa: A001 - its name
    """Show who can sign in."""
    with app.writing_at(plant, settings()) as writing:
        users = app.Users(writing.book).all()
    rows = [{"name": u.name, "role": str(u.role), "added": local_time(u.added_ns).isoformat()} for u in users]
    told = [
        text("{name}, {role}, since {when}", name=r["name"], role=role_in_words(r["role"]), when=r["added"][:10])
        for r in rows
    ] or [text("nobody yet, whoever is at this computer may do all: bobae user add NAME --role administrator")]
    return _answer({"users": rows}, *told)


def role(name: Name, role: NewRole, *, plant: Plant = HERE) -> Answer:
    """Make somebody something else; their sessions end."""
    with app.writing_at(plant, settings()) as writing:
        app.Users(writing.book).role(name, role)
    return _answer(
        {"name": name, "role": str(role)}, text("{name} is {role} from now on", name=name, role=role_in_words(role))
    )


def password(name: Name, *, password_stdin: FromStdin = False, plant: Plant = HERE) -> Answer:
    """Give somebody another password; their sessions end."""
    with app.writing_at(plant, settings()) as writing:
        app.Users(writing.book).password(name, _password(name, from_stdin=password_stdin))
    return _answer({"name": name}, text("{name} has another password", name=name))


def remove(name: Name, *, plant: Plant = HERE) -> Answer:
    """Take away all that somebody may: sessions and tokens end, and their orders that were not carried out."""
    with app.writing_at(plant, settings()) as writing:
        cancelled = app.Users(writing.book).remove(name)
    told = text("{name} may do nothing any more; {n} orders were cancelled", name=name, n=cancelled)
    return _answer({"name": name, "cancelled": cancelled}, told)


def link(name: Name, *, plant: Plant = HERE) -> Answer:
    """Make what signs a person in once, in place of the password, within a quarter of an hour."""
    with app.writing_at(plant, settings()) as writing:
        shown, _ = app.Tokens(writing.book).link(name)
    return _answer({"name": name, "link": shown}, text("{name} signs in once with this:", name=name), f"  {shown}")


def token(name: Name, *, role: Role, label: Label = "", days: Days = 365, plant: Plant = HERE) -> Answer:
    """Make a token for a program; it may what the role and the user may, but approve nothing."""
    with app.writing_at(plant, settings()) as writing:
        shown, made = app.Tokens(writing.book).make(name, role=role, days=days, label=label)
    until = local_time(made.expires_ns).isoformat()
    told = text("It is not shown again, and lasts until {until}:", until=until[:10])
    return _answer({"name": made.person, "role": str(role), "token": shown, "expires": until}, told, f"  {shown}")


def tokens(*, plant: Plant = HERE) -> Answer:
    """Show the tokens of programs."""
    with app.writing_at(plant, settings()) as writing:
        found = app.Tokens(writing.book).all()
    rows = [
        {
            "token": one.digest[:8],
            "name": one.person,
            "role": str(one.role),
            "label": one.label,
            "used": local_time(one.used_ns).isoformat(),
            "expires": local_time(one.expires_ns).isoformat(),
        }
        for one in found
    ]
    told = [
        text("{token}  {name}, {role}, {label}; until {expires}, shown last {used}", **row)
        for row in (
            {**row, "role": role_in_words(row["role"]), "used": row["used"][:10], "expires": row["expires"][:10]}
            for row in rows
        )
    ]
    return _answer({"tokens": rows}, *(told or [text("no tokens")]))


def revoke(token: Token, *, plant: Plant = HERE) -> Answer:
    """End a token now."""
    with app.writing_at(plant, settings()) as writing:
        ended = app.Tokens(writing.book).end(token)
    told = text("token {token} of {name} is over", token=ended.digest[:8], name=ended.person)
    return _answer({"token": ended.digest[:8], "name": ended.person}, told)


def _password(name: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise BadInput("a password is asked on the terminal; elsewhere hand it in with --password-stdin")
    first, second = _asked(say("password of {name}", name=name)), _asked(say("the same again"))
    if first != second:
        raise BadInput("the two passwords are not the same; type the command again")
    return first


def _asked(what: str) -> str:
    print(f"{what}: ", end="", file=sys.stderr, flush=True)
    return getpass.getpass("", sys.stderr)


def _answer(document: dict[str, object], *told: Text | str) -> Answer:
    def shown(console: Console) -> None:
        for said in told:
            console.print(str(said), markup=False, soft_wrap=True)

    return Answer(document, shown)
