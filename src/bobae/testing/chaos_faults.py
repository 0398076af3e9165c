"""What happens to a connection in a plant, one fault after the other: each strikes, lasts, and is over."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, cast

from bobae.testing import network, small_disk
from bobae.testing.chaos_bobae import Here, There
from bobae.testing.chaos_ramp import PHASE
from bobae.testing.chaos_subject import ChaosSource, SecuredSource, Subject
from bobae.testing.network import Network
from bobae.testing.small_disk import SmallDisk

_HOUR_NS = 3_600_000_000_000
_EACH_S = 0.1  # between what is written by hand
_MANY = 10  # rows that wait: fewer may still find room in what the database has already taken
_STOPPED_S, _RUNNING_S = 0.15, 0.05  # of a slow server


@dataclass
class Bench:
    """What a fault can strike.

    Attributes:
        written: (source time, value) of what was written by hand and must be stored.
        claims: what did not happen as it should have, in words.
    """

    subject: Subject
    source: ChaosSource
    bobae: Here | There
    network: Network | None = None
    disk: SmallDisk | None = None
    written: list[tuple[int, float]] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)

    async def ramp(self, every_ms: int | None = None) -> None:
        """Have the source count from 1 on; 0: no more."""
        await asyncio.to_thread(self.source.ramp, self.subject.every_ms if every_ms is None else every_ms)

    async def write(self, value: float, time_ns: int) -> None:
        """Have the source show a value of a time."""
        await asyncio.to_thread(lambda: self.source.write(self.source.number, value, time_ns=time_ns))

    async def start(self) -> None:
        """Start the source again, counting."""
        await asyncio.to_thread(self.source.start)
        await self.ramp()


Strike = Callable[[Bench], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        name: for the matrix.
        strike: begins when it is entered and is over when it is left.
        needs: 'network' (packets can vanish), 'disk' (a small one), 'process' (bobae in one of its own), 'time' (the
            protocol says when a sample was true), 'certificate' (the source is encrypted).
        breaks: whether the connection may break of it.
    """

    name: str
    strike: Strike
    needs: frozenset[str] = frozenset()
    breaks: bool = True

    def concerns(self, subject: Subject) -> bool:
        """Whether it can happen to such a source at all."""
        has = {"network": subject.networked, "time": subject.timed, "certificate": subject.secured is not None}
        return all(has.get(need, True) for need in self.needs)

    def unavailable(self) -> str | None:
        """Why it cannot be tried on this machine; None if it can."""
        if "network" in self.needs and (why := network.unavailable()):
            return why
        return small_disk.unavailable() if "disk" in self.needs else None


@contextlib.asynccontextmanager
async def killed(bench: Bench) -> AsyncIterator[None]:
    """The source's process ends without a word, and is started again."""
    await asyncio.to_thread(bench.source.kill)
    yield
    await bench.start()


@contextlib.asynccontextmanager
async def frozen(bench: Bench) -> AsyncIterator[None]:
    """It answers nothing, its connections stay open."""
    bench.source.freeze()
    try:
        yield
    finally:
        bench.source.thaw()


@contextlib.asynccontextmanager
async def black_hole(bench: Bench) -> AsyncIterator[None]:
    """Packets vanish both ways."""
    assert bench.network is not None
    await asyncio.to_thread(bench.network.black)
    yield
    await asyncio.to_thread(bench.network.back)


@contextlib.asynccontextmanager
async def half_open(bench: Bench) -> AsyncIterator[None]:
    """Killed and started again while packets vanish: only our side still believes in the connection."""
    assert bench.network is not None
    await asyncio.to_thread(bench.network.black)
    await asyncio.to_thread(bench.source.kill)
    starting = asyncio.create_task(bench.start())  # one that speaks to itself over the network is ready only after it
    try:
        yield
    finally:
        await asyncio.to_thread(bench.network.back)
        await starting


@contextlib.asynccontextmanager
async def replaced(bench: Bench) -> AsyncIterator[None]:
    """Another program runs in the device: the address is gone, the others are there; then it is undone."""
    await asyncio.to_thread(bench.source.replace)
    yield
    if isinstance(bench.bobae, Here) and not bench.bobae.state.connected:
        bench.claims.append(f"the other tags were not read on: {bench.bobae.state.reason}")
    await asyncio.to_thread(bench.source.restore)
    await bench.ramp()


@contextlib.asynccontextmanager
async def certificate_changed(bench: Bench) -> AsyncIterator[None]:
    """The server shows another certificate, until a person trusts it."""
    assert isinstance(bench.bobae, Here)
    secured = cast(SecuredSource, bench.source)
    await asyncio.to_thread(secured.change)
    await bench.ramp()
    yield
    if bench.bobae.state.connected or "certificate" not in str(bench.bobae.state.reason):
        bench.claims.append(f"that the certificate is another was not told: {bench.bobae.state.reason}")
    secured.trust(bench.bobae.keeps)


