"""bobae: machine data in, proven models out, with an honest verdict."""

__version__ = "0.1.0"
