"""What a host asks GEM equipment for (SEMI E30): to talk, to go online, what it has, and what it shall send."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bobae.connectors.secs import items
from bobae.connectors.secs.hsms import Link
from bobae.connectors.secs.items import Item, ascii_text, binary, decode, flag, listed, number, one_number
from bobae.connectors.secs.message import Declined
from bobae.connectors.secs.plan import Report
from bobae.connectors.secs.readings import identity
from bobae.connectors.secs.settings import SecsSettings
from bobae.connectors.secs.times import worked_out_zone, written
from bobae.core import Text, Unreachable, text

_log = logging.getLogger("bobae.collect")
# list -> the messages that ask for it (E5)
_LISTS = {"sv": (1, 11), "dv": (1, 21), "ce": (1, 23), "ec": (2, 29), "alarm": (5, 5)}
_STATES = {1: "offline", 2: "offline", 3: "offline", 4: "local", 5: "remote"}  # E30, ControlState
_ENABLE = 0x80
SPOOLED = listed(  # S2F43: what the equipment shall keep while nobody listens: alarms, traces, events
    listed(number("U1", 5), listed(number("U1", 1))),
    listed(number("U1", 6), listed(number("U1", 1), number("U1", 11))),
)


@dataclass(frozen=True)
class Listed:
    """One row of one of the equipment's lists: its id as it came, and what stands behind it."""

    raw: bytes
    cells: Sequence[Item]


Names = Mapping[str, Mapping[str, Listed] | None]


