"""`up` on a live plant in several processes: the supervisor here, each part in one of its own.

One process a source, one that keeps the samples, one that scores, one that carries out orders, one that trains what is
missing, and what answers over HTTP. Each dies and comes back alone.
"""

import asyncio
import contextlib
import json
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bobae.app.following import followed
from bobae.app.live_sources import live_sources
from bobae.app.live_wishes import PartPlan, Ran, Wishes
from bobae.app.plant_store import run_folder
from bobae.app.processes import memory
from bobae.app.processes.named import name_of
from bobae.app.processes.part import TELL_S
from bobae.app.processes.state import Board, write_board
from bobae.app.processes.supervisor import Part, Told, sources_of
from bobae.app.processes.systemd import ServiceManager
from bobae.app.processes.told_plant import ToldPlant
from bobae.app.processes.wire import HAS_SOCKET_FILES, Address
from bobae.app.settings import Settings
from bobae.app.telemetry import Tracing
from bobae.app.telling import Tell, tell_nobody
from bobae.app.writing import has_orders
from bobae.core import Plant, Progress, Text, silent, speaking, telling_time_of

_HERE = "bobae.app.processes"
_MEMORY_EVERY = 20  # boards


async def live_in_processes(
    folder: Path,
    settings: Settings,
    wishes: Wishes,
    *,
    stop: asyncio.Event,
    progress: Progress = silent,
    tell: Tell = tell_nobody,
) -> Ran:
    """Collect, score and alarm until `stop` is set, each part in a process of its own.

    Args:
        folder: of a plant with a live source.
        settings: those that hold there.
        wishes: what runs beside it, and what is known of its machines; `known.explain` is a function of a module.
        stop: ends it.
        progress: told how far a training is.
        tell: told what happens, as it happens.

    Raises:
        Refused: another bobae collects there, or the disk is full or damaged.
        BadInput: no source's settings can be, or the port is taken.
    """
    began, plant = time.monotonic(), settings.plant
    assert plant is not None
    run_folder(folder).mkdir(parents=True, exist_ok=True)
    with speaking(settings.language), telling_time_of(settings.timezone), _address() as address:
        trained: list[_Trained] = []
        told = Told(tell, progress, lambda document: trained.append(_Trained(document)))
        group = _Group(folder, [*_plans(plant, wishes), *wishes.parts], settings, address, told)
        tracing = Tracing("bobae", group.run)
        async with group.running(stop) as work:
            ran = await followed(
                work,
                [group.watched()],
                folder=folder,
                plant=plant,
                wishes=wishes,
                trained=trained,
                stop=stop,
                tell=tell,
                tracing=tracing,
            )
            seconds = time.monotonic() - began
        tracing.close()
        return replace(ran, seconds=seconds, sources=group.board.sources)


@dataclass(frozen=True)
class _Trained:
    """What the trainer says came of a training."""

    document: Mapping[str, Any]

    def as_json(self) -> Mapping[str, Any]:
        return self.document


def _plans(plant: Plant, wishes: Wishes) -> Iterator[PartPlan]:
    """The parts of a plant, in the order of their starting."""
    known = wishes.known.items()
    yield PartPlan("keeper", f"{_HERE}.keeping:keep", needed=True)
    for name in live_sources(plant):
        yield PartPlan(f"collector {name}", f"{_HERE}.collecting:collect", {"source": name})
    explain = {asset: name_of(one.explain) for asset, one in known if one.explain is not None}
    yield PartPlan("scorer", f"{_HERE}.scoring:score", {"explain": explain})
    yield PartPlan("orders", f"{_HERE}.ordering:carry_out_orders")
    happened = {asset: [asdict(h) | {"what": h.what.as_json()} for h in one.happened] for asset, one in known}
    wanted = asdict(wishes.wanted) | {"log": None if wishes.wanted.log is None else str(wishes.wanted.log)}
    yield PartPlan("trainer", f"{_HERE}.training:train", {"wanted": wanted, "happened": happened}, once=True)


@contextlib.contextmanager
def _address() -> Iterator[Address]:
    """Where the keeper will listen; a short path, since longer ones than 107 bytes are none for a socket."""
    if not HAS_SOCKET_FILES:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        yield Address(port=port, secret=secrets.token_hex(16))
        return
    place = tempfile.mkdtemp(prefix="bobae-")
    try:
        yield Address(path=f"{place}/keeper")
    finally:
        shutil.rmtree(place, ignore_errors=True)


