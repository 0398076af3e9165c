"""A store that keeps its rows in a list, and a collector to watch."""

import asyncio
import concurrent.futures
import random
from collections.abc import Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from bobae.collect import Collector, Patience
from bobae.core import Refused, Samples, TagRow, UnknownName, Wish
from bobae.core.status import GAP_REASONS
from bobae.testing.live_connector import until

HASTY = Patience(0.02, 0.1, 0.2, silent_s=0.5)


class Ack:
    def __init__(self) -> None:
        self.durable: concurrent.futures.Future[int] = concurrent.futures.Future()


class ListStore:
    """Reader and writer in one; refuses or holds acknowledgements back when told to."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, str | None]] = []
        self.paths: list[str] = []
        self.refuses = self.holds = False
        self.acks: list[Ack] = []

    def tag_ids(self, tags):
        self.paths += [tag.path for tag in tags if tag.path not in self.paths]
        return np.array([self.paths.index(tag.path) for tag in tags], dtype=np.int32)

    def append(self, samples: Samples) -> Ack:
        if self.refuses:
            raise Refused("the disk is full")
        assert (samples.time_ns > 0).all()
        texts = [None] * len(samples) if samples.text is None else samples.text.tolist()
        columns = (samples.tag, samples.time_ns, samples.value, samples.status)
        self.rows += zip(*(column.tolist() for column in columns), texts, strict=True)
        self.acks.append(Ack())
        if not self.holds:
            self.acks[-1].durable.set_result(len(self.acks))
        return self.acks[-1]

    def tags(self):
        return [TagRow(number, path) for number, path in enumerate(self.paths)]

    def last(self, paths):
        for path in paths:
            if path not in self.paths:
                raise UnknownName.among("no tag {name}; nearest: {nearest}", name=path, known=self.paths)
        newest = [
            max(rows) for path in paths if (rows := [row for row in self.rows if row[0] == self.paths.index(path)])
        ]
        if not newest:
            return Samples.of([], [], [])
        tag, time_ns, value, status, text = zip(*newest, strict=True)
        return Samples.of(tag, time_ns, value, status=status, text=text)

    def of(self, path):
        """Time, value, status and text of one tag's rows, as stored."""
        return [row[1:] for row in self.rows if row[0] == self.paths.index(path)]

    def gaps(self, path):
        """The statuses of its gap rows."""
        return [status for _, value, status, text in self.of(path) if np.isnan(value) and status in set(GAP_REASONS)]

    def values(self, path):
        return [value for _, value, _, text in self.of(path) if not np.isnan(value)]


@pytest.fixture
def store() -> ListStore:
    return ListStore()


@pytest.fixture
def collecting(store):
    """Runs a collector of `addresses` inside the block, the tags named like the last part of the address."""

    @asynccontextmanager
    async def running(make: Callable, *addresses: str, patience=HASTY, **more):
        wishes = [Wish(address.rpartition("=")[2], address) for address in addresses]
        tags = store.tag_ids([TagRow(-1, wish.path) for wish in wishes])
        chance = random.Random(0)
        collector = Collector(
            "line", make, wishes, tags, writer=store, reader=store, chance=chance, patience=patience, **more
        )
        task = asyncio.create_task(collector.run())
        try:
            yield collector
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    return running


@pytest.fixture
def wait_until():
    return until
