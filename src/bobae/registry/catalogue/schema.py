"""Which schema a catalogue has and which steps would bring it to the newest; nothing is changed."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory


@dataclass(frozen=True)
class Schema:
    """Of one catalogue.

    Attributes:
        now: what it has; None: there is no catalogue yet.
        newest: what this bobae wants.
        steps: the first words of each step from one to the other; none: nothing is to be done.
        known: whether this bobae knows what it has; a newer one wrote it otherwise.
    """

    now: str | None
    newest: str
    steps: tuple[str, ...]
    known: bool = True


def schema_of(catalogue: Path) -> Schema:
    """The schema of the catalogue in this file.

    Raises:
        sqlite3.Error: it is damaged.
    """
    scripts = ScriptDirectory(Path(__file__).parent)
    newest = scripts.get_current_head() or ""
    if not catalogue.is_file():
        return Schema(None, newest, ())
    with closing(sqlite3.connect(f"{catalogue.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as base:
        named = base.execute("select 1 from sqlite_master where name = 'alembic_version'").fetchone()
        row = base.execute("select version_num from alembic_version").fetchone() if named else None
    now = None if row is None else str(row[0])
    known = {script.revision for script in scripts.walk_revisions()}
    if now is not None and now not in known:
        return Schema(now, newest, (), known=False)
    steps = [script.doc or script.revision for script in scripts.iterate_revisions("head", now or "base")]
    return Schema(now or "0000", newest, tuple(reversed(steps)))