@dataclass(eq=False)
class _Group:
    """All parts of one run."""

    folder: Path
    plans: Sequence[PartPlan]
    settings: Settings
    address: Address
    told: Told
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    since_ns: int = field(default_factory=time.time_ns)
    memory: dict[int, int] = field(default_factory=dict)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _shown: bool = False

    @cached_property
    def parts(self) -> Sequence[Part]:
        """In the order of their starting."""
        shared = {
            "folder": str(self.folder),
            "language": self.settings.language,
            "timezone": self.settings.timezone,
            "address": asdict(self.address),
            "run": self.run,
        }
        return [Part(p, shared | {"part": p.name, "does": p.does, "more": dict(p.more)}, self.told) for p in self.plans]

    @property
    def board(self) -> Board:
        """How all of them do now."""
        states = [part.state for part in self.parts]
        return Board(
            run=self.run,
            pid=memory.OWN,
            since_ns=self.since_ns,
            told_ns=time.time_ns(),
            parts=tuple(replace(state, memory_bytes=self.memory.get(state.pid or 0)) for state in states),
            sources=tuple(source for part in self.parts for source in sources_of(part)),
            models=tuple(model for part in self.parts for model in part.doing.get("models", ())),
            troubles=tuple(Text.from_json(t) for part in self.parts for t in part.doing.get("troubles", ())),
        )

    @contextlib.asynccontextmanager
    async def running(self, stop: asyncio.Event) -> AsyncIterator[ToldPlant]:
        """The plant at work; its parts are ended at the end, the keeper last. None is started once `stop` is set."""
        assert self.settings.plant is not None
        keeper, *others = self.parts
        try:
            await self._until_started(keeper, stop)
            with ToldPlant(self.folder, self.settings.plant, lambda: self.board) as work:
                if not await asyncio.to_thread(has_orders, work.plant, work.writing.book):
                    self.parts = [part for part in self.parts if part.plan.name != "orders"]
                for part in () if stop.is_set() else self.parts[1:]:
                    self._start(part)
                yield work
        finally:
            await _end([part for part in others if not part.plan.name.startswith("collector ")])
            await _end([part for part in others if part.plan.name.startswith("collector ")])
            await _end([keeper])
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            if self._shown:  # else another bobae is at work there
                write_board(run_folder(self.folder), self.board)

    async def watched(self) -> None:
        """Have everybody see how the parts do, and raise what there is no going on with; until cancelled."""
        turn, manager = 0, ServiceManager()
        while True:
            for part in self.parts:
                part.look()
                task = self._running.get(part.plan.name)
                if task is not None and task.done():
                    task.result()
            self._raise_if_nothing_is_collected()
            if turn % _MEMORY_EVERY == 0:
                pids = [part.state.pid for part in self.parts]
                self.memory = await asyncio.to_thread(memory.shares, [pid for pid in pids if pid is not None])
            board, self._shown = self.board, True
            write_board(run_folder(self.folder), board)
            line = json.dumps(board.as_json(), ensure_ascii=False, default=float).encode() + b"\n"
            for part in self.parts:
                part.show(line)
            manager.tell(board)
            turn += 1
            await asyncio.sleep(TELL_S)

    def _start(self, part: Part) -> None:
        self._running[part.plan.name] = asyncio.create_task(part.run())

    async def _until_started(self, part: Part, stop: asyncio.Event) -> None:
        self._start(part)
        waiting = {asyncio.create_task(part.started()), asyncio.create_task(stop.wait())}
        await asyncio.wait({*waiting, self._running[part.plan.name]}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if self._running[part.plan.name].done():
            self._running[part.plan.name].result()

    def _raise_if_nothing_is_collected(self) -> None:
        collectors = [part for part in self.parts if "source" in part.plan.more]
        failed = [
            part.failed for part in collectors if part.failed is not None and self._running[part.plan.name].done()
        ]
        if collectors and len(failed) == len(collectors):
            raise failed[0]


async def _end(parts: Sequence[Part]) -> None:
    for part in parts:
        part.ask_to_end()
    await asyncio.gather(*(part.ended() for part in parts))
