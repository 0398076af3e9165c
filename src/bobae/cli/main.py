"""`bobae`: builds the command line in the reader's language and runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer
from typer.core import TyperGroup

from bobae.cli import failures
from bobae.cli.command import Command, OrderFirst, as_typer, help_of, only_help
from bobae.cli.commands import (
    alarm,
    assess,
    audit,
    backtest,
    backup,
    bench,
    browse,
    case,
    check,
    connect,
    doctor,
    export,
    init,
    ledger,
    load,
    model,
    notify,
    person,
    restore,
    score,
    serve,
    service,
    status,
    train,
    twin,
    up,
    upgrade,
    user,
    version,
    versions,
    write,
)
from bobae.core import Text, say, speaking, text
from bobae.core.language import locale_language

COMMANDS: tuple[Command, ...] = (
    up.up,
    init.init,
    browse.browse,
    connect.connect,
    load.load,
    assess.assess,
    train.train,
    backtest.backtest,
    score.score,
    serve.serve,
    ledger.ledger,
    versions.retrain,
    export.export,
    status.status,
    backup.backup,
    restore.restore,
    upgrade.upgrade,
    doctor.doctor,
    check.check,
    bench.bench,
    version.version,
)


@dataclass(frozen=True)
class Group:
    """Commands behind one word, as `bobae model show`; the word may be two, as in `bobae write person add`.

    Attributes:
        name: the word.
        told: what they are for.
        commands: those behind it.
        first: what finds the command that is meant, where that is not the next word.
    """

    name: str
    told: Text
    commands: tuple[Command, ...]
    first: type[TyperGroup] = TyperGroup


GROUPS: tuple[Group, ...] = (
    Group(
        "alarm",
        text("Take notice of alarms, judge them, and put away what raises them."),
        (
            alarm.list,
            alarm.acknowledge,
            alarm.reset,
            alarm.judge,
            alarm.points,
            alarm.shelve,
            alarm.unshelve,
            alarm.out,
            alarm.back,
            alarm.record,
            alarm.figures,
        ),
    ),
    Group("case", text("Work on what the alarms of a machine say."), (case.list, case.show, case.close, case.missed)),
    Group(
        "model",
        text("Look into sealed models, trust them, hand them on; say which version is live."),
        (
            versions.list,
            versions.drift,
            versions.promote,
            versions.rollback,
            versions.retire,
            model.show,
            model.verify,
            model.sign,
            model.trust,
            model.export,
        ),
    ),
    Group("service", text("Run bobae as a service of systemd."), (service.print, service.install)),
    Group(
        "write",
        text("Change a value in the plant: asked by one person, approved by another, read back, taken back."),
        (
            write.order,
            write.approve,
            write.cancel,
            write.renew,
            write.list,
            write.audit,
            write.stop,
            write.allow,
        ),
        OrderFirst,
    ),
    Group(
        "twin",
        text("Try decisions on a plant that runs in the computer."),
        (
            twin.run,
            twin.whatif,
            twin.bottleneck,
            twin.optimise,
            twin.learn,
            twin.forecast,
            twin.check,
            twin.warm,
        ),
    ),
    Group("notify", text("Tell people elsewhere of alarms, and see who was told."), (notify.test, notify.log)),
    Group(
        "user",
        text("Say who can sign in, and as what; make tokens for programs."),
        (
            user.add,
            user.list,
            user.role,
            user.password,
            user.remove,
            user.link,
            user.token,
            user.tokens,
            user.revoke,
        ),
    ),
    Group(
        "audit", text("What people did, and whether that was changed since."), (audit.list, audit.verify, audit.export)
    ),
    Group("write person", text("Say who may ask and approve."), (person.add, person.remove, person.list)),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 usage, 130 stopped by Ctrl-C."""
    language, rest = _without_language(list(sys.argv[1:] if arguments is None else arguments))
    with speaking(language or os.environ.get("BOBAE_LANGUAGE") or locale_language()):
        sys.exit(_run(rest, language))


def program(language: str | None = None, *, only: str | None = None) -> typer.Typer:
    """The whole command line, its help in the current language.

    Args:
        language: what `--lang` said.
        only: the word after `bobae` ('' without any): the other commands are there with their help alone, which is
            all that anybody will see of them.
    """
    top = typer.Typer(
        name="bobae",
        help=say("Machine data in, proven models out, with an honest verdict."),
        no_args_is_help=True,
        add_completion=False,
        add_help_option=False,
        pretty_exceptions_enable=False,
    )
    _fill(top, COMMANDS, language, only)
    made = {"": top}
    for group in GROUPS:
        above, _, word = group.name.rpartition(" ")
        made[group.name] = typer.Typer(no_args_is_help=True, add_help_option=False, cls=group.first)
        _fill(made[group.name], group.commands, language, None if only == group.name.split()[0] else only)
        made[above].add_typer(made[group.name], name=word, help=str(group.told), rich_help_panel=say("Commands"))
    return top


def _fill(group: typer.Typer, commands: Sequence[Command], language: str | None, only: str | None) -> None:
    """Give a group its commands; of all but `only` the help alone, without one the whole of all."""
    group.callback()(only_help())
    for command in commands:
        whole = only is None or only == command.__name__
        group.command(
            command.__name__,
            help=help_of(command),
            rich_help_panel=say("Commands"),
            add_help_option=False,
        )(as_typer(command, language) if whole else only_help())


def _run(arguments: list[str], language: str | None) -> int:
    try:
        code = program(language, only=_first_word(arguments))(arguments, prog_name="bobae", standalone_mode=False)
        if code == failures.INTERRUPTED:  # typer catches Ctrl-C itself
            raise KeyboardInterrupt
        return code if isinstance(code, int) else failures.DONE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last door: every error leaves as a message
        return failures.tell(error, command=_named(arguments), as_json="--json" in arguments)


def _named(arguments: list[str]) -> str:
    """The command that was meant, as far as it exists: 'bobae', 'bobae train', 'bobae model show'."""
    known = {command.__name__ for command in COMMANDS} | {group.name for group in GROUPS}
    word = _first_word(arguments)
    return f"bobae {word}" if word in known else "bobae"


def _first_word(arguments: list[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), "")


def _without_language(arguments: list[str]) -> tuple[str | None, list[str]]:
    """What `--lang` says, wherever it stands, and the arguments without it."""
    for i, word in enumerate(arguments):
        if word == "--lang" and i + 1 < len(arguments):
            return arguments[i + 1], arguments[:i] + arguments[i + 2 :]
        if word.startswith("--lang="):
            return word.partition("=")[2], arguments[:i] + arguments[i + 1 :]
    return None, arguments
