"""The audit of what was written to the plant: entries that are only ever added, each holding the hash of the last."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bobae.core import text
from bobae.registry.catalogue.order import AuditEntry, AuditEvent, Broken
from bobae.registry.catalogue.tables import WRITE_AUDIT, WRITE_DESK

_FIRST = "0" * 64
_AT_ONCE = 1_000


class Audit:
    """The audit inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(
        self,
        time_ns: int,
        event: AuditEvent,
        *,
        by: str = "",
        order: int | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one entry; it is kept if, and only if, all else of the transaction is."""
        head = self._connection.execute(select(WRITE_DESK.c.entries, WRITE_DESK.c.head)).one()
        row = {"id": head.entries + 1, "time_ns": time_ns, "event": str(event), "order": order, "by": by}
        row |= {"said": dict(said or {}), "previous": head.head}
        row["hash"] = _hash(row)
        self._connection.execute(insert(WRITE_AUDIT).values(row))
        self._connection.execute(update(WRITE_DESK).values(entries=row["id"], head=row["hash"]))

    def after(self, number: int, *, limit: int) -> list[AuditEntry]:
        """At most `limit` entries later than that one, oldest first."""
        query = select(WRITE_AUDIT).where(WRITE_AUDIT.c.id > number).order_by(WRITE_AUDIT.c.id).limit(limit)
        return [_entry(row) for row in self._connection.execute(query)]

    def head(self) -> tuple[int, str]:
        """How many entries there are, and the hash of the last."""
        row = self._connection.execute(select(WRITE_DESK.c.entries, WRITE_DESK.c.head)).one()
        return row.entries, row.head

    def broken(self) -> Broken | None:
        """The first entry that was changed or is gone; None: all are there as they were written.

        Who can write to the file can write a new chain: only a hash that was noted elsewhere tells that.
        """
        last, previous = 0, _FIRST
        while page := self.after(last, limit=_AT_ONCE):
            for entry in page:
                if entry.id != last + 1:
                    return Broken(last + 1, text("it was removed"))
                if entry.hash != _hash(vars(entry)) or entry.previous != previous:
                    return Broken(entry.id, text("it was changed"))
                last, previous = entry.id, entry.hash
        if (last, previous) != self.head():
            return Broken(last + 1, text("it was removed"))
        return None


def _hash(row: Mapping[str, Any]) -> str:
    whole = [row[name] for name in ("id", "time_ns", "event", "order", "by", "said", "previous")]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    kept = dict(row._mapping)
    return AuditEntry(**kept | {"event": AuditEvent(kept["event"])})
