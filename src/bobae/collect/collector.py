"""One source collected: connected, listened to, tried again when it is lost, and every gap written down."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bobae.collect.clock import TOLD_S, ClockSkew
from bobae.collect.filling import filled
from bobae.collect.newest import MS, NEVER, Newest
from bobae.collect.outbox import Outbox
from bobae.collect.state import SourceState
from bobae.core import (
    Bools,
    Gap,
    HistoryReader,
    Ints,
    LiveConnector,
    NewestReader,
    Readings,
    Refused,
    Rejected,
    StoreWriter,
    Tags,
    Text,
    Unreachable,
    Wish,
    text,
)

_log = logging.getLogger("bobae.collect")
OVERFLOW = 0x0480  # DataValue bits of a good status: the source's queue overflowed before this value


@dataclass(frozen=True)
class Patience:
    """How long is waited for what.

    Attributes:
        retry_s: before the first new attempt; doubled with each.
        longest_retry_s: no attempt waits longer.
        refused_s: before asking again a source that will not have us.
        silent_s: how soon after connecting each tag should have come.
    """

    retry_s: float = 0.5
    longest_retry_s: float = 3.0
    refused_s: float = 60.0
    silent_s: float = 2.0

    def pause_s(self, retries: int, error: Refused | Unreachable, chance: random.Random) -> float:
        """How long to wait before the next attempt, up to a fifth more by chance: sources do not come all at once."""
        doubled = min(self.retry_s * 2.0 ** min(retries, 30), self.longest_retry_s)
        return (self.refused_s if isinstance(error, Refused) else doubled) * (1 + 0.2 * chance.random())


class Collector:
    """Collects the tags of one source until it is cancelled.

    Args:
        name: of the source, as in plant.yaml.
        make: makes a fresh connector to it.
        wishes: what to read.
        tags: the store's number of each wish.
        writer: takes the rows.
        reader: tells what the store ended with.
        chance: for the pauses between attempts.
        clock: ns UTC.
        patience: how long is waited for what.
        limit: rows that may wait to be on the disk; beyond it the oldest are given up.
        resumes: whether the source delivers afterwards what happens while nobody listens: then nothing is missing.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], LiveConnector],
        wishes: Sequence[Wish],
        tags: Tags | Sequence[int],
        *,
        writer: StoreWriter,
        reader: NewestReader,
        chance: random.Random,
        clock: Callable[[], int] = time.time_ns,
        patience: Patience | None = None,
        limit: int = 500_000,
        resumes: bool = False,
    ) -> None:
        self._name = name
        self._make = make
        self._wishes = wishes
        self._positions = {wish.path: position for position, wish in enumerate(wishes)}
        self._outbox = Outbox(writer, limit=limit)
        self._reader = reader
        self._resumes = resumes
        self._chance = chance
        self._clock = clock
        self._patience = patience or Patience()
        self._newest = Newest(np.asarray(tags, dtype=np.int32))
        self._skew = ClockSkew()
        self._skew_logged = False
        self._source_ns = NEVER  # the newest source time seen
        self._connected = False
        self._since_ns = clock()
        self._reason: Text | None = None
        self._rejected: tuple[Rejected, ...] = ()
        self._samples = self._retries = self._overflows = 0

    @property
    def state(self) -> SourceState:
        """How it stands now."""
        return SourceState(
            name=self._name,
            connected=self._connected,
            since_ns=self._since_ns,
            reason=self._reason,
            samples=self._samples,
            rejected=self._rejected,
            skew_s=self._skew.seconds,
            retries=self._retries,
            waiting=self._outbox.waiting,
            dropped=self._outbox.dropped,
            storing=self._outbox.trouble,
            overflows=self._overflows,
        )

    async def run(self) -> None:
        """Collect until cancelled; nothing that the source does ends it."""
        self._take_up()
        try:
            while True:
                try:
                    await self._collect_once()
                except (Unreachable, Refused) as error:
                    await asyncio.sleep(self._patience.pause_s(self._retries, error, self._chance))
                    self._retries += 1
        finally:
            self._add_gap(Gap.NOT_COLLECTED, self._skew.in_source_time(self._clock()))
            self._outbox.close()

    async def _collect_once(self) -> None:
        """Connect and collect until the source is lost."""
        connector = self._make()
        silent: asyncio.TimerHandle | None = None
        try:
            await connector.open()
            self._newest.came[:] = False
            missing = self._newest.missing()
            rejected = await connector.subscribe(self._wishes_now(), self._deliver)
            self._subscribed(rejected)
            silent = asyncio.get_running_loop().call_later(self._patience.silent_s, self._tell_silent)
            await self._watch(connector, missing)
        except (Unreachable, Refused) as error:
            self._lost(error, connector.alive_ns)
            raise
        finally:
            if silent is not None:
                silent.cancel()
            await _to_the_end(connector.close())

    async def _watch(self, connector: LiveConnector, missing: tuple[Ints, Ints]) -> None:
        """Watch until the source is lost; meanwhile fill what was missing, where the source has kept it."""
        watching = asyncio.create_task(connector.watch())
        filling: set[asyncio.Task[None]] = set()
        if isinstance(connector, HistoryReader):
            until_ns = self._skew.in_source_time(self._clock())
            what = filled(connector, self._wishes, missing, until_ns=until_ns, newest=self._newest, outbox=self._outbox)
            filling.add(asyncio.create_task(what))
        try:
            while not watching.done():
                done, filling = await asyncio.wait({watching, *filling}, return_when=asyncio.FIRST_COMPLETED)
                filling.discard(watching)
                for task in done:
                    task.result()
        finally:
            for task in (watching, *filling):
                task.cancel()
            await asyncio.gather(watching, *filling, return_exceptions=True)

    def _wishes_now(self) -> list[Wish]:
        """The wishes, each with how far the store has it."""
        newest = self._newest.newest_ns.tolist()
        return [replace(w, since_ns=None if ns == NEVER else ns) for w, ns in zip(self._wishes, newest, strict=True)]

    def _take_up(self) -> None:
        """Say from when on nothing was collected, for every tag that the store ends with a sample of."""
        known = {row.path for row in self._reader.tags()}
        stored = self._reader.last([wish.path for wish in self._wishes if wish.path in known])
        self._newest.remember(stored)
        now = self._clock()
        seen = stored.time_ns[stored.time_ns <= now]
        last_sign = int(seen.max()) + MS if len(seen) else now
        self._add_gap(Gap.NOT_COLLECTED, last_sign, self._newest.sampled())

    def _add_gap(self, why: int, at_ns: int, among: Bools | None = None) -> None:
        if not self._resumes:
            self._outbox.add(self._newest.gap(why, at_ns, among))

    def _deliver(self, readings: Readings, kept: Callable[[], None] | None = None) -> None:
        if readings.past or self._resumes:
            self._samples += len(readings.position)
            self._newest.came[readings.position] = True
            self._outbox.add(self._newest.past(readings), kept)
            return
        now = self._clock()
        # the first value of each tag may be from long ago, and a gap begins where the last one was
        changed_now = self._newest.came[readings.position] & (readings.status != Gap.NO_COMMUNICATION)
        self._skew.note(readings.time_ns[changed_now], now_ns=now)
        self._tell_skew()
        self._samples += len(readings.position)
        self._source_ns = max(self._source_ns, int(readings.time_ns.max()))
        self._overflows += int(np.count_nonzero((readings.status & OVERFLOW) == OVERFLOW))
        self._outbox.add(self._newest.take(readings, self._skew.in_source_time(now)), kept)

    def _subscribed(self, rejected: Sequence[Rejected]) -> None:
        now = self._clock()
        told_before = {one.wish.path for one in self._rejected}
        for one in rejected:
            if one.wish.path not in told_before:
                _log.warning("%s", text("{source}: {tag}: {why}", source=self._name, tag=one.wish.path, why=one.why))
        self._rejected = tuple(rejected)
        for status in {one.status for one in rejected}:
            among = self._among(one for one in rejected if one.status == status)
            self._add_gap(status, self._skew.in_source_time(now), among)
        _log.info("%s", text("{source}: connected, {n} tags", source=self._name, n=len(self._wishes) - len(rejected)))
        self._connected, self._since_ns, self._reason, self._retries = True, now, None, 0

    def _lost(self, error: Refused | Unreachable, alive_ns: int) -> None:
        now = self._clock()
        if self._connected or self._reason is None:
            _log.warning("%s", text("{source}: no connection: {why}", source=self._name, why=error.text))
            self._since_ns = now
        self._connected, self._reason = False, error.text
        at = self._skew.in_source_time(alive_ns or now)
        if self._source_ns <= at + TOLD_S * 1e9:  # one tag with a clock gone wild does not carry the others along
            at = max(at, self._source_ns + MS)
        self._add_gap(Gap.NO_COMMUNICATION, at)

    def _tell_silent(self) -> None:
        at = self._skew.in_source_time(self._clock())
        waiting = ~self._newest.came & ~self._among(self._rejected)
        self._add_gap(Gap.SENSOR_SILENT, at, waiting)

    def _among(self, rejected: Iterable[Rejected]) -> Bools:
        """Which of the wishes these are."""
        among = np.zeros(len(self._wishes), dtype=bool)
        among[[self._positions[one.wish.path] for one in rejected]] = True
        return among

    def _tell_skew(self) -> None:
        if self._skew.told and not self._skew_logged:
            seconds = self._skew.seconds or 0.0
            said = text(
                "{source}: its clock is {s:.0f} s behind ours"
                if seconds > 0
                else "{source}: its clock is {s:.0f} s ahead of ours",
                source=self._name,
                s=abs(seconds),
            )
            _log.warning("%s", said)
        self._skew_logged = self._skew_logged or self._skew.told


async def _to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Whoever is cancelled meanwhile is so only after it: half of a connection is not left behind."""
    task = asyncio.create_task(closing)
    try:
        await asyncio.shield(task)
    finally:
        if not task.done():
            await asyncio.wait([task])
