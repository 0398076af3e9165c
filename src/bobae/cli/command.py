"""What all commands have in common: `--json`, `--lang`, help in the reader's language, and how an answer is printed."""

from __future__ import annotations

import copy
import functools
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from bobae.cli.answer import Answer, write_json
from bobae.cli.door import app
from bobae.cli.session import Session, begin
from bobae.core import LazyModule, say, speaking, telling_time_of

if TYPE_CHECKING:
    import rich.console as rich_console
else:
    rich_console = LazyModule("rich.console")

Command = Callable[..., Answer]
_BELOW_ZERO = re.compile(r"-\.?[0-9]")


class OrderFirst(TyperGroup):
    """The commands of `bobae write`, where a tag in place of a command means the command `order`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Which command is meant: only a tag has a dot in it. A value below zero is no option."""
        args = ["order", *args] if "." in args[0] else args
        return super().resolve_command(ctx, [f" {word}" if _BELOW_ZERO.match(word) else word for word in args])


def _show_help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        print(context.get_help())
        raise typer.Exit


_JSON = Annotated[bool, typer.Option("--json", help="print one JSON document on standard output")]
_HELP = Annotated[bool, typer.Option("--help", is_eager=True, callback=_show_help, help="show this and stop")]
_LANG = Annotated[str | None, typer.Option("--lang", metavar="ko|en", help="language of all that is said")]


def as_typer(command: Command, language: str | None = None) -> Callable[..., None]:
    """`command` as typer wants it: with the two options that all have, and its help translated.

    `language` is what `--lang` said before the command.
    """

    @functools.wraps(command)
    def run(*, json: bool, lang: str | None, help: bool, **arguments: Any) -> None:  # noqa: A002, ARG001
        settings = app.settings_for(_place(arguments), language=lang or language, timezone=arguments.get("timezone"))
        begin(Session(settings, json))
        with speaking(settings.language), telling_time_of(settings.timezone):
            answer = command(**arguments)
            if json:
                write_json(answer.document)
            else:
                answer.show(rich_console.Console(file=sys.stdout, highlight=False))
            sys.stdout.flush()
        if answer.exit_code:
            raise typer.Exit(answer.exit_code)

    shared = [_parameter("json", _JSON, False), _parameter("lang", _LANG, None), _parameter("help", _HELP, False)]
    own = inspect.signature(command, eval_str=True).parameters.values()
    return _signed(run, [*own, *shared])


def only_help() -> Callable[..., None]:
    """What a group of commands takes itself: `--help` alone."""

    def run(*, help: bool) -> None:  # noqa: A002
        """Nothing is done here; the commands do."""

    return _signed(run, [_parameter("help", _HELP, False)])


def _signed(run: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    """`run` with these parameters in its signature, their help in the reader's language."""
    said = [p.replace(annotation=_said(p.annotation), kind=p.KEYWORD_ONLY) for p in parameters]
    run.__signature__ = inspect.Signature(said)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in said}
    return run


def help_of(command: Command) -> str:
    """The first paragraph of the command's docstring, in the reader's language."""
    return say(first_paragraph(command))


def first_paragraph(command: Command) -> str:
    """The first paragraph of a docstring as one row."""
    return " ".join(inspect.cleandoc(command.__doc__ or "").split("\n\n")[0].split())


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _said(annotation: Any) -> Any:
    """The same annotation with the help of its option or argument in the reader's language."""
    kind, *notes = get_args(annotation)
    said = [copy.copy(note) for note in notes]
    for note in said:
        note.help = say(note.help)
        is_option = isinstance(note, typer.models.OptionInfo)
        note.rich_help_panel = say("Options") if is_option else say("Arguments")
    return Annotated[(kind, *said)]


def _place(arguments: dict[str, Any]) -> Path | None:
    """Where the plant file is looked for: at the plant or the data that the command reads; else there is none."""
    data = arguments.get("plant") or arguments.get("data")
    place = data[0] if isinstance(data, list) and data else data
    return place if isinstance(place, Path) else None
