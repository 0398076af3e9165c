"""What becomes of an order once it is approved: each move one transaction, decided on what the book says then.

Before anything is sent to the device, the order is `writing` on the disk. Whoever finds it so later does not know
whether it arrived, and only reads.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bobae.core import Refused, Tag, Text, WriteAllowed, text
from bobae.registry.catalogue import AuditEvent, Book, Order, OrderState, Value, WriteStore
from bobae.write.checks import expire, refuse, still_there, too_often
from bobae.write.limits import Limits, same, told

_S = 1_000_000_000


class Moves:
    """The moves of the orders of one plant.

    Args:
        store: where orders and audit are kept.
        tags: path -> tag, as plant.yaml has them now.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, tags: Mapping[str, Tag], clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._tags, self._clock = store, tags, clock

    def place(self, tag: str) -> Limits:
        """Where a tag is, also one that plant.yaml allows to be written no more: what was written must be taken back.

        Raises:
            Refused: plant.yaml does not say where it is.
        """
        there = self._tags.get(tag, Tag())
        if there.source is None or there.address is None:
            raise Refused("plant.yaml does not say any more where {tag} is; put its source and address back", tag=tag)
        return Limits(tag, there.source, str(there.address), there.unit, there.write or WriteAllowed())

    def open(self) -> list[Order]:
        """What something is still to happen to, oldest first; while writing is stopped, nothing is taken back."""
        with self._store.looking() as book:
            orders = book.orders.page(states=[state for state in OrderState if state.open])
            stopped = book.switch.stopped_ns is not None
        waits = (OrderState.HELD, OrderState.REVERTING) if stopped else ()
        return [order for order in reversed(orders) if order.state not in waits]

    def expire(self, number: int) -> None:
        """End an order whose time is over, unless somebody was quicker."""
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            if order.state.asked and now >= order.expires_ns:
                expire(book, order, now)

    def claim(self, number: int, shown: Value) -> Order | None:
        """Have an approved order for oneself, to be written now; None if it may not be any more.

        Args:
            number: of the order.
            shown: what the device showed just now; range, step and rate are looked at again.
        """
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            if order.state is not OrderState.APPROVED:
                return None
            if now >= order.expires_ns:
                expire(book, order, now)
                return None
            if why := self._objection(book, order, shown, now):
                refuse(book, replace(order, shown=shown), why, now)
                return None
            limits = Limits.of(order.tag, self._tags.get(order.tag, Tag()))
            order = replace(
                order,
                state=OrderState.WRITING,
                before=shown,
                shown=shown,
                sent_ns=now,
                tolerance=limits.tolerance,
            )
            if limits.dead_man_s is not None:
                safe = _safe(book, order, limits)
                order = replace(order, revert_ns=now + round(limits.dead_man_s * _S), safe=safe)
            self._keep(book, order, AuditEvent.WRITING, now)
            return order

    def not_sent(self, number: int, why: Text) -> None:
        """End an order that did not get as far as being written: the device cannot be read, or not be reached."""
        self._move(number, OrderState.APPROVED, OrderState.FAILED, why)

    def not_taken(self, number: int, why: Text) -> None:
        """End an order that the device says it does not take."""
        self._move(number, OrderState.WRITING, OrderState.FAILED, why)

    def not_known(self, number: int, why: Text) -> None:
        """Note that nobody knows whether the device got an order."""
        self._move(number, OrderState.WRITING, OrderState.UNKNOWN, why)

    def settle(self, number: int, shown: Value) -> None:
        """Say what came of an order, by what the device shows once it had time enough."""
        now = self._clock()
        with self._store.changing() as book:
            order = replace(book.orders.get(number), shown=shown)
            if order.state not in (OrderState.WRITING, OrderState.UNKNOWN):
                return
            if same(shown, order.value, order.tolerance):
                self._replace_older(book, order, now)
                held = order.revert_ns is not None
                order = replace(order, state=OrderState.HELD if held else OrderState.DONE, why=None)
                self._keep(book, order, AuditEvent(order.state), now)
                return
            unit = self._unit(order.tag)
            why = text(
                "the device shows {shown} in place of {value}", shown=told(shown, unit), value=told(order.value, unit)
            )
            order = replace(order, state=OrderState.FAILED, why=why)
            self._keep(book, order, AuditEvent.FAILED, now)
            if order.revert_ns is not None and not same(shown, order.before, order.tolerance):
                self._replace_older(book, order, now)
                self._keep(book, replace(order, state=OrderState.REVERTING), AuditEvent.REVERTING, now)

    def take_back(self, due: Order, shown: Value) -> Order | None:
        """Have an order whose dead-man ran out for oneself, to write the safe value now; None if there is no need.

        Args:
            due: the order, as it was when it was due.
            shown: what the device showed just now.
        """
        now = self._clock()
        with self._store.changing() as book:
            order = replace(book.orders.get(due.id), shown=shown)
            if book.switch.stopped_ns is not None or order.state not in (OrderState.HELD, OrderState.REVERTING):
                return None
            if order.revert_ns != due.revert_ns:
                return None  # renewed meanwhile
            if same(shown, order.safe, order.tolerance):
                self._keep(book, replace(order, state=OrderState.REVERTED), AuditEvent.REVERTED, now)
                return None
            if order.state is OrderState.REVERTING:
                return order
            if not same(shown, order.value, order.tolerance):
                self._keep(book, replace(order, state=OrderState.OVERTAKEN), AuditEvent.OVERTAKEN, now)
                return None
            order = replace(order, state=OrderState.REVERTING)
            self._keep(book, order, AuditEvent.REVERTING, now)
            return order

    def reverted(self, number: int, shown: Value) -> bool:
        """Whether the device shows the safe value, so that the order is over."""
        now = self._clock()
        with self._store.changing() as book:
            order = replace(book.orders.get(number), shown=shown)
            if not same(shown, order.safe, order.tolerance):
                return False
            if order.state is OrderState.REVERTING:
                self._keep(book, replace(order, state=OrderState.REVERTED), AuditEvent.REVERTED, now)
            return True

    def stuck(self, order: Order, why: Text) -> None:
        """Note that an order could not be taken back, or not be found out about, yet."""
        with self._store.changing() as book:
            said = _said(order) | {"unit": self._unit(order.tag), "why": why.as_json()}
            book.audit.note(self._clock(), AuditEvent.STUCK, order=order.id, said=said)

    def _objection(self, book: Book, order: Order, shown: Value, now: int) -> Text | None:
        """Why the order may not be carried out, as things stand now."""
        try:
            limits = Limits.of(order.tag, self._tags.get(order.tag, Tag()))
        except Refused as error:  # plant.yaml was changed since
            return error.text
        if book.switch.stopped_ns is not None:
            return text("all writing is stopped")
        if len(still_there(book, order.persons)) < limits.approvals:
            return text("it takes {n} persons", n=limits.approvals)
        unsettled = (OrderState.WRITING, OrderState.UNKNOWN, OrderState.REVERTING)
        if book.orders.page(tag=order.tag, states=unsettled):
            return text("an earlier order for {tag} is not over yet", tag=order.tag)
        return limits.objection(order.value) or limits.too_far(order.value, shown=shown) or too_often(book, limits, now)

    def _replace_older(self, book: Book, order: Order, now: int) -> None:
        for older in book.orders.page(tag=order.tag, states=(OrderState.HELD,)):
            if older.id != order.id:
                self._keep(book, replace(older, state=OrderState.REPLACED), AuditEvent.REPLACED, now)

    def _move(self, number: int, was: OrderState, becomes: OrderState, why: Text) -> None:
        now = self._clock()
        with self._store.changing() as book:
            order = book.orders.get(number)
            if order.state is was:
                self._keep(book, replace(order, state=becomes, why=why), AuditEvent(becomes), now)

    def _keep(self, book: Book, order: Order, event: AuditEvent, now: int) -> None:
        book.orders.keep(order)
        book.audit.note(now, event, order=order.id, said=_said(order) | {"unit": self._unit(order.tag)})

    def _unit(self, tag: str) -> str | None:
        return self._tags[tag].unit if tag in self._tags else None


def _said(order: Order) -> dict[str, Any]:
    said = {"tag": order.tag, "value": order.value, "before": order.before, "shown": order.shown}
    if order.revert_ns is not None:
        said |= {"revert_ns": order.revert_ns, "safe": order.safe}
    return said if order.why is None else said | {"why": order.why.as_json()}


def _safe(book: Book, order: Order, limits: Limits) -> Value | None:
    """What is written once the dead-man runs out: what plant.yaml says, else what was there before anybody ordered."""
    if limits.write.safe is not None:
        return limits.write.safe
    held = book.orders.page(tag=order.tag, states=(OrderState.HELD,))
    return held[0].safe if held else order.before
