"""The one door to the wiring: it loads when a command runs, not for `--help`."""

from typing import TYPE_CHECKING

from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae import app
else:
    app = LazyModule("bobae.app")

__all__ = ["app"]
