"""How far the table has been read, behind by as long as commits may be late; written after the samples."""

import datetime as dt
import decimal
import json
import os
from pathlib import Path
from typing import Any

_FILE = "bookmark.json"


def load(folder: Path | None, meant: str) -> Any:
    """The value of the growing column that was reached; None where nothing is known, or other rows were meant.

    Args:
        folder: the source's own, or None.
        meant: all that decides what becomes of a row.
    """
    try:
        kept = json.loads((folder / _FILE).read_text("utf-8")) if folder else {}
        return _value(kept["kind"], kept["at"]) if kept["meant"] == meant else None
    except (OSError, ValueError, KeyError, TypeError, decimal.InvalidOperation):
        return None  # none, or damaged: the table is read from its begin, and what is stored stays the same


def store(folder: Path | None, meant: str, at: Any) -> None:
    """Keep it, whole or not at all."""
    if folder is None:
        return
    kind, written = _written(at)
    new = folder / f"{_FILE}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump({"meant": meant, "kind": kind, "at": written}, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / _FILE)


def _written(at: Any) -> tuple[str, Any]:
    if isinstance(at, dt.datetime):
        return "datetime", at.isoformat()
    if isinstance(at, dt.date):
        return "date", at.isoformat()
    if isinstance(at, decimal.Decimal):
        return "decimal", str(at)
    return "plain", at


def _value(kind: str, written: Any) -> Any:
    match kind:
        case "datetime":
            return dt.datetime.fromisoformat(written)
        case "date":
            return dt.date.fromisoformat(written)
        case "decimal":
            return decimal.Decimal(written)
    return written
