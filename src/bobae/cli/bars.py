"""Progress bars on standard error, where a person watches; silence elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bobae.core import LazyModule, Progress, Text, silent

if TYPE_CHECKING:
    import rich.console as rich_console
    import rich.progress as rich_progress
else:
    rich_console = LazyModule("rich.console")
    rich_progress = LazyModule("rich.progress")


@contextlib.contextmanager
def bars() -> Iterator[Progress]:
    """A `Progress` that draws one bar for each thing being done; silent where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=rich_console.Console(stderr=True)) as drawn:
        tasks: dict[str, rich_progress.TaskID] = {}

        def show(what: Text, done: float, total: float) -> None:
            said = str(what)
            if said not in tasks:
                tasks[said] = drawn.add_task(said, total=total)
            drawn.update(tasks[said], completed=done, total=total)

        yield show
