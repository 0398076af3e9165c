"""A small plant with something of everything, and its console served by a real server."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bobae.api import serve_http
from bobae.app import ToldPlant
from bobae.app.processes.state import Board, PartState
from bobae.collect import SourceState
from bobae.core import Gap, Plant, Samples, TagRow, text
from bobae.historian import Store
from bobae.registry.catalogue import NewAlarm

S = 1_000_000_000
PRESS = "press_shop/line1/press1"
OIL, PUMP, MODE = f"{PRESS}.oil_temperature", f"{PRESS}.pump", f"{PRESS}.mode"
MARKUP = f"{PRESS}.<img src=x onerror=alert(1)>"
FORMULA = "=1+1/line.x"
PLANT = Plant(
    plant="busan",
    assets={PRESS: {"tags": {}}},
    monitors=({"asset": PRESS, "task": "anomaly", "respond_within": "1h"},),
)


@dataclass
class Console:
    """The served plant."""

    address: str
    store: Store
    plant: ToldPlant
    tags: dict[str, int] = field(default_factory=dict)

    def raise_alarm(self, monitor: str = f"{PRESS}:anomaly") -> int:
        now = time.time_ns()
        new = NewAlarm(
            monitor=monitor,
            asset=PRESS,
            model="press1",
            task="anomaly",
            row_ns=now - 600 * S,
            active_ns=now - 600 * S,
            peak=2.5,
            top_tags=(("oil_temperature", 0.75), ("<img src=x onerror=alert(1)>", 0.25)),
            meaning=text("{asset} runs differently from usual.", asset=PRESS),
            latching=False,
        )
        return self.plant.alarms.put(new).id

    def append(self, tag: str, value: float, *, status: int = 0) -> None:
        row = Samples.of([self.tags[tag]], [time.time_ns()], [value], status=np.array([status], dtype=np.uint32))
        self.store.writer.append(row).durable.result()


def fill(store: Store) -> dict[str, int]:
    """Two hours until now: a temperature once a second with a gap and bad values, a flag, a text, odd names."""
    names = [TagRow(0, OIL, unit="Cel"), TagRow(0, PUMP, kind="flag"), TagRow(0, MODE, kind="text")]
    names += [TagRow(0, MARKUP), TagRow(0, FORMULA)]
    ids = store.writer.tag_ids(names)
    oil, pump, mode, *odd = ids
    end = time.time_ns() // S
    seconds = np.arange(end - 7200, end - 1)
    came = (seconds < end - 3600) | (seconds > end - 3000)
    values = 45 + 3 * np.sin(seconds / 600) + np.random.default_rng(0).normal(0, 0.2, len(seconds))
    status = np.where((seconds > end - 1500) & (seconds < end - 1400), 0x8000_0000, 0).astype(np.uint32)
    store.writer.append(Samples.of([oil] * int(came.sum()), seconds[came] * S, values[came], status=status[came]))
    gap = np.array([Gap.NO_COMMUNICATION], dtype=np.uint32)
    store.writer.append(Samples.of([oil], [(end - 3600) * S], [np.nan], status=gap))
    store.writer.append(Samples.of([pump] * 3, (end - np.array([7000, 4000, 500])) * S, [1.0, 0.0, 1.0]))
    words = np.array(["run", "set up", "run"], dtype=object)
    store.writer.append(Samples.of([mode] * 3, (end - np.array([7000, 4000, 500])) * S, [np.nan] * 3, text=words))
    for tag in odd:
        promise = store.writer.append(Samples.of([tag], [(end - 60) * S], [1.5]))
    promise.durable.result()
    return dict(zip([row.path for row in names], ids, strict=True))


def board() -> Board:
    """A source that works, one that does not, and parts of which one has a loss."""
    lost = text("the machine did not answer")
    step = text("put that right, then start bobae again")
    since = time.time_ns() - 3600 * S
    return Board(
        sources=(
            SourceState("press1", True, since, samples=7200, skew_s=0.25),
            SourceState("meter", False, since, lost, retries=3, dropped=7),
        ),
        parts=(
            PartState("keeper", "active", since, memory_bytes=100 * 2**20),
            PartState("collector meter", "degraded", since, lost, step),
        ),
        models=(
            {"monitor": f"{PRESS}:anomaly", "asset": PRESS, "task": "anomaly", "name": "press1", "version": "0a1b"},
        ),
    )


@contextlib.contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    """An application on a port, in a thread with an event loop of its own, until the end of the block."""
    ready, ends = threading.Event(), []

    async def serve() -> None:
        serving = asyncio.create_task(serve_http(app, port=port))
        ends.append((asyncio.get_running_loop(), serving))
        await asyncio.sleep(0)
        ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loop, serving = ends[0]
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()
