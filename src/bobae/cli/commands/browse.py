"""`bobae browse`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.options import Connector, Filter, Set, Source, settings_of
from bobae.core import LazyModule, say

if TYPE_CHECKING:
    import rich.markup as rich_markup
    import rich.table as rich_table
    from rich.console import Console

    from bobae.core import Offered
else:
    rich_markup = LazyModule("rich.markup")
    rich_table = LazyModule("rich.table")

Plant = Annotated[Path | None, typer.Argument(metavar="DIR", help="the plant folder that the source belongs to")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", help="how many are shown at most; 0 shows all")]


def browse(
    source: Source,
    plant: Plant = None,
    *,
    connector: Connector = None,
    given: Set = None,
    wanted: Filter = None,
    limit: Limit = 50,
) -> Answer:
    """Show what a machine or another source has to offer; nothing is collected and nothing is written."""
    browsed = app.browse(source, plant, connector=connector, given=settings_of(given))
    matching = browsed.matching(wanted or ())

    def show(console: Console) -> None:
        found = say(
            "{endpoint} offers {n} variables; shown: {shown}",
            endpoint=browsed.endpoint,
            n=f"{len(browsed.offered):,}",
            shown=f"{len(matching[: limit or None]):,}",
        )
        console.print(found, markup=False, soft_wrap=True)
        console.print(_table(matching[: limit or None]), soft_wrap=True)
        if limit and len(matching) > limit:
            more = say(
                "... and {n} more; --filter TEXT narrows them down, --limit 0 shows all", n=len(matching) - limit
            )
            console.print(more, markup=False, soft_wrap=True)
        console.print(say("What to type next:"))
        console.print(f"  bobae connect {plant or 'DIR'} {source}", markup=False, soft_wrap=True)

    return Answer(browsed.as_json(wanted or ()), show)


def _table(offered: list[Offered]) -> rich_table.Table:
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("address"), say("path"), say("holds"), say("unit"), say("range")):
        table.add_column(heading, overflow="fold")
    words = {"number": say("numbers"), "flag": say("a yes/no mark"), "text": say("words"), None: "-"}
    for one in offered:
        span = "-" if one.range is None else f"{one.range[0]:g} - {one.range[1]:g}"
        row = (one.address, one.path, words[one.kind], one.unit or "-", span)
        table.add_row(*map(rich_markup.escape, row))
    return table
