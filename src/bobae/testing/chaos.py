"""A connector under every fault of a plant: what comes back how soon, and whether what is missing is told.

A plugin author inherits `ChaosContract` with a `Subject`; `trial` tries one fault.
"""

import asyncio
import contextlib
import gc
import math
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

import numpy as np
import pytest

from bobae.collect import Patience
from bobae.core import STILL_GOOD
from bobae.historian import Store, open_store
from bobae.testing import chaos_left
from bobae.testing.chaos_bobae import FLAG, NUMBER, Here, Job, There
from bobae.testing.chaos_faults import FAULTS, Bench, Fault
from bobae.testing.chaos_ramp import Stretches, stretches
from bobae.testing.chaos_subject import ChaosSource, Subject
from bobae.testing.network import Network
from bobae.testing.small_disk import SmallDisk

_LOOK_S = 0.05
_EVER = 2**62  # ns UTC, later than anything
_AT_ONCE = 4  # trials of one class
_LONGEST_S = 90.0


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Attributes:
        fault: its name.
        resume_s: from the end of the fault to the first new value that could be read from the historian.
        within_s: the longest that may be, two keep-alives of the source.
        ramp: what is missing of the ramp.
        lost: acknowledged rows that are not in the historian.
        unstored: values written by hand that are not there.
        attempts: connections that were tried; None where bobae ran in a process of its own.
        allowed: as many as patience allows.
        accepted: connections that the source counted since it was last started.
        at_once: the most connections to it at one time.
        claims: what else went wrong, in words.
    """

    fault: str
    resume_s: float
    within_s: float
    ramp: Stretches
    lost: int
    unstored: tuple[float, ...]
    attempts: int | None
    allowed: int
    accepted: int
    at_once: int
    claims: tuple[str, ...]

    def broken(self) -> list[str]:
        """Every promise that was not kept, in words; nothing if all were."""
        said = [
            (self.resume_s > self.within_s, f"resumed after {self.resume_s:.2f} s, more than {self.within_s:g} s"),
            (bool(self.ramp.silent), f"missing without a gap row: {'; '.join(self.ramp.silent)}"),
            (self.lost > 0, f"{self.lost} acknowledged rows are not in the historian"),
            (bool(self.unstored), f"sent and not stored: {self.unstored}"),
            (self.at_once > 1, f"{self.at_once} connections at once"),
            ((self.attempts or 0) > self.allowed, f"{self.attempts} attempts, {self.allowed} were allowed"),
            (self.accepted > self.allowed, f"the source accepted {self.accepted} of {self.allowed} allowed"),
        ]
        return [words for wrong, words in said if wrong] + list(self.claims)


async def trial(subject: Subject, fault: Fault, folder: Path) -> Outcome:
    """Collect from a source of its own, let the fault strike and pass, and judge what the historian then holds.

    Args:
        subject: the connector.
        fault: one that concerns it and is available here.
        folder: empty or not there yet.
    """
    with ExitStack() as stack:
        network = stack.enter_context(Network()) if "network" in fault.needs else None
        disk = stack.enter_context(SmallDisk(folder / "disk")) if "disk" in fault.needs else None
        where: dict[str, Any] = {} if network is None else {"host": network.host, "prefix": network.prefix}
        made = subject.secured if "certificate" in fault.needs else subject.make
        assert made is not None
        source = cast(ChaosSource, made(**where))
        stack.push(source.__exit__)
        await asyncio.to_thread(source.__enter__)
        job = _job(subject, source, folder, disk)
        bench = Bench(subject, source, _bobae(subject, fault, source, job), network, disk)
        return await _tried(bench, fault, job)


async def trials(
    subject: Subject, faults: Sequence[Fault], folder: Path, *, at_once: int = _AT_ONCE
) -> dict[str, Outcome | BaseException]:
    """All of them, so many at a time; what a trial died of stands in place of its outcome."""
    turn = asyncio.Semaphore(at_once)

    async def one(fault: Fault) -> Outcome:
        async with turn:
            return await trial(subject, fault, folder / fault.name.replace(" ", "-"))

    came = await asyncio.gather(*(one(fault) for fault in faults), return_exceptions=True)
    return {fault.name: outcome for fault, outcome in zip(faults, came, strict=True)}


class ChaosContract:
    """Inherit it and say which connector; all faults are tried side by side, once for the class."""

    subject: ClassVar[Subject]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "fault" in metafunc.fixturenames:
            metafunc.parametrize("fault", [fault for fault in FAULTS if fault.concerns(self.subject)], ids=_called)

    @pytest.fixture(scope="class")
    @classmethod
    def came(cls, tmp_path_factory: pytest.TempPathFactory) -> "Came":
        faults = [one for one in FAULTS if one.concerns(cls.subject) and one.unavailable() is None]
        return tried(cls.subject, faults, tmp_path_factory.mktemp("chaos"))

    def test_all_is_kept_through(self, came: "Came", fault: Fault) -> None:
        why = fault.unavailable()
        if why is not None:
            pytest.skip(f"{fault.name}: {why}")
        outcome = came.outcomes[fault.name]
        if isinstance(outcome, BaseException):
            raise outcome
        wrong = outcome.broken()
        assert not wrong, "; ".join(wrong)

    def test_nothing_is_left_behind(self, came: "Came") -> None:
        assert not came.left, "; ".join(came.left)


@dataclass(frozen=True)
class Came:
    """What came of many trials.

    Attributes:
        outcomes: by the name of the fault.
        left: what was there afterwards and not before, in words.
    """

    outcomes: dict[str, Outcome | BaseException]
    left: list[str]


def tried(subject: Subject, faults: Sequence[Fault], folder: Path, *, at_once: int = _AT_ONCE) -> Came:
    """The trials in an event loop of their own, and what they left behind in this process."""

    async def run() -> tuple[dict[str, Outcome | BaseException], list[str]]:
        outcomes = await trials(subject, faults, folder, at_once=at_once)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        return outcomes, [f"task {task.get_name()}: {task.get_coro()}" for task in tasks]

    sockets, threads = chaos_left.sockets(), chaos_left.threads()
    outcomes, left = asyncio.run(run())
    gc.collect()
    left += [f"thread {name}" for name in chaos_left.threads() if name not in threads]
    more = chaos_left.sockets() - sockets
    return Came(outcomes, left + ([f"{more} sockets"] if more > 0 else []))


def _called(fault: Fault) -> str:
    return fault.name


def _job(subject: Subject, source: ChaosSource, folder: Path, disk: SmallDisk | None) -> Job:
    root = folder if disk is None else disk.folder
    wishes = ((NUMBER, source.number), (FLAG, source.flag))
    return Job(root / "historian", folder / "source", wishes, subject.resumes, subject.patience)


def _bobae(subject: Subject, fault: Fault, source: ChaosSource, job: Job) -> Here | There:
    def make(keeps: Path) -> Any:
        return source.connector(keeps, **subject.settings)

    if "process" not in fault.needs:
        return Here(make, job, time.time_ns)
    return There(subject.maker, _where(source), subject.settings, job)


def _where(source: ChaosSource) -> dict[str, Any]:
    """What another process makes a connector to the same source with."""
    if hasattr(source, "folder"):
        return {"folder": str(source.folder)}
    parts = urlsplit(source.connector().endpoint)
    return {"host": parts.hostname, "port": parts.port}


async def _tried(bench: Bench, fault: Fault, job: Job) -> Outcome:
    subject = bench.subject
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bench.bobae.stop)
        await bench.ramp()
        watching = asyncio.create_task(_most_at_once(bench))
        stack.callback(watching.cancel)
        await asyncio.sleep(0)
        await bench.bobae.start()
        reader = stack.enter_context(open_store(job.root))
        await _until(lambda: _good(reader) >= 5)
        began = time.monotonic()
        async with fault.strike(bench):
            await asyncio.sleep(subject.outage_s)
        healed, before = time.monotonic(), _good(reader)
        resumed = await _until(lambda: _good(reader) > before)
        await asyncio.sleep(5 * subject.every_ms / 1000)
        lasted = time.monotonic() - began
        accepted, _ = await asyncio.to_thread(bench.source.counts)
        watching.cancel()
        at_once = await watching
    return _judged(bench, fault, job, _Seen(resumed - healed, lasted, accepted, at_once))


@dataclass(frozen=True)
class _Seen:
    resume_s: float
    lasted_s: float
    accepted: int
    at_once: int


def _judged(bench: Bench, fault: Fault, job: Job, seen: _Seen) -> Outcome:
    """What the historian holds, read as anybody would afterwards."""
    with open_store(job.root) as store:
        rows = store.raw([NUMBER], 0, _EVER)
        kept = set(zip(rows.tag.tolist(), rows.time_ns.tolist(), strict=True))
        flags = store.raw([FLAG], 0, _EVER)
    kept |= set(zip(flags.tag.tolist(), flags.time_ns.tolist(), strict=True))
    stored = set(zip(rows.time_ns.tolist(), rows.value.tolist(), strict=True))
    subject, claims = bench.subject, list(bench.claims)
    losses = bench.bobae.losses if isinstance(bench.bobae, Here) else 1
    ramp = stretches(
        rows,
        anew=subject.resumes or not fault.breaks,
        unnoticed_s=subject.unnoticed_s,
        strewn="process" in fault.needs and not fault.breaks,
    )
    if subject.resumes and ramp.missing:
        claims.append(f"{ramp.missing} values are missing of a source that keeps them")
    if not subject.resumes and fault.breaks and not ramp.told:
        claims.append("the outage is not told by any gap row")
    return Outcome(
        fault=fault.name,
        resume_s=seen.resume_s,
        within_s=_within_s(subject, fault),
        ramp=ramp,
        lost=len(set(bench.bobae.acked) - kept),
        unstored=tuple(value for time_ns, value in bench.written if (time_ns, value) not in stored),
        attempts=bench.bobae.attempts if isinstance(bench.bobae, Here) else None,
        allowed=_allowed(subject.patience, seen.lasted_s, losses),
        accepted=seen.accepted,
        at_once=seen.at_once,
        claims=tuple(claims),
    )


def _within_s(subject: Subject, fault: Fault) -> float:
    """Two keep-alives; whoever has been refused asks again only after a longer while."""
    refused_s = 1.2 * subject.patience.refused_s if "certificate" in fault.needs else 0.0
    return 2 * subject.keep_alive_s + refused_s


def _allowed(patience: Patience, seconds: float, losses: int) -> int:
    """How many connections may be tried in so long a time: the short pauses begin anew with each loss."""
    count = 2  # the first one, and one on its way
    for _ in range(max(1, losses)):
        count, pause_s = count + 1, patience.retry_s
        while seconds > 0 and pause_s < patience.longest_retry_s:
            count, seconds, pause_s = count + 1, seconds - pause_s, 2 * pause_s
    while seconds > 0:
        count, seconds = count + 1, seconds - patience.longest_retry_s
    return count


def _good(reader: Store) -> int:
    """How many values the number has that came from the source."""
    known = {row.path for row in reader.tags()}
    if NUMBER not in known:
        return 0
    rows = reader.raw([NUMBER], 0, _EVER)
    return int(np.count_nonzero(~np.isnan(rows.value) & (rows.status != STILL_GOOD)))


async def _until(true: Callable[[], bool]) -> float:
    """When it was so, of the monotonic clock; infinite if never."""
    limit = time.monotonic() + _LONGEST_S
    while not true():
        if time.monotonic() > limit:
            return math.inf
        await asyncio.sleep(_LOOK_S)
    return time.monotonic()


async def _most_at_once(bench: Bench) -> int:
    """The most connections that bobae had to the source at one time, until cancelled."""
    if bench.subject.shared or not isinstance(bench.bobae, Here):
        return 0
    found = re.search(r":(\d+)", bench.source.connector(bench.bobae.keeps).endpoint)
    if found is None:
        return 0
    most = 0
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            most = max(most, chaos_left.connections(bench.bobae.pid, int(found[1])))
            await asyncio.sleep(_LOOK_S / 2)
    return most
