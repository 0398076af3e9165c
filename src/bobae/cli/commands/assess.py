"""`bobae assess`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bobae.cli.answer import Answer
from bobae.cli.bars import bars
from bobae.cli.door import app
from bobae.cli.options import Asset, AssetCol, Data, LotCol, Report, Target, TimeCol
from bobae.cli.session import settings
from bobae.core import LazyModule, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import rich.markup as rich_markup
    import rich.table as rich_table
    from rich.console import Console

    from bobae.app import TableFound
    from bobae.train.assess import Assessment
else:
    rich_markup = LazyModule("rich.markup")
    rich_table = LazyModule("rich.table")

_SHOWN = 8


def assess(
    data: Data,
    *,
    target: Target = None,
    asset: Asset = None,
    time_col: TimeCol = None,
    asset_col: AssetCol = None,
    lot_col: LotCol = None,
    report: Report = None,
) -> Answer:
    """Say in plain words what the data can answer, how far they are ready, and what is odd about them."""
    chosen = app.chosen_roles(time=time_col, asset=asset_col, lot=lot_col, target=target)
    with bars() as progress:
        tables = app.assess_tables(data, settings(), chosen=chosen, asset=asset, progress=progress)
    place = report or app.report_path(data[0], "assess")
    found = tables[0].assessment if len(tables) == 1 else None
    if found is None:
        return _several(tables, place)
    written = app.write_report(found.as_html(), place)

    def show(console: Console) -> None:
        show_assessment(console, found)
        console.print(say("The whole report: {path}", path=written), soft_wrap=True)

    return Answer(found.as_json() | {"report": str(written)}, show)


def _several(tables: Sequence[TableFound], report: Path) -> Answer:
    """One report a table, beside each other, and a list of them."""
    documents, rows = [], []
    for number, table in enumerate(tables, 1):
        document: dict[str, Any] = {"table": table.name, "files": [str(path) for path in table.files]}
        if table.assessment is None:
            documents.append(document | {"refused": str(table.refused)})
            rows.append((table.name, "-", "-", str(table.refused)))
            continue
        written = app.write_report(table.assessment.as_html(), report.with_stem(f"{report.stem}-{number}"))
        documents.append(document | table.assessment.as_json() | {"report": str(written)})
        ready = [str(task.title) for task in table.assessment.tasks if task.ready == "ready"]
        readiness = str(table.assessment.readiness.score)
        rows.append((table.name, f"{len(table.assessment.dataset):,}", readiness, ", ".join(ready) or "-"))

    def show(console: Console) -> None:
        said = say("The files hold {n} different tables; each was looked at by itself:", n=len(tables))
        console.print(said, soft_wrap=True)
        listed = rich_table.Table(box=None, pad_edge=False)
        for heading in (say("table"), say("rows"), say("ready, of 100"), say("what it can answer")):
            listed.add_column(heading)
        for row in rows:
            listed.add_row(*map(rich_markup.escape, row))
        console.print(listed)
        console.print(say("Their reports: {folder}", folder=report.parent), soft_wrap=True)
        console.print(say("To go on with one of them, name its files instead of the folder"), soft_wrap=True)

    return Answer({"tables": documents}, show)


def show_assessment(console: Console, found: Assessment) -> None:
    """The assessment in short: readiness, questions, what stands out, what is missing most."""
    data = found.dataset
    said = say(
        "{origin}: {rows} rows, {columns} columns", origin=data.origin, rows=f"{len(data):,}", columns=len(data.columns)
    )
    console.print(said, markup=False, soft_wrap=True)
    console.print(say("How far the data are ready: {score} of 100", score=found.readiness.score))
    table = rich_table.Table(box=None, pad_edge=False)
    for heading in (say("question"), say("data"), say("why")):
        table.add_column(heading)
    words = {"ready": say("ready"), "nearly": say("nearly"), "no": say("not yet")}
    for answer in found.tasks:
        table.add_row(str(answer.title), words[answer.ready], str(answer.why))
    console.print(table)
    for finding in found.findings[:_SHOWN]:
        mark = {"problem": "✗", "warning": "!"}.get(finding.level, "·")
        console.print(f"{mark} {finding.text}", markup=False, soft_wrap=True)
    if len(found.findings) > _SHOWN:
        console.print(say("... and {n} more in the report", n=len(found.findings) - _SHOWN))
    console.print(f"{say('The one thing that would help most')}: {found.missing.what}", markup=False, soft_wrap=True)
