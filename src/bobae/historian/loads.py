"""What was loaded from files: which and when, and what their columns were, so that a dataset is made again as read."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bobae.core import Column, Finding, Kind, Role, Text
from bobae.historian.database import FILE, connect


@dataclass(frozen=True)
class Layout:
    """How the files were laid out.

    Attributes:
        columns: all of them, in their order, under the names that their tags have.
        time: the name of the time column.
        asset: the name of the column that says which machine, or None.
        assets: asset path -> what that column calls it ('' without such a column).
        findings: what was found out while reading and loading.
    """

    columns: tuple[Column, ...]
    time: str
    asset: str | None
    assets: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    def packed(self) -> str:
        """As JSON."""
        document = {
            "columns": [[c.name, c.kind, c.role, c.unit, c.reason and c.reason.as_json()] for c in self.columns],
            "time": self.time,
            "asset": self.asset,
            "assets": dict(self.assets),
            "findings": [[f.code, f.level, f.text.as_json(), f.columns, f.rows] for f in self.findings],
        }
        return json.dumps(document, ensure_ascii=False)

    @classmethod
    def unpacked(cls, data: str) -> Self:
        """From JSON."""
        kept: dict[str, Any] = json.loads(data)
        columns = tuple(
            Column(name, Kind(kind), Role(role), unit, reason and Text.from_json(reason))
            for name, kind, role, unit, reason in kept["columns"]
        )
        findings = tuple(
            Finding(code, level, Text.from_json(said), tuple(names), rows)
            for code, level, said, names, rows in kept["findings"]
        )
        return cls(columns, kept["time"], kept["asset"], kept["assets"], findings)


@dataclass(frozen=True)
class LoadRow:
    """One load: of what, when (ns UTC), how many rows."""

    name: str
    sha256: str
    rows: int
    loaded_ns: int
    layout: Layout


def loads_in(root: Path) -> tuple[LoadRow, ...]:
    """All loads of the historian in `root`, the oldest first; none where there is no historian.

    Raises:
        Refused: it is damaged.
    """
    if not (root / FILE).is_file():
        return ()
    base = connect(root, write=False)
    try:
        return tuple(_told(row) for row in base.execute(f"select {_COLUMNS} from loads order by id"))
    finally:
        base.close()


def load_of(base: sqlite3.Connection, sha256: str) -> LoadRow | None:
    """The load of these very contents, if there was one."""
    row = base.execute(f"select {_COLUMNS} from loads where sha256 = ?", (sha256,)).fetchone()
    return None if row is None else _told(row)


def note_load(base: sqlite3.Connection, load: LoadRow) -> None:
    """List a load; call it inside the transaction that lists its segments."""
    row = (load.name, load.sha256, load.rows, load.loaded_ns, load.layout.packed())
    base.execute(f"insert into loads ({_COLUMNS}) values (?, ?, ?, ?, ?)", row)


_COLUMNS = "name, sha256, rows, loaded_ns, layout"


def _told(row: tuple[str, str, int, int, str]) -> LoadRow:
    name, sha256, rows, loaded_ns, layout = row
    return LoadRow(name, sha256, rows, loaded_ns, Layout.unpacked(layout))
