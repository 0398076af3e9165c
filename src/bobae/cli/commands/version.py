"""`bobae version`."""

import platform
from typing import TYPE_CHECKING

import bobae
from bobae.cli.answer import Answer

if TYPE_CHECKING:
    from rich.console import Console


def version() -> Answer:
    """Say which bobae this is."""
    document = {"bobae": bobae.__version__, "python": platform.python_version(), "system": platform.platform()}

    def show(console: "Console") -> None:
        console.print(f"bobae {document['bobae']} (Python {document['python']}, {document['system']})")

    return Answer(document, show)
