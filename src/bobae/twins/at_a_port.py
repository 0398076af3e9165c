"""A live twin as a program of its own: its command line, its language, and how it ends."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable

from bobae.core import LANGUAGES, BobaeError, speaking


def command_line(module: str) -> argparse.ArgumentParser:
    """What every live twin can be told.

    Args:
        module: what is run, as `python -m` takes it.

    Example:
        >>> command_line("bobae.twins.meter.live").parse_args(["--language", "ko"]).language
        'ko'
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--parent", type=int, help="end with this process, which started it")
    return parser


def seeded_command_line(module: str, *, port: int) -> argparse.ArgumentParser:
    """What a live twin can be told that is made from a seed and listens at a port, this one if nothing is said."""
    parser = command_line(module)
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def answered(language: str, serve: Callable[[], None]) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit status.

    Args:
        language: of what it says, 'ko' or 'en'.
        serve: ends by KeyboardInterrupt; a `BobaeError` or OSError is said, and the status is 1.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs beside it deaf to this one
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with speaking(language), contextlib.suppress(KeyboardInterrupt):
        try:
            serve()
        except (BobaeError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0