class Gem:
    """The equipment at the other end of a link."""

    def __init__(self, link: Link, settings: SecsSettings) -> None:
        self._link, self._settings = link, settings
        self._names: dict[str, dict[str, Listed] | None] = {}
        self.greeted = asyncio.Event()  # the equipment has said S1F13 and was answered

    async def establish(self) -> None:
        """S1F13: have both ends know that they are there; it counts as well that the equipment has asked.

        Raises:
            Unreachable: the equipment will not now.
        """
        asking = asyncio.create_task(self._link.request(1, 13, listed()))
        greeted = asyncio.create_task(self.greeted.wait())
        try:
            await asyncio.wait({asking, greeted}, return_when=asyncio.FIRST_COMPLETED)
            if self.greeted.is_set():
                return
            answer = await asking
        except Declined as error:
            raise Unreachable(
                "{endpoint} does not establish communications ({why})", endpoint=self._settings.endpoint, why=error.why
            ) from error
        finally:
            asking.cancel()
            greeted.cancel()
            await asyncio.gather(asking, greeted, return_exceptions=True)
        acknowledged = one_number(answer[0]) if isinstance(answer, list) and answer else None
        if acknowledged != 0:
            raise Unreachable(
                "{endpoint} does not establish communications ({why})",
                endpoint=self._settings.endpoint,
                why=f"COMMACK {acknowledged}",
            )

    async def state(self) -> str:
        """'remote', 'local' or 'offline'; where the equipment does not tell more, 'online'."""
        variable = self._settings.control_state
        try:
            if variable is not None:
                answer = await self.values(1, 3, [self.raw("sv", variable)])
                said = _STATES.get(one_number(answer[0]) or 0)
                if said is not None:
                    return said
            await self._link.request(1, 1)
        except Declined as error:
            if error.why == "T3":
                raise Unreachable(
                    "{endpoint} has not answered {what} for {s:g} s",
                    endpoint=self._settings.endpoint,
                    what="S1F1",
                    s=self._settings.t3_s,
                ) from error
            return "offline"
        return "online"

    async def go_online(self) -> None:
        """Ask to be let online; whether it has worked, `state` tells."""
        await self._asked(1, 17, b"")

    async def clock(self) -> Item:
        """What the equipment's clock says; None where it does not tell."""
        try:
            return await self._link.request(2, 17)
        except Declined:
            return None

    async def set_clock(self, zone: dt.tzinfo) -> None:
        """S2F31: have its clock show the time."""
        now = dt.datetime.fromtimestamp(time.time(), zone)
        await self._asked(2, 31, ascii_text(written(now)))

    async def zone(self) -> dt.tzinfo:
        """The zone of the equipment's clock: as set, else as its clock shows, else UTC."""
        if self._settings.zone is not None:
            return self._settings.zone
        return worked_out_zone(await self.clock(), time.time_ns()) or dt.UTC

    async def names(self, kind: str) -> Mapping[str, Listed] | None:
        """One of the equipment's lists: id -> row; None where it does not give it."""
        if kind not in self._names:
            self._names[kind] = await self._read_names(*_LISTS[kind])
        return self._names[kind]

    def raw(self, kind: str, written_id: str) -> bytes:
        """An id as the equipment writes it itself; where it does not tell, whole numbers in the format that is set."""
        listed_id = (self._names.get(kind) or {}).get(written_id)
        if listed_id is not None:
            return listed_id.raw
        return self.own_id(written_id)

    def own_id(self, written_id: str) -> bytes:
        """An id that the equipment has not told of."""
        try:
            return number(self._settings.id_format, int(written_id))
        except (ValueError, items.Malformed):
            return ascii_text(written_id)

    def variable(self, written_id: str) -> bytes:
        """The id of a variable, whichever list has it."""
        kind = "dv" if written_id in (self._names.get("dv") or {}) else "sv"
        return self.raw(kind, written_id)

    async def values(self, stream: int, function: int, ids: Sequence[bytes]) -> list[Item]:
        """S1F3 or S2F13: values of variables or constants, in order.

        Raises:
            Declined: it does not give them, or not as many.
        """
        answer = await self._link.request(stream, function, listed(*ids))
        if not isinstance(answer, list) or len(answer) != len(ids):
            raise Declined(f"S{stream}F{function}", f"{answer!r:.40}")
        return answer

    async def kinds(self, stream: int, function: int, ids: Sequence[bytes]) -> list[str | None]:
        """What variables or constants hold, by the format of their values now; None: nothing that is collected."""
        try:
            values = items.parts(await self._link.raw_request(stream, function, listed(*ids)))
        except Declined:
            values = []
        return [items.kind_of(value) for value in values] if len(values) == len(ids) else [None] * len(ids)

    async def define(self, reports: Sequence[Report], events: Sequence[str], old: Sequence[str]) -> dict[str, Text]:
        """Have the reports come with their events; where all do already nothing is done, so that none is missed.

        Args:
            reports: what is to be defined.
            events: what is to be enabled.
            old: numbers of reports that bobae has defined earlier; they go.

        Returns:
            Event -> why it cannot be had.
        """
        if self._settings.reports == "add" and reports and all([await self._stands(one) for one in reports]):
            return await self.enable(events)
        if self._settings.reports == "own":
            await self._asked(2, 37, listed(flag(False), listed()))
            await self._asked(2, 33, listed(self.own_id("0"), listed()))
        for one in dict.fromkeys([*old, *(report.number for report in reports)]):
            if self._settings.reports == "add":  # one after the other: one that it does not know spoils the others
                await self._asked(2, 33, listed(self.own_id("0"), listed(listed(self.own_id(one), listed()))))
        wrong = await self._each(2, 33, {one.event: self._definition(one) for one in reports})
        linked = {one.event: self._link_of(one) for one in reports if one.event not in wrong}
        wrong |= await self._each(2, 35, linked)
        return wrong | await self.enable([event for event in events if event not in wrong])

    async def enable(self, events: Sequence[str]) -> dict[str, Text]:
        """S2F37: have the events come; event -> why not."""
        if not events:
            return {}
        every = {event: self.raw("ce", event) for event in events}
        if await self._asked(2, 37, listed(flag(True), listed(*every.values()))) is None:
            return {}
        wrong: dict[str, Text] = {}
        for event, raw in every.items():
            why = await self._asked(2, 37, listed(flag(True), listed(raw)))
            if why is not None:
                wrong[event] = _not_done("S2F37", why)
        return wrong

    async def report(self, event: str) -> Item:
        """S6F15: what an event would report now; None where the equipment does not say."""
        try:
            return await self._link.request(6, 15, self.raw("ce", event))
        except Declined:
            return None

    async def start_trace(self, trace: str, ids: Sequence[bytes]) -> Text | None:
        """S2F23: have samples of variables sent from now on; why not."""
        period = round(self._settings.trace_s * 100)
        seconds, hundredths = divmod(period, 100)
        hours, minutes = divmod(seconds // 60, 60)
        every = f"{hours:02d}{minutes:02d}{seconds % 60:02d}" + (f"{hundredths:02d}" if hundredths else "")
        why = await self._asked(
            2,
            23,
            listed(
                self.own_id(trace),
                ascii_text(every),
                number("U4", 0x7FFF_FFFF),
                number("U4", self._settings.trace_group),
                listed(*ids),
            ),
        )
        return None if why is None else _not_done("S2F23", why)

    async def enable_alarm(self, alarm: str) -> Text | None:
        """S5F3: have an alarm told; why not."""
        why = await self._asked(5, 3, listed(binary(_ENABLE), self.raw("alarm", alarm)))
        return None if why is None else _not_done("S5F3", why)

    async def alarms(self) -> Mapping[str, Listed]:
        """Every alarm as it stands now: id -> (code, id, text)."""
        return await self._read_names(*_LISTS["alarm"]) or {}

    async def spool(self) -> bool:
        """Have what was kept sent or thrown away, as set; whether it comes."""
        if self._settings.spool == "leave":
            return False
        if self._settings.reports != "existing":
            await self._asked(2, 43, SPOOLED)
        return await self._asked(6, 23, number("U1", int(self._settings.spool == "purge"))) is None

    async def _stands(self, report: Report) -> bool:
        """Whether a report is linked to its event: its number says what is in it."""
        said = await self.report(report.event)
        linked = items.rows(said[2], 2) if isinstance(said, list) and len(said) == 3 else []
        widths = {identity(one[0]): one[1] for one in linked}
        shown = widths.get(report.number)
        return isinstance(shown, list) and len(shown) == len(report.variables)

    async def _asked(self, stream: int, function: int, body: bytes) -> str | None:
        """Ask for something; None where it is acknowledged, else why not."""
        try:
            answer = await self._link.request(stream, function, body)
        except Declined as error:
            return error.why
        first = answer[0] if isinstance(answer, list) and answer else answer
        code = one_number(first)
        return None if code == 0 else str(code)

    async def _each(self, stream: int, function: int, bodies: Mapping[str, bytes]) -> dict[str, Text]:
        """Ask for all at once; where that is not granted, one by one, so that one wrong one spoils no other."""
        if not bodies:
            return {}
        if await self._asked(stream, function, listed(self.own_id("0"), listed(*bodies.values()))) is None:
            return {}
        wrong: dict[str, Text] = {}
        for event, body in bodies.items():
            why = await self._asked(stream, function, listed(self.own_id("0"), listed(body)))
            if why is not None:
                wrong[event] = _not_done(f"S{stream}F{function}", why)
        return wrong

    def _definition(self, report: Report) -> bytes:
        variables = (self.variable(one) for one in report.variables)
        return listed(self.own_id(report.number), listed(*variables))

    def _link_of(self, report: Report) -> bytes:
        return listed(self.raw("ce", report.event), listed(self.own_id(report.number)))

    async def _read_names(self, stream: int, function: int) -> dict[str, Listed] | None:
        try:
            body = await self._link.raw_request(stream, function, listed())
        except Declined:
            return None
        place = 1 if stream == 5 else 0  # an alarm's id stands behind its code
        found = {}
        for row in items.parts(body):
            cells = decode(row)
            if isinstance(cells, list) and len(cells) > place + 1:
                found[identity(cells[place])] = Listed(items.parts(row)[place], cells)
        return found


def _not_done(message: str, why: str) -> Text:
    return text("the equipment does not do {message} ({why})", message=message, why=why)
