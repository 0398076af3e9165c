"""bobae collecting one source into a real historian: in this process, or in one of its own that can be killed."""

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bobae.collect import Collector, Patience, SourceState
from bobae.core import Ack, LiveConnector, Samples, StoreWriter, TagRow, Tags, Wish
from bobae.historian import Store, open_store

Acked = tuple[int, int]  # tag, source time
NUMBER, FLAG = "line.number", "line.flag"


@dataclass(frozen=True)
class Job:
    """What is collected where.

    Attributes:
        root: the historian's folder.
        keeps: the source's own folder.
        wishes: (path, address) of each tag.
        resumes: whether the connector delivers afterwards what happened while nobody listened.
        patience: how long is waited for what.
    """

    root: Path
    keeps: Path
    wishes: tuple[tuple[str, str], ...]
    resumes: bool = False
    patience: Patience = field(default_factory=Patience)


class Acknowledged:
    """A store's writer that notes what has been acknowledged."""

    def __init__(self, writer: StoreWriter, note: Callable[[Sequence[Acked]], None]) -> None:
        self._writer, self._note = writer, note

    def tag_ids(self, tags: Sequence[TagRow]) -> Tags:
        """Those of the store."""
        return self._writer.tag_ids(tags)

    def append(self, samples: Samples) -> Ack:
        """Take them, and note them once they are durable."""
        ack = self._writer.append(samples)

        def settled(durable: Any) -> None:
            if durable.exception() is None:
                self._note(list(zip(samples.tag.tolist(), samples.time_ns.tolist(), strict=True)))

        ack.durable.add_done_callback(settled)
        return ack


class Bobae(Protocol):
    """bobae at work.

    Attributes:
        acked: (tag, time) of every row that was acknowledged as durable.
        pid: of the process that collects.
    """

    acked: list[Acked]

    @property
    def pid(self) -> int:
        """Of the process that collects."""
        ...

    async def start(self) -> None:
        """Collect from now on."""
        ...

    async def stop(self) -> None:
        """End in good order."""
        ...


class Here:
    """In this process.

    Attributes:
        attempts: how many connectors were made.
        losses: how often a connection that stood was lost.
        keeps: the source's own folder.
    """

    def __init__(self, make: Callable[[Path], LiveConnector], job: Job, clock: Callable[[], int]) -> None:
        self.acked: list[Acked] = []
        self.attempts = self.losses = 0
        self.pid = os.getpid()
        self.keeps = job.keeps
        self._make, self._job, self._clock = make, job, clock
        self._store: Store | None = None
        self._collector: Collector | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> SourceState:
        """How it stands with the source."""
        assert self._collector is not None
        return self._collector.state

    async def start(self) -> None:
        """Open the historian and collect."""
        job = self._job
        job.keeps.mkdir(parents=True, exist_ok=True)
        self._store = await asyncio.to_thread(open_store, job.root, write=True, clock=self._clock)
        writer = Acknowledged(self._store.writer, self.acked.extend)
        self._collector = Collector(
            "line",
            self._made,
            [Wish(path, address) for path, address in job.wishes],
            writer.tag_ids([TagRow(0, path) for path, _ in job.wishes]),
            writer=writer,
            reader=self._store,
            chance=random.Random(0),
            clock=self._clock,
            patience=job.patience,
            resumes=job.resumes,
        )
        self._task = asyncio.create_task(self._collector.run())

    async def stop(self) -> None:
        """Cancel the collector and close the historian; what the collector died of is raised."""
        task, store = self._task, self._store
        self._task = self._store = None
        try:
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
                if not task.cancelled():
                    task.result()
        finally:
            if store is not None:
                await asyncio.to_thread(store.close)

    def _made(self) -> LiveConnector:
        self.attempts += 1
        self.losses += self.state.retries == 1
        return self._make(self._job.keeps)


class There:
    """In a process of its own: it can be killed, and its clock can be set."""

    def __init__(self, maker: str, where: Mapping[str, Any], settings: Mapping[str, Any], job: Job) -> None:
        self.acked: list[Acked] = []
        plan = asdict(job) | {"root": str(job.root), "keeps": str(job.keeps)}
        self._plan = json.dumps({"maker": maker, "where": dict(where), "settings": dict(settings), "job": plan})
        self._folder = job.keeps.parent
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._working = asyncio.Event()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start the process; back when it collects."""
        self._working.clear()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bobae.testing.chaos_child", self._plan),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
            env=os.environ | {"TMPDIR": str(self._folder)},
        )
        self._listening = asyncio.create_task(self._listen(self._process))
        await self._working.wait()
        if self._listening.done():
            await self._ended()
            raise RuntimeError("the process of bobae ended at once; what it says stands above")

    async def kill(self) -> None:
        """As a power cut would, but for the disk."""
        assert self._process is not None
        self._process.kill()
        await self._ended()

    async def set_clock(self, ahead_s: float) -> None:
        """Let its clock show so much more than ours."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{ahead_s}\n".encode())
        await self._process.stdin.drain()

    async def stop(self) -> None:
        """Have it end in good order."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.close()
            await self._process.stdin.wait_closed()
        try:
            async with asyncio.timeout(20):
                await self._process.wait()
        finally:
            if self._process.returncode is None:
                self._process.kill()
            await self._ended()

    async def _ended(self) -> None:
        assert self._process is not None
        assert self._listening is not None
        await self._process.wait()
        await self._listening
        self._process = self._listening = None

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if not line.endswith(b"\n"):  # killed while it wrote
                break
            told = json.loads(line)
            self.acked += [(tag, time_ns) for tag, time_ns in told]
            self._working.set()
        await process.wait()
        self._working.set()


def shifted(ahead_s: Callable[[], float]) -> Callable[[], int]:
    """A clock that shows so much more than this machine's, ns UTC."""
    real = time.time_ns

    def clock() -> int:
        return real() + round(ahead_s() * 1e9)

    return clock
