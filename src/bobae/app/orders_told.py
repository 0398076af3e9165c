"""What is said in the terminal of orders to write to the plant, as they are asked, approved, carried out, taken back."""

import asyncio
from collections.abc import Sequence

from bobae.app.main_job import Tell
from bobae.app.told import Said
from bobae.core import text
from bobae.registry.catalogue import AuditEntry, AuditEvent, WriteStore
from bobae.write import LOUD, entry_told

_LOOK_S = 0.25
_AT_ONCE = 100


async def tell_orders(book: WriteStore, tell: Tell) -> None:
    """Say what happens to orders from now on, until cancelled."""
    with book.looking() as there:
        since, _ = there.audit.head()
    while True:
        await asyncio.sleep(_LOOK_S)
        for entry in await asyncio.to_thread(_happened, book, since):
            since = entry.id
            for said, level in order_told(entry):
                tell(said, level)


def order_told(entry: AuditEntry) -> Said:
    """One thing that happened; loud where a person must look."""
    yield entry_told(entry), "warning" if entry.event in LOUD else "good"
    if entry.event is AuditEvent.ASKED:
        yield text("to approve it, another person types: bobae write approve {number}", number=entry.order), "plain"


def _happened(book: WriteStore, since: int) -> Sequence[AuditEntry]:
    with book.looking() as there:
        return there.audit.after(since, limit=_AT_ONCE)
