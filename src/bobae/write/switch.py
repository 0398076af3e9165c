"""The switch that stops all writing: one person turns it off, two turn it on again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bobae.core import Refused, text
from bobae.registry.catalogue import AuditEvent, Order, OrderState, Person, Switch, WriteStore
from bobae.write.checks import check_person, refuse, removed

_TOGETHER_NS = 600 * 1_000_000_000


class KillSwitch:
    """Whether bobae may write to the plant at all.

    Args:
        store: where it is kept.
        clock: ns UTC.
    """

    def __init__(self, store: WriteStore, clock: Callable[[], int] = time.time_ns) -> None:
        self._store, self._clock = store, clock

    def stop(self, *, because: str, by: Person) -> Sequence[Order]:
        """Have bobae write nothing more; orders that were not carried out are over.

        Values that are held stay as they are, their dead-man too, until writing is allowed again.

        Returns:
            The orders whose values stay.
        """
        now = self._clock()
        with self._store.changing() as book:
            check_person(book, by, "write.order")
            since = book.switch.stopped_ns
            book.turn(Switch(now if since is None else since, by.name, because.strip()))
            book.audit.note(now, AuditEvent.STOPPED, by=by.name, said={"because": because.strip()})
            for order in book.orders.page(states=(OrderState.WAITING, OrderState.APPROVED)):
                why = text("{name} stopped all writing", name=by.name)
                refuse(book, order, why, now)
            return book.orders.page(states=(OrderState.HELD, OrderState.REVERTING))

    def allow(self, *, by: Person) -> Switch:
        """Allow writing again; it takes two different persons within ten minutes.

        Raises:
            Refused: it is not stopped, or the same person said so before.
        """
        now = self._clock()
        with self._store.changing() as book:
            check_person(book, by, "write.approve")
            switch = book.switch
            if switch.stopped_ns is None:
                raise Refused("writing is not stopped; there is nothing to allow")
            first = switch.allow_by if now < (switch.allow_ns or 0) + _TOGETHER_NS else None
            if first == by.name:
                raise Refused("{name} has said so already; a second person must allow it too", name=by.name)
            if first is None or removed(book, first):
                switch = replace(switch, allow_by=by.name, allow_ns=now)
                book.audit.note(now, AuditEvent.ALLOW_ASKED, by=by.name)
            else:
                switch = Switch()
                book.audit.note(now, AuditEvent.ALLOWED, by=by.name, said={"with": first})
            book.turn(switch)
            return switch

    def state(self) -> Switch:
        """Whether writing is stopped, by whom and why."""
        with self._store.looking() as book:
            return book.switch
