"""`bobae connect`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bobae.cli.answer import Answer
from bobae.cli.door import app
from bobae.cli.options import Connector, Filter, Set, Source, settings_of
from bobae.cli.session import is_for_program, settings
from bobae.core import LazyModule, say

if TYPE_CHECKING:
    import rich.console as rich_console
    from rich.console import Console

    from bobae.app import Connection, ProposedAsset
else:
    rich_console = LazyModule("rich.console")

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder; without a plant.yaml one is made")]
Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="what the source is called in plant.yaml; else as its host")
]
Below = Annotated[
    str, typer.Option("--as", metavar="AREA/LINE", help="where its machines stand, where the source does not say")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="write into plant.yaml without asking")]
_SHOWN = 40
_NAMED = 6


def connect(
    plant: Plant,
    source: Source,
    *,
    name: Name = None,
    below: Below = "",
    connector: Connector = None,
    given: Set = None,
    wanted: Filter = None,
    yes: Yes = False,
) -> Answer:
    """Find what a source has to offer, propose machines and tags, and write them into plant.yaml after a look."""
    found = app.connect(
        plant,
        source,
        settings(),
        name=name,
        connector=connector,
        given=settings_of(given),
        below=below,
        wanted=wanted or (),
    )
    shown = not yes and not is_for_program() and sys.stdin.isatty()
    if shown:
        _show(rich_console.Console(file=sys.stdout, highlight=False), found)
    written = bool(found.proposal.tags) and (yes or (shown and typer.confirm(say("write into plant.yaml?"))))
    if written:
        found.write()

    def show(console: Console) -> None:
        if not shown:
            _show(console, found)
        _show_end(console, found, written=written)

    return Answer(found.as_json() | {"written": written}, show)


def _show(console: Console, found: Connection) -> None:
    proposal = found.proposal

    def told(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    told(
        say(
            "{endpoint} offers {n} variables: {new} are proposed, {out} left out, {known} stand in plant.yaml already",
            endpoint=found.browsed.endpoint,
            n=f"{len(found.browsed.offered):,}",
            new=f"{proposal.tags:,}",
            out=f"{len(proposal.left_out):,}",
            known=f"{proposal.known:,}",
        )
    )
    for asset in proposal.assets[:_SHOWN]:
        _show_asset(told, asset)
    if len(proposal.assets) > _SHOWN:
        told(say("... and {n} more machines", n=len(proposal.assets) - _SHOWN))
    for why, those in app.by_reason(proposal.left_out).items():
        named = ", ".join(one.offered.path for one in those[:_NAMED])
        told(say("left out, {n}: {why}: {named}", n=len(those), why=why, named=_with_more(named, len(those) - _NAMED)))
    if proposal.vanished:
        named = ", ".join(proposal.vanished[:_NAMED])
        more = len(proposal.vanished) - _NAMED
        told(say("in plant.yaml, but not at the source any more: {named}", named=_with_more(named, more)))


def _show_asset(told: Callable[[str], None], asset: ProposedAsset) -> None:
    words = {"sure": say("sure"), "likely": say("likely"), "guess": say("a guess")}
    told(f"  {asset.path}  ({say('class')} {asset.class_}; {words[asset.sure]}: {asset.because})")
    from_where = Counter(tag.unit_from for tag in asset.tags)
    told(
        "      "
        + say(
            "{n} tags; unit told by the source: {source}, by the name: {name}, by nobody: {nobody}",
            n=len(asset.tags),
            source=from_where["source"],
            name=from_where["name"],
            nobody=from_where[None],
        )
    )
    named = ", ".join(tag.name + (f" [{tag.unit}]" if tag.unit else "") for tag in asset.tags[:_NAMED])
    told(f"      {_with_more(named, len(asset.tags) - _NAMED)}")


def _with_more(named: str, more: int) -> str:
    return named if more <= 0 else say("{named} and {n} more", named=named, n=more)


def _show_end(console: Console, found: Connection, *, written: bool) -> None:
    path = found.file.path
    if written:
        said = say("{path} has {n} new tags of the source {name}", path=path, n=found.proposal.tags, name=found.name)
    elif not found.proposal.tags:
        said = say("nothing is new; {path} is as it was", path=path)
    else:
        said = say("nothing was written; --yes writes it into {path}", path=path)
    console.print(said, markup=False, soft_wrap=True)
    if written:
        console.print(say("What to type next:"))
        console.print(f"  bobae up {path.parent}", markup=False, soft_wrap=True)
