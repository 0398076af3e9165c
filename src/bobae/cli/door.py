"""The one door to the wiring and to the REST interface: each loads when a command runs, not for `--help`."""

from typing import TYPE_CHECKING

from bobae.core import LazyModule

if TYPE_CHECKING:
    from bobae import api, app
else:
    api = LazyModule("bobae.api")
    app = LazyModule("bobae.app")

__all__ = ["api", "app"]