@contextlib.asynccontextmanager
async def slow(bench: Bench) -> AsyncIterator[None]:
    """It stands still three quarters of the time."""

    async def stutter() -> None:
        while True:
            bench.source.freeze()
            await asyncio.sleep(_STOPPED_S)
            bench.source.thaw()
            await asyncio.sleep(_RUNNING_S)

    stuttering = asyncio.create_task(stutter())
    try:
        yield
    finally:
        stuttering.cancel()
        await asyncio.wait([stuttering])
        bench.source.thaw()
    if bench.subject.networked and isinstance(bench.bobae, Here) and bench.bobae.attempts > 1:
        bench.claims.append("a slow source was given up")


@contextlib.asynccontextmanager
async def source_clock_jumps(bench: Bench) -> AsyncIterator[None]:
    """The source's clock is an hour ahead, then an hour behind, then right again."""
    await bench.ramp(0)
    for phase, ahead_ns in ((1, _HOUR_NS), (2, -_HOUR_NS)):
        await _written(bench, [(time.time_ns() + ahead_ns + i * 1_000_000, phase * PHASE + i) for i in range(1, 6)])
    yield
    await bench.ramp()


@contextlib.asynccontextmanager
async def duplicates(bench: Bench) -> AsyncIterator[None]:
    """Every sample comes three times."""
    await bench.ramp(0)
    now = time.time_ns()
    await _written(bench, [(now + i * 1_000_000, PHASE + i) for i in range(1, 6) for _ in range(3)])
    yield
    await bench.ramp()


@contextlib.asynccontextmanager
async def out_of_order(bench: Bench) -> AsyncIterator[None]:
    """Samples come in another order than they happened."""
    await bench.ramp(0)
    now = time.time_ns()
    await _written(bench, [(now + i * 1_000_000, PHASE + i) for i in (2, 1, 5, 3, 4)])
    yield
    await bench.ramp()


@contextlib.asynccontextmanager
async def our_clock_jumps(bench: Bench) -> AsyncIterator[None]:
    """The clock of the computer that bobae runs on is an hour ahead, then an hour behind, then right again."""
    assert isinstance(bench.bobae, There)
    for ahead_s in (3600.0, -3600.0):
        await bench.bobae.set_clock(ahead_s)
        await asyncio.sleep(bench.subject.outage_s / 4)
    yield
    await bench.bobae.set_clock(0.0)


@contextlib.asynccontextmanager
async def disk_full(bench: Bench) -> AsyncIterator[None]:
    """Nothing more can be stored; then there is room again."""
    assert bench.disk is not None
    assert isinstance(bench.bobae, Here)
    bobae = bench.bobae
    told = asyncio.create_task(_until_told(bobae))
    await asyncio.to_thread(bench.disk.fill)
    yield
    if not told.done() and bobae.state.waiting > _MANY:
        bench.claims.append("that the disk is full was not told")
    told.cancel()
    await asyncio.wait([told])
    bench.disk.free()


@contextlib.asynccontextmanager
async def bobae_killed(bench: Bench) -> AsyncIterator[None]:
    """The process that collects ends without a word, and is started again."""
    assert isinstance(bench.bobae, There)
    await bench.bobae.kill()
    yield
    await bench.bobae.start()


async def _until_told(bobae: Here) -> None:
    while bobae.state.storing is None:
        await asyncio.sleep(0.02)


async def _written(bench: Bench, samples: list[tuple[int, float]]) -> None:
    for time_ns, value in samples:
        at = time_ns // 1_000_000 * 1_000_000
        await bench.write(value, at)
        bench.written.append((at, value))
        await asyncio.sleep(_EACH_S)


_STILL: dict[str, Any] = {"needs": frozenset({"time"}), "breaks": False}
FAULTS = (
    Fault("kill -9 and restart", killed),
    Fault("freeze and thaw", frozen),
    Fault("black hole", black_hole, frozenset({"network"})),
    Fault("half-open connection", half_open, frozenset({"network"})),
    Fault("other addresses", replaced),
    Fault("certificate changed", certificate_changed, frozenset({"certificate"})),
    Fault("slow source", slow, breaks=False),
    Fault("its clock jumps", source_clock_jumps, **_STILL),
    Fault("our clock jumps", our_clock_jumps, frozenset({"process"}), breaks=False),
    Fault("duplicates", duplicates, **_STILL),
    Fault("out of order", out_of_order, **_STILL),
    Fault("full disk", disk_full, frozenset({"disk"}), breaks=False),
    Fault("bobae killed", bobae_killed, frozenset({"process"})),
)
