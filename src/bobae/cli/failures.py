"""How a command fails: one message that says what, which value and what to do, and the exit code that goes with it."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Any

import typer

from bobae.cli.answer import write_json
from bobae.core import BadInput, BobaeError, Missing, Refused, Unreachable, say

DONE, FAILED, USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141

# typer keeps its usage errors in a private module, but for this one: its bases are the family
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

_KINDS: tuple[tuple[type[BobaeError], str], ...] = (
    (BadInput, "bad_input"),
    (Refused, "refused"),
    (Unreachable, "unreachable"),
    (Missing, "missing"),
)


def tell(error: BaseException, *, command: str, as_json: bool) -> int:
    """Print `error` for a person or a program; the exit code comes back."""
    if isinstance(error, KeyboardInterrupt):
        print(say("stopped"), file=sys.stderr)
        return INTERRUPTED
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        # the reader has gone, as in `bobae ... | head`: say nothing, and keep Python from trying again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    if type(error).__name__ == "NoArgsIsHelpError":  # typer has shown the help
        return USAGE
    kind, message = _kind_and_message(error, command)
    if kind == "fault":
        traceback.print_exception(error, file=sys.stderr)
    if as_json:
        document: dict[str, Any] = {"error": type(error).__name__, "kind": kind, "message": message}
        document |= _details(error)
        write_json(document)
    else:
        print(message, file=sys.stderr)
    return USAGE if kind in ("usage", "bad_input") else FAILED


def _kind_and_message(error: BaseException, command: str) -> tuple[str, str]:
    if isinstance(error, BobaeError):
        return next(kind for family, kind in _KINDS if isinstance(error, family)), str(error)
    if isinstance(error, UsageError):
        return "usage", f"{_usage(error)}\n" + say("see: {command} --help", command=command)
    if isinstance(error, OSError) and error.filename is not None:
        return "file", say(
            "{path} cannot be read or written: {why}", path=error.filename, why=error.strerror or type(error).__name__
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "file", say("the disk is full; make room and try again")
    if isinstance(error, MemoryError):
        return "memory", say("there is not enough memory for this; try with fewer rows or columns")
    return "fault", say(
        "this is a fault in bobae, not in your data ({error}); please report it with the lines above", error=repr(error)
    )


def _usage(error: Exception) -> str:
    """The words of typer, said in the reader's language where the case is a usual one."""
    name, context = type(error).__name__, vars(error)
    if name == "NoSuchOption":
        nearest = ", ".join(context.get("possibilities") or []) or "-"
        return say("no option {option}; nearest: {nearest}", option=context.get("option_name"), nearest=nearest)
    if name == "MissingParameter" and (param := context.get("param")) is not None:
        return say("{name} is missing", name=(param.metavar or param.name or "?").upper())
    return str(getattr(error, "message", error))


def _details(error: BaseException) -> dict[str, Any]:
    """Rows of a file that are wrong, where the error knows them."""
    mistakes = getattr(error, "mistakes", ())
    return {"mistakes": [{"row": m.row, "message": str(m.what)} for m in mistakes]} if mistakes else {}
