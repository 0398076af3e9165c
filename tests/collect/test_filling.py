"""An outage filled from what the source had kept; a source that resumes by itself gets no gaps."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from bobae.core import STILL_GOOD, Gap, Readings, Samples, Unreachable

T = 1_772_625_600_000_000_000
S, MS = 1_000_000_000, 1_000_000


class Remembering:
    """A source with two tags that the test cuts off; it knows what they showed meanwhile."""

    endpoint = "played"

    def __init__(self) -> None:
        self.alive_ns = 0
        self.kept: list[tuple[int, int, float]] = []
        self.whole: list[int] = []
        self.asked = []
        self.breaks = False

    async def open(self):
        self.ended = asyncio.Event()

    async def subscribe(self, wishes, deliver):
        self.deliver, self.wishes = deliver, wishes
        return []

    async def watch(self):
        await self.ended.wait()
        raise Unreachable("the line is cut")

    async def history(self, wishes, until_ns, deliver):
        self.asked.append((wishes, until_ns))
        if self.breaks:
            raise Unreachable("cut again")
        if self.kept:
            deliver(replace(readings(*self.kept), past=True))
        return self.whole

    async def browse(self):
        return []

    async def close(self):
        pass


def readings(*rows):
    samples = Samples.of(*zip(*rows, strict=True))
    return Readings(samples.tag, samples.time_ns, samples.value, samples.status)


class Clock:
    now_ns = T

    def __call__(self):
        return self.now_ns


@pytest.fixture
def source():
    return Remembering()


def outage(source, store, collecting, wait_until, *, asked=1):
    """Both tags show 1 and 2 at T, are cut off at T + 10 s and come back at T + 20 s with what they showed at T."""
    clock = Clock()

    async def watch():
        async with collecting(lambda: source, "a", "b", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            source.deliver(readings((0, T, 1.0), (1, T, 2.0)))
            clock.now_ns = source.alive_ns = T + 10 * S
            source.ended.set()
            await wait_until(lambda: store.gaps("a") == store.gaps("b") == [Gap.NO_COMMUNICATION])
            clock.now_ns = T + 20 * S
            await wait_until(lambda: collector.state.connected and len(source.asked) == asked)
            source.deliver(readings((0, T + 20 * S, 9.0), (1, T, 2.0)))
            await wait_until(lambda: collector.state.waiting == 0 and 9.0 in store.values("a"))
            return [(round((at - T) / S, 3), value, status) for at, value, status, _ in store.of("a")]

    return asyncio.run(watch())


def test_the_gap_is_closed_with_what_the_source_says_was_held(source, store, collecting, wait_until):
    source.kept = [(0, T + 9 * S, 3.0), (0, T + 15 * S, 4.0)]
    source.whole = [0]
    a = outage(source, store, collecting, wait_until)
    assert a[0] == (0.0, 1.0, 0)
    assert (9.0, 3.0, 0) in a
    assert (15.0, 4.0, 0) in a
    assert [row for row in a if row[0] == 10.0][-1] == (10.0, 3.0, STILL_GOOD)  # the last one said holds
    assert a[-1] == (20.0, 9.0, 0)
    b = store.of("b")
    assert [row[2] for row in b[:3]] == [0, Gap.NO_COMMUNICATION, STILL_GOOD]


def test_a_source_is_asked_from_before_the_gap_until_now(source, store, collecting, wait_until):
    outage(source, store, collecting, wait_until)
    wishes, until_ns = source.asked[0]
    assert [wish.address for wish in wishes] == ["a", "b"]
    assert [wish.since_ns for wish in wishes] == [T, T]
    assert until_ns == T + 20 * S


def test_a_gap_stays_where_the_source_does_not_know_all(source, store, collecting, wait_until):
    source.kept = [(0, T + 15 * S, 4.0)]
    a = outage(source, store, collecting, wait_until)
    assert [row[2] for row in a if row[0] == 10.0] == [Gap.NO_COMMUNICATION]
    assert (15.0, 4.0, 0) in a


def test_a_history_that_breaks_off_changes_nothing(source, store, collecting, wait_until):
    source.breaks = True
    a = outage(source, store, collecting, wait_until)
    assert [row[2] for row in a] == [0, Gap.NO_COMMUNICATION, 0]


def test_a_source_that_resumes_has_no_gaps_and_is_told_how_far_it_was_read(source, store, collecting, wait_until):
    async def watch():
        async with collecting(lambda: source, "a", "b", resumes=True) as collector:
            await wait_until(lambda: collector.state.connected)
            source.deliver(readings((0, T, 1.0), (1, T - S, 2.0)))
            source.ended.set()
            await wait_until(lambda: not collector.state.connected)
            await wait_until(lambda: collector.state.connected)
            assert [wish.since_ns for wish in source.wishes] == [T, T - S]
            source.deliver(readings((0, T - 5 * S, 0.5)))
            await wait_until(lambda: len(store.of("a")) == 2)

    asyncio.run(watch())
    assert store.gaps("a") == store.gaps("b") == []
    assert not np.isnan([value for _, value, _, _ in store.of("a")]).any()
