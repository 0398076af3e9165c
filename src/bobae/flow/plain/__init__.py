"""The engine once more, in plain Python: slow, with callbacks, and what the compiled one is held against."""

from bobae.flow.plain.engine import Happened, PlainRun

__all__ = ["Happened", "PlainRun"]
