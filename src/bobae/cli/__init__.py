"""The command line: parse, call `app`, print; nothing is worked out here."""

from bobae.cli.main import main

__all__ = ["main"]
