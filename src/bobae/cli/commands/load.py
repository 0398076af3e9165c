"""`bobae load`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.options import AssetCol, TimeCol
from bobae.cli.session import settings
from bobae.core import LazyModule, local_time, say

if TYPE_CHECKING:
    import rich.markup as rich_markup
    import rich.table as rich_table
    from rich.console import Console

    from bobae.historian.loading import Loaded
else:
    rich_markup = LazyModule("rich.markup")
    rich_table = LazyModule("rich.table")

Plant = Annotated[Path, typer.Argument(metavar="DIR", help="the plant folder, as `bobae init` makes it")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, Excel or Parquet files, or folders of them")]
Asset = Annotated[
    str | None,
    typer.Option("--asset", metavar="PATH", help="the machine that the rows are of, such as line1/press1"),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone", metavar="TZ", help="what times without a zone mean, such as Asia/Seoul; else plant.yaml"
    ),
]
_SHOWN = 20


def load(
    plant: Plant,
    files: Files,
    *,
    asset: Asset = None,
    timezone: Timezone = None,  # noqa: ARG001 - the settings have it
    time_col: TimeCol = None,
    asset_col: AssetCol = None,
) -> Answer:
    """Bring files into a plant's historian; what is there already is not kept twice."""
    chosen = app.chosen_roles(time=time_col, asset=asset_col)
    with bars() as progress:
        loaded = app.load(plant, files, settings(), asset=asset, chosen=chosen, progress=progress)

    def show(console: Console) -> None:
        _show(console, loaded)
        console.print(say("What to type next:"))
        console.print(f"  bobae assess {plant}", markup=False, soft_wrap=True)
        console.print(f"  bobae train {plant}", markup=False, soft_wrap=True)

    return Answer(_document(loaded), show)


def _document(loaded: Loaded) -> dict[str, Any]:
    row = loaded.load
    return {
        "files": row.name,
        "sha256": row.sha256,
        "loaded_before": _moment(row.loaded_ns) if loaded.before else None,
        "rows": row.rows,
        "samples": loaded.samples,
        "assets": list(row.layout.assets),
        "tags": [{"path": tag.path, "kind": tag.kind, "unit": tag.unit} for tag in loaded.tags],
        "from": _moment(loaded.first_ns),
        "to": _moment(loaded.last_ns),
        "findings": [
            {"code": f.code, "level": f.level, "text": str(f.text), "columns": list(f.columns), "rows": f.rows}
            for f in row.layout.findings
        ],
    }


def _moment(time_ns: int | None) -> str | None:
    return None if time_ns is None else local_time(time_ns).isoformat(sep=" ")


def _show(console: Console, loaded: Loaded) -> None:
    row = loaded.load
    if loaded.before:
        said = say("{files}: loaded on {when}, nothing to do", files=row.name, when=_moment(row.loaded_ns))
        console.print(said, markup=False, soft_wrap=True)
        return
    said = say(
        "{files}: {rows} rows, {samples} new samples",
        files=row.name,
        rows=f"{row.rows:,}",
        samples=f"{loaded.samples:,}",
    )
    console.print(said, markup=False, soft_wrap=True)
    console.print(say("machine: {assets}", assets=", ".join(row.layout.assets)), markup=False, soft_wrap=True)
    if loaded.first_ns is not None:
        said = say("from {start} to {end}", start=_moment(loaded.first_ns), end=_moment(loaded.last_ns))
        console.print(said, markup=False, soft_wrap=True)
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("tag"), say("unit"), say("holds")):
        table.add_column(heading)
    words = {"number": say("numbers"), "flag": say("a yes/no mark"), "text": say("words")}
    for tag in loaded.tags[:_SHOWN]:
        table.add_row(rich_markup.escape(tag.path), rich_markup.escape(tag.unit or "-"), words[tag.kind])
    console.print(table)
    if len(loaded.tags) > _SHOWN:
        console.print(say("... and {n} more tags", n=len(loaded.tags) - _SHOWN))
    for finding in row.layout.findings:
        mark = {"problem": "✗", "warning": "!"}.get(finding.level, "·")
        console.print(f"{mark} {finding.text}", markup=False, soft_wrap=True)
