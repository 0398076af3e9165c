"""What is said in the terminal of orders to write to the plant, from the asking to the taking back."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bobae.app.telling import Said, Tell, when
from bobae.core import Text, local_time, text
from bobae.registry.catalogue import AuditEntry, AuditEvent, Order, OrderState, WriteStore
from bobae.write import LOUD, entry_told, in_words, told

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
            for said, level in order_told(entry) if entry.event is not AuditEvent.REQUEST else ():
                tell(said, level)


def order_told(entry: AuditEntry) -> Said:
    """One thing that happened; loud where a person must look."""
    yield entry_told(entry), "warning" if entry.event in LOUD else "good"
    if entry.event is AuditEvent.ASKED:
        yield text("to approve it, another person types: bobae write approve {number}", number=entry.order), "plain"


def order_in_words(order: Order, unit: str | None) -> Iterator[Text]:
    """One order as it is now: what, who, why, where it stands."""
    yield text(
        "order {number}: {tag} = {value}: {state}",
        number=order.id,
        tag=order.tag,
        value=told(order.value, unit),
        state=in_words(order.state),
    )
    approved = ", ".join(order.approved_by) or "-"
    yield text(
        "   asked by {name} at {when}: {because}; approved by {approved}",
        name=order.asked_by,
        when=when(order.asked_ns),
        because=order.because,
        approved=approved,
    )
    if order.why is not None:
        yield text("   because: {why}", why=order.why)
    if order.shown is not None:
        shown, before = told(order.shown, unit), told(order.before, unit)
        yield text("   the device shows {shown}; before: {before}", shown=shown, before=before)
    if order.state is OrderState.HELD and order.revert_ns is not None:
        safe, until = told(order.safe, unit), when(order.revert_ns)
        yield text("   {safe} follows at {until} unless renewed", safe=safe, until=until)


def order_as_json(order: Order) -> dict[str, Any]:
    """The same as plain JSON values; times as the plant's clock shows them."""
    document = {name: value for name, value in asdict(order).items() if not name.endswith("_ns")}
    times = ("asked_ns", "expires_ns", "sent_ns", "revert_ns")
    document |= {name.removesuffix("_ns"): _moment(getattr(order, name)) for name in times}
    return document | {"state": str(order.state), "why": None if order.why is None else str(order.why)}


def entry_as_json(entry: AuditEntry) -> dict[str, Any]:
    """One thing that happened, as plain JSON values."""
    return {
        "id": entry.id,
        "time": _moment(entry.time_ns),
        "event": str(entry.event),
        "order": entry.order,
        "by": entry.by,
        "text": str(entry_told(entry)),
        "hash": entry.hash,
    }


def _moment(time_ns: int | None) -> str | None:
    return None if time_ns is None else local_time(time_ns).isoformat()


def _happened(book: WriteStore, since: int) -> Sequence[AuditEntry]:
    with book.looking() as there:
        return there.audit.after(since, limit=_AT_ONCE)
