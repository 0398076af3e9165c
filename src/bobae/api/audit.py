"""The audit: all that people did here, oldest first, each entry chained to the one before."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from bobae.api.gate import gated_router, needs
from bobae.api.plant import ThePlant
from bobae.api.questions import WhichEntries
from bobae.api.times import rfc3339
from bobae.registry.catalogue import AuditEntry, AuditEvent
from bobae.write import entry_told

router = gated_router("audit")


class ToldEntry(BaseModel):
    """One thing that happened, chained to the one before."""

    id: int
    time: str
    event: AuditEvent
    order: int | None
    by: str
    said: dict[str, Any] = Field(description="all else: from where, on what, with which result")
    text: str = Field(description="the same in words")
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry) -> "ToldEntry":
        """An entry in the reader's language."""
        same = {name: getattr(entry, name) for name in ("id", "event", "order", "by", "said", "hash")}
        return cls(**same, time=rfc3339(entry.time_ns) or "", text=str(entry_told(entry)))


class EntryPage(BaseModel):
    """A page of the audit, oldest first."""

    items: list[ToldEntry]
    next: int | None = Field(description="`cursor` of the next page; null: that was all")


@router.get("/writes/audit")
@router.get("/audit")
@needs("audit.read")
def audit(plant: ThePlant, asked: Annotated[WhichEntries, Query()]) -> EntryPage:
    """All that happened, oldest first."""
    with plant.writing.book.looking() as book:
        found = book.audit.after(asked.cursor, limit=asked.limit + 1)
    items = [ToldEntry.of(entry) for entry in found[: asked.limit]]
    return EntryPage(items=items, next=items[-1].id if len(found) > asked.limit else None)
