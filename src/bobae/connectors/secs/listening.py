"""What equipment sends by itself: answered, and what is data delivered; it is acknowledged once it is on the disk."""

import asyncio
import datetime as dt
import functools
import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bobae.connectors.secs.hsms import Link
from bobae.connectors.secs.items import Item, Malformed, ascii_text, binary, decode, listed, one_number
from bobae.connectors.secs.message import Message
from bobae.connectors.secs.plan import Plan
from bobae.connectors.secs.readings import Events, Trace, identity, joined, spread
from bobae.connectors.secs.settings import SecsSettings
from bobae.connectors.secs.times import written
from bobae.core import Deliver, Gap, Readings, text

_log = logging.getLogger("bobae.collect")
_ALARM, _TRACE, _EVENT = (5, 1), (6, 1), (6, 11)
_AT_ONCE = {
    (1, 1): listed(),  # are you there
    (1, 13): listed(binary(0), listed()),  # establish communications
    (6, 5): binary(0),  # may I send a long one
    (10, 1): binary(0),  # words for an operator that nobody here reads
}
_STREAMS = frozenset({1, 2, 5, 6, 9, 10})
_SET = 0x80  # ALCD


class Listening:
    """Takes the primary messages of one link; what is data waits until it is known who wants it.

    Args:
        settings: whom to name in messages, and when to acknowledge.
        greet: called when the equipment has established communications.
    """

    def __init__(self, settings: SecsSettings, greet: Callable[[], None]) -> None:
        self.link: Link | None = None
        self.zone: dt.tzinfo = dt.UTC
        self._settings, self._greet = settings, greet
        self._plan, self._events, self._trace = Plan(), Events(Plan(), {}, None), Trace("", [], 1)
        self._deliver: Deliver | None = None
        self._waiting: list[Message] = []
        self._read_now: list[tuple[Readings, Callable[[], None] | None]] = []
        self._told: set[str] = set()
        self._unloading_until_ns: int | None = None

    def begin(self, plan: Plan, events: Events, trace: Trace, deliver: Deliver) -> None:
        """Deliver from now on, first what came meanwhile."""
        self._plan, self._events, self._trace, self._deliver = plan, events, trace, deliver
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self.take(message)

    def unloads(self, until_ns: int) -> None:
        """What the equipment has kept comes now: all that is older than `until_ns` is past."""
        self._unloading_until_ns = until_ns

    def take(self, message: Message) -> None:
        """Answer one primary message, or see to it that it is answered once it is kept."""
        link, kind = self.link, (message.stream, message.function)
        if link is None:
            return
        if kind in (_ALARM, _TRACE, _EVENT):
            if self._deliver is None:
                self._waiting.append(message)
            else:
                self._keep(link, self._deliver, message)
        elif kind in _AT_ONCE:
            link.reply(message, _AT_ONCE[kind])
            if kind == (1, 13):
                self._greet()
        elif kind == (2, 17):
            link.reply(message, ascii_text(written(dt.datetime.now(self.zone))))
        elif kind == (2, 25):
            link.reply(message, message.body)
        else:
            link.complain(5 if message.stream in _STREAMS else 3, message, "bobae does not know it")

    def snapshot(self, item: Item, deliver: Deliver) -> None:
        """Deliver what an event would report now (S6F16); one that is no report says nothing."""
        try:
            readings, _ = self._events.read(item, self.zone, time.time_ns(), happened=False)
        except Malformed:
            return
        if readings is not None:
            deliver(readings)

    def alarm(self, item: Item, now_ns: int) -> Readings | None:
        """How one alarm stands (S5F1, or a row of S5F6).

        Raises:
            Malformed: it is no alarm.
        """
        code = one_number(item[0]) if isinstance(item, list) and len(item) == 3 else None
        if code is None or not isinstance(item, list):
            raise Malformed("no alarm")
        alarm, on = identity(item[1]), bool(code & _SET)
        words = item[2] if on and isinstance(item[2], str) else ""
        where = [self._plan.alarms.get(alarm, ()), self._plan.alarm_texts.get(alarm, ())]
        return spread([on, words], where, now_ns)

    def _keep(self, link: Link, deliver: Deliver, message: Message) -> None:
        now_ns = time.time_ns()
        try:
            readings = self._read(message, decode(message.body), now_ns)
        except Malformed as error:
            link.complain(7, message, str(error))
            return
        acknowledge = functools.partial(link.reply, message, binary(0))
        if readings is None:
            acknowledge()
        elif self._settings.acknowledge == "received":
            acknowledge()
            self._hand_on(readings, None, deliver)
        else:
            self._hand_on(readings, acknowledge, deliver)

    def _hand_on(self, readings: Readings, acknowledge: Callable[[], None] | None, deliver: Deliver) -> None:
        """Deliver what came in one go together: many small messages cost little more than one."""
        self._read_now.append((readings, acknowledge))
        if len(self._read_now) == 1:
            asyncio.get_running_loop().call_soon(self._deliver_read, deliver)

    def _deliver_read(self, deliver: Deliver) -> None:
        read, self._read_now = self._read_now, []
        if self.link is None:
            return  # closed meanwhile: nothing was acknowledged, so the equipment keeps it
        for _, together in itertools.groupby(read, lambda one: one[0].past):
            parts, acknowledges = zip(*together, strict=True)
            known = [one for one in acknowledges if one is not None]
            deliver(joined(parts), functools.partial(_call_all, known) if known else None)

    def _read(self, message: Message, item: Item, now_ns: int) -> Readings | None:
        if message.stream == 5:
            return self.alarm(item, now_ns)
        if message.function == 1:
            if not (isinstance(item, list) and item and identity(item[0]) == self._trace.number):
                self._tell_foreign(message, item)
                return None
            rows, said_ns = self._trace.read(item, self.zone, now_ns)
            return self._placed(rows, said_ns)
        readings, said_ns = self._events.read(item, self.zone, now_ns)
        if not self._events.knows(item):
            self._tell_foreign(message, item)
        return None if readings is None else self._placed(readings, said_ns)

    def _placed(self, readings: Readings, said_ns: int | None) -> Readings:
        """As past, if the equipment had kept it."""
        until_ns = self._unloading_until_ns
        if until_ns is None or said_ns is None:
            return readings
        if said_ns < until_ns:
            return Readings(
                readings.position, readings.time_ns, readings.value, readings.status, readings.text, past=True
            )
        self._unloading_until_ns = None
        return readings

    def _tell_foreign(self, message: Message, item: Item) -> None:
        """Say once that a report or trace is not ours, so that what is in it cannot be known."""
        about = f"{message.name} {identity(item[1]) if isinstance(item, list) and len(item) > 1 else ''}"
        if about not in self._told and len(self._told) < 100:
            self._told.add(about)
            said = text(
                "{endpoint} sent {message} with contents that bobae has not asked for; they are not kept",
                endpoint=self._settings.endpoint,
                message=about,
            )
            _log.warning("%s", said)


def _call_all(calls: Sequence[Callable[[], None]]) -> None:
    for call in calls:
        call()


def silent(plan: Plan, now_ns: int) -> Readings | None:
    """That there is nothing of any tag but the control state: the equipment is offline."""
    by_kind: tuple[Mapping[str, tuple[int, ...]], ...] = (plan.status, plan.constants, plan.traced, plan.events)
    by_kind = (*by_kind, plan.alarms, plan.alarm_texts, {"": sum(plan.reported.values(), ())})
    positions = [one for found in by_kind for where in found.values() for one in where]
    if not positions:
        return None
    rows = len(positions)
    return Readings(
        np.array(positions, dtype=np.int32),
        np.full(rows, now_ns),
        np.full(rows, np.nan),
        np.full(rows, Gap.NO_COMMUNICATION, dtype=np.uint32),
    )
