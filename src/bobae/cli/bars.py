"""Progress bars on standard error, where a person watches; silence elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from bobae.core import LazyModule, Progress, Text, silent

if TYPE_CHECKING:
    import rich.console as rich_console
    import rich.progress as rich_progress
else:
    rich_console = LazyModule("rich.console")
    rich_progress = LazyModule("rich.progress")

_MOST_BARS = 8


class Shown(Progress, Protocol):
    """Progress that also tells sentences, between the bars."""

    def tell(self, said: Text, *, mark: str = "") -> None:
        """Print a sentence on standard error, with `mark` before it; further lines of it are there to be copied."""
        ...


@contextlib.contextmanager
def bars() -> Iterator[Shown]:
    """Draws one bar for each thing being done; only sentences are told where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield _Sentences()
        return
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=rich_console.Console(stderr=True)) as drawn:
        shown = _Bars(drawn)
        yield shown
        shown.finish()


class _Sentences:
    """For a log file or a pipe."""

    def __call__(self, what: Text, done: float, total: float) -> None:
        silent(what, done, total)

    def tell(self, said: Text, *, mark: str = "") -> None:
        print(f"{mark}{said}", file=sys.stderr, flush=True)


class _Bars:
    """One row for each thing that is done; the bar fills where more than its start is told."""

    def __init__(self, drawn: rich_progress.Progress) -> None:
        self._drawn = drawn
        self._said = ""
        self._task: rich_progress.TaskID | None = None

    def __call__(self, what: Text, done: float, total: float) -> None:
        self._drawn.start()  # again, after a sentence
        if str(what) != self._said or self._task is None:
            self.finish()
            self._said = str(what)
            self._task = self._drawn.add_task(self._said, total=None)
            if len(self._drawn.tasks) > _MOST_BARS:  # a folder may hold thousands of files
                self._drawn.remove_task(self._drawn.tasks[0].id)
        else:
            self._drawn.update(self._task, completed=done, total=total)

    def tell(self, said: Text, *, mark: str = "") -> None:
        # what has been told stands; the bars that led to it have done their work
        for task in self._drawn.task_ids:
            self._drawn.remove_task(task)
        self._task = None
        # the thread that draws them would now and then write over the sentence
        self._drawn.live.transient = True
        self._drawn.stop()
        self._drawn.live.transient = False
        console, indent = self._drawn.console, " " * len(mark.lstrip("\n"))
        sentence, *as_they_are = str(said).split("\n")
        words = console.render_str(sentence, markup=False, emoji=False, highlight=False)
        lines = words.wrap(console, console.width - len(indent))
        console.print(mark + f"\n{indent}".join(line.plain for line in lines), markup=False, highlight=False)
        for line in as_they_are:  # one line each also where they are longer than the terminal is wide
            console.print(line, markup=False, highlight=False, soft_wrap=True)

    def finish(self) -> None:
        """Fill the bar of what was being done."""
        if self._task is not None:
            self._drawn.update(self._task, completed=1, total=1)
