"""One connection to one equipment as its host: opened, browsed, subscribed to and watched."""

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from bobae.connectors.secs.browse import offered
from bobae.connectors.secs.gem import Gem
from bobae.connectors.secs.hsms import Link
from bobae.connectors.secs.items import Item, Malformed
from bobae.connectors.secs.listening import Listening, silent
from bobae.connectors.secs.message import Declined
from bobae.connectors.secs.plan import Plan, Report, numbered, remember, remembered
from bobae.connectors.secs.polling import Changes, poll
from bobae.connectors.secs.readings import Events, Trace, spread
from bobae.connectors.secs.settings import SecsSettings
from bobae.connectors.secs.times import NS, moment_ns
from bobae.connectors.secs.wished import BAD, clock_of, sorted_out, unknown
from bobae.core import Deliver, Offered, Rejected, Text, Unreachable, Wish

_last_try: dict[str, float] = {}  # endpoint -> when it was last connected to, for T5


class SecsSource:
    """GEM equipment as a live source; used once.

    Example:
        >>> SecsSource(SecsSettings("10.0.0.9")).alive_ns
        0
    """

    def __init__(self, settings: SecsSettings, folder: Path | None = None) -> None:
        self._settings, self._folder = settings, folder
        self._link: Link | None = None
        self._gem: Gem | None = None
        self._server: asyncio.Server | None = None
        self._listening = Listening(settings, self._greeted)
        self._tasks: list[asyncio.Task[None]] = []
        self._state = ""

    @property
    def endpoint(self) -> str:
        """Where the equipment is."""
        return self._settings.endpoint

    async def open(self) -> None:
        """Connect, select, establish communications, ask to be let online.

        Raises:
            Unreachable: nobody answers, or not as HSMS and GEM want it.
        """
        settings = self._settings
        link = self._link = await self._connected()
        gem = self._gem = Gem(link, settings)
        await link.select()
        self._tasks.append(asyncio.create_task(link.linktest()))
        await gem.establish()
        await gem.go_online()
        zone = self._listening.zone = await gem.zone()
        if settings.set_clock:
            await gem.set_clock(zone)

    async def browse(self) -> Sequence[Offered]:
        """Every variable, event, alarm and constant that the equipment lists."""
        return await offered(self._there())

    async def subscribe(self, wishes: Sequence[Wish], deliver: Deliver) -> Sequence[Rejected]:
        """Have the wishes delivered from now on.

        Raises:
            Unreachable: the connection broke.
        """
        gem = self._there()
        wished, rejected = sorted_out(wishes)
        self._state = await gem.state()
        if self._state == "offline":
            plan = Plan.of(wished)
            self._listening.begin(plan, Events(plan, {}, None), Trace("", [], 1), deliver)
            self._tell_offline(plan, deliver)
        else:
            known = [await unknown(gem, self._settings, wish, address) for _, wish, address in wished]
            rejected += [one for one in known if one is not None]
            plan = Plan.of(one for one, why in zip(wished, known, strict=True) if why is None)
            rejected += await self._set_up(gem, plan, wishes, deliver)
        self._tell_state(plan, deliver)
        self._tasks.append(asyncio.create_task(self._watch_state(gem, plan, deliver)))
        return rejected

    async def watch(self) -> None:
        """Return never while all is well.

        Raises:
            Unreachable: the connection ended, or the equipment gives no sign of life.
        """
        link = self._link
        if link is None:
            raise self._not_open()
        ends: set[asyncio.Future[Any]] = {link.ended, *self._tasks}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in self._tasks:
            if task.done():
                task.result()  # never returns: it raises why it ended
        raise link.ended.result()

    @property
    def alive_ns(self) -> int:
        """When the equipment last sent anything, ns UTC."""
        return 0 if self._link is None else self._link.alive_ns

    async def close(self) -> None:
        """Let go of everything; what the equipment has been asked to send goes on there, so that it keeps it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        link, self._listening.link = self._link or self._listening.link, None
        if self._server is not None:
            self._server.close()
        if link is not None:
            link.close()
            await asyncio.sleep(0)  # the transport reports its end in the next round of the loop
        self._server = self._link = self._gem = None

    async def _connected(self) -> Link:
        settings, loop = self._settings, asyncio.get_running_loop()
        made: asyncio.Future[Link] = loop.create_future()
        make = functools.partial(_new_link, settings, self._listening, made)
        wait_s = _last_try.get(settings.endpoint, -settings.t5_s) + settings.t5_s - time.monotonic()
        if wait_s > 0 and not settings.passive:
            await asyncio.sleep(wait_s)
        _last_try[settings.endpoint] = time.monotonic()
        try:
            if settings.passive:
                self._server = await loop.create_server(make, settings.host, settings.port)
                async with asyncio.timeout(settings.t7_s):
                    return await made
            async with asyncio.timeout(settings.t6_s):
                await loop.create_connection(make, settings.host, settings.port)
            return await made
        except (OSError, TimeoutError) as error:
            why = str(error) or "timeout"
            raise Unreachable(
                "no equipment answers at {endpoint} ({why})", endpoint=settings.endpoint, why=why
            ) from error

    def _greeted(self) -> None:
        if self._gem is not None:
            self._gem.greeted.set()

    def _there(self) -> Gem:
        if self._gem is None:
            raise self._not_open()
        return self._gem

    def _not_open(self) -> Unreachable:
        return Unreachable("the connection to {endpoint} is not open", endpoint=self._settings.endpoint)

    async def _set_up(self, gem: Gem, plan: Plan, wishes: Sequence[Wish], deliver: Deliver) -> list[Rejected]:
        """Have the equipment send what is wanted, and deliver what there is now."""
        settings = self._settings
        clock = await clock_of(gem, settings)
        reports, old = self._reports(plan, clock)
        trace = Trace(
            numbered(repr(list(plan.traced)), settings.id_format), list(plan.traced.values()), _period_ns(settings)
        )
        self._listening.begin(plan, Events(plan, reports, clock), trace, deliver)
        wrong: dict[int, Text] = {}
        if settings.reports != "existing":
            mine = plan.reports(clock, settings.id_format)
            for event, why in (await gem.define(mine, plan.event_ids, old)).items():
                wrong |= dict.fromkeys(_of_event(plan, event), why)
        wrong |= await self._set_up_alarms(gem, plan, deliver)
        for event in {event for event, _ in plan.reported}:
            self._listening.snapshot(await gem.report(event), deliver)
        if plan.traced:
            why_not = await gem.start_trace(trace.number, [gem.raw("sv", one) for one in plan.traced])
            if why_not is not None:
                wrong |= dict.fromkeys(sum(plan.traced.values(), ()), why_not)
        self._start(gem, plan, deliver)
        if await gem.spool():
            said = moment_ns(await gem.clock(), self._listening.zone)
            self._listening.unloads(time.time_ns() if said is None else said)
        return [Rejected(wishes[at], BAD, why) for at, why in sorted(wrong.items(), key=lambda one: one[0])]

    def _reports(self, plan: Plan, clock: str | None) -> tuple[dict[str, Report], list[str]]:
        """All reports that may come, by number, and which of them are from earlier."""
        if self._settings.reports == "existing":
            known = self._settings.known_reports.items()
            return {number: Report(number, "", variables) for number, variables in known}, []
        before = remembered(self._folder)
        mine = {one.number: one for one in plan.reports(clock, self._settings.id_format)}
        if not mine.keys() <= before.keys():
            remember(self._folder, before | mine)
        return before | mine, list(before)

    async def _set_up_alarms(self, gem: Gem, plan: Plan, deliver: Deliver) -> dict[int, Text]:
        wanted = dict.fromkeys([*plan.alarms, *plan.alarm_texts])
        wrong: dict[int, Text] = {}
        for alarm in wanted:
            why = await gem.enable_alarm(alarm)
            if why is not None:
                wrong |= dict.fromkeys((*plan.alarms.get(alarm, ()), *plan.alarm_texts.get(alarm, ())), why)
        for row in (await gem.alarms()).values() if wanted else ():
            try:
                readings = self._listening.alarm(list(row.cells), time.time_ns())
            except Malformed:
                continue
            if readings is not None:
                deliver(readings)
        return wrong

    def _start(self, gem: Gem, plan: Plan, deliver: Deliver) -> None:
        """Begin to ask for status variables and constants."""
        settings = self._settings
        for kind, (stream, function), wanted, every_s in (
            ("sv", (1, 3), plan.status, settings.poll_s),
            ("ec", (2, 13), plan.constants, settings.state_s),
        ):
            if wanted:
                ask = self._asking(gem, stream, function, [gem.raw(kind, one) for one in wanted])
                changes = Changes(list(wanted.values()), plan.deadbands)
                self._tasks.append(asyncio.create_task(poll(ask, changes, every_s, deliver)))

    def _asking(
        self, gem: Gem, stream: int, function: int, ids: Sequence[bytes]
    ) -> Callable[[], Coroutine[Any, Any, list[Item] | None]]:
        """Asks for the values; None while the equipment is offline."""

        async def ask() -> list[Item] | None:
            if self._state == "offline":
                return None
            try:
                return await gem.values(stream, function, ids)
            except Declined as error:
                if await gem.state() == "offline":
                    return None
                raise Unreachable(
                    "{endpoint} does not tell its variables any more ({why})", endpoint=self.endpoint, why=error
                ) from error

        return ask

    async def _watch_state(self, gem: Gem, plan: Plan, deliver: Deliver) -> None:
        """Tell when the control state changes; reports are set up anew when the equipment is online again."""
        while True:
            await asyncio.sleep(self._settings.state_s)
            state = await gem.state()
            if state == self._state:
                continue
            was, self._state = self._state, state
            self._tell_state(plan, deliver)
            if state == "offline":
                self._tell_offline(plan, deliver)
            elif was == "offline":
                raise Unreachable("{endpoint} is online again; its reports are set up anew", endpoint=self.endpoint)

    def _tell_state(self, plan: Plan, deliver: Deliver) -> None:
        readings = spread([self._state], [plan.state], time.time_ns())
        if readings is not None:
            deliver(readings)

    def _tell_offline(self, plan: Plan, deliver: Deliver) -> None:
        readings = silent(plan, time.time_ns())
        if readings is not None:
            deliver(readings)


def _new_link(settings: SecsSettings, listening: Listening, made: "asyncio.Future[Link]") -> Link:
    """The link of a connection that has come about; HSMS-SS has one only."""
    link = Link(settings, listening.take)
    if made.done():
        return Link(settings, lambda _: None)
    listening.link = link
    made.set_result(link)
    return link


def _period_ns(settings: SecsSettings) -> int:
    return round(settings.trace_s * 100) * (NS // 100)


def _of_event(plan: Plan, event: str) -> list[int]:
    """Positions of all that comes with an event."""
    reported = [where for (of, _), where in plan.reported.items() if of == event]
    return [one for where in (*reported, plan.events.get(event, ())) for one in where]
