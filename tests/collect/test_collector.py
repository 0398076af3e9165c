"""What the collector does with a source that the test plays row by row: refused, silent, out of time."""

import asyncio
import logging

import numpy as np
import pytest

from bobae.core import Gap, Readings, Refused, Rejected, Samples, Unreachable, text

T = 1_772_625_600_000_000_000
S, MS = 1_000_000_000, 1_000_000


class Stage:
    """A source played by the test: what opening it raises, and what it sends."""

    def __init__(self) -> None:
        self.alive_ns = 0
        self.refuses: Exception | None = None
        self.rejects: list[int] = []
        self.opened = self.closed = 0
        self.deliver = None
        self.ended: asyncio.Event | None = None

    async def open(self):
        self.opened += 1
        if self.refuses is not None:
            raise self.refuses

    async def browse(self):
        return []

    async def subscribe(self, wishes, deliver):
        self.deliver, self.ended = deliver, asyncio.Event()
        return [Rejected(wishes[i], Gap.NO_SUCH_NODE, text("{n} is not there", n=i)) for i in self.rejects]

    async def watch(self):
        await self.ended.wait()
        raise Unreachable("the line is cut")

    async def close(self):
        self.closed += 1

    def send(self, *rows):
        position, time_ns, value = zip(*rows, strict=True)
        samples = Samples.of(position, time_ns, value)
        self.deliver(Readings(samples.tag, samples.time_ns, samples.value, samples.status))


class Clock:
    """Ours: stands still until the test sets it."""

    def __init__(self) -> None:
        self.now_ns = T

    def __call__(self) -> int:
        return self.now_ns


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def clock():
    return Clock()


def test_a_source_that_will_not_have_us_is_asked_again_and_the_reason_is_told(stage, store, collecting, wait_until):
    stage.refuses = Refused("wrong password")

    async def watch():
        async with collecting(lambda: stage, "a") as collector:
            await wait_until(lambda: stage.opened == 2)
            assert str(collector.state.reason) == "wrong password"
            stage.refuses = None
            await wait_until(lambda: collector.state.connected)
            assert collector.state.retries == 0
            assert collector.state.reason is None

    asyncio.run(watch())
    assert store.gaps("a")[0] == Gap.NO_COMMUNICATION
    assert stage.opened == stage.closed


def test_losing_and_finding_a_source_is_logged_once_each(stage, store, collecting, wait_until, caplog):
    caplog.set_level(logging.INFO, "bobae.collect")

    async def watch():
        async with collecting(lambda: stage, "a") as collector:
            await wait_until(lambda: collector.state.connected)
            stage.refuses = Unreachable("nobody answers")
            stage.ended.set()
            await wait_until(lambda: collector.state.retries > 2)
            stage.refuses = None
            await wait_until(lambda: collector.state.connected)

    asyncio.run(watch())
    assert [record.getMessage().split(":")[1].split(",")[0] for record in caplog.records] == [
        " connected",
        " no connection",
        " connected",
    ]
    assert store.gaps("a").count(Gap.NO_COMMUNICATION) == 1


def test_a_tag_that_does_not_come_is_a_silent_sensor(stage, store, collecting, wait_until):
    stage.rejects = [1]

    async def watch():
        async with collecting(lambda: stage, "a", "b", "c") as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T, 1.0))
            await wait_until(lambda: bool(store.of("c")))
            assert [one.wish.path for one in collector.state.rejected] == ["b"]

    asyncio.run(watch())
    assert [store.gaps(tag)[0] for tag in "abc"] == [Gap.NOT_COLLECTED, Gap.NO_SUCH_NODE, Gap.SENSOR_SILENT]


def test_a_gap_begins_with_the_last_sign_of_life(stage, store, collecting, clock, wait_until):
    async def watch():
        async with collecting(lambda: stage, "a", "b", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T, 1.0), (1, T, 1.0))
            stage.send((0, T + S, 2.0))
            stage.alive_ns, clock.now_ns = T + 2 * S, T + 9 * S
            stage.refuses = Unreachable("nobody answers")
            stage.ended.set()
            await wait_until(lambda: Gap.NO_COMMUNICATION in store.gaps("b"))

    asyncio.run(watch())
    assert [row[0] for row in store.of("a")[:3]] == [T, T + S, T + 2 * S]
    assert [row[0] for row in store.of("b")[:2]] == [T, T + 2 * S]


def test_a_gap_that_a_source_tells_of_afterwards_says_nothing_about_its_clock(
    stage, store, collecting, clock, wait_until
):
    async def watch():
        async with collecting(lambda: stage, "a", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T - 7200 * S, 1.0))
            lost = Samples.of([0], [T - 3600 * S], [np.nan], status=Gap.NO_COMMUNICATION)
            stage.deliver(Readings(lost.tag, lost.time_ns, lost.value, lost.status))
            assert collector.state.skew_s is None

    asyncio.run(watch())
    assert store.of("a")[1][0] == T - 3600 * S


def test_a_source_with_another_clock_is_told_and_its_gaps_are_in_its_own_time(
    stage, store, collecting, clock, wait_until, caplog
):
    async def watch():
        async with collecting(lambda: stage, "a", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T - 3600 * S, 0.0))  # may be from long ago: says nothing about the clock
            assert collector.state.skew_s is None
            for second in range(1, 4):
                clock.now_ns = T + second * S
                stage.send((0, T + (second - 60) * S, float(second)))
            assert collector.state.skew_s == 60
            stage.alive_ns, clock.now_ns = T + 4 * S, T + 5 * S
            stage.refuses = Unreachable("nobody answers")
            stage.ended.set()
            await wait_until(lambda: Gap.NO_COMMUNICATION in store.gaps("a"))

    asyncio.run(watch())
    assert [row[0] for row in store.of("a")[:5]] == [
        T - 3600 * S, T - 59 * S, T - 58 * S, T - 57 * S, T - 56 * S
    ]  # fmt: skip
    assert caplog.text.count("60 s behind") == 1


def test_one_tag_with_a_clock_gone_wild_does_not_carry_the_others_along(stage, store, collecting, clock, wait_until):
    async def watch():
        async with collecting(lambda: stage, "a", "b", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T + 10**9 * S, 1.0), (1, T, 1.0))
            stage.alive_ns = T + S
            stage.refuses = Unreachable("nobody answers")
            stage.ended.set()
            await wait_until(lambda: Gap.NO_COMMUNICATION in store.gaps("b"))

    asyncio.run(watch())
    assert store.of("a")[1][0] == T + 10**9 * S + MS
    assert store.of("b")[1][0] == T + S


def test_samples_lost_in_the_queue_of_the_source_are_counted(stage, store, collecting, wait_until):
    async def watch():
        async with collecting(lambda: stage, "a") as collector:
            await wait_until(lambda: collector.state.connected)
            position, time_ns = np.array([0, 0], dtype=np.int32), np.array([T, T + 1])
            stage.deliver(Readings(position, time_ns, np.ones(2), np.array([0, 0x0480], dtype=np.uint32)))
            return collector.state.overflows

    assert asyncio.run(watch()) == 1
    assert [row[2] for row in store.of("a")[:2]] == [0, 0x0480]


def test_a_full_disk_shows_in_the_state_and_nothing_is_lost(stage, store, collecting, wait_until):
    async def watch():
        async with collecting(lambda: stage, "a") as collector:
            await wait_until(lambda: collector.state.connected)
            store.refuses = True
            stage.send((0, T, 1.0))
            await wait_until(lambda: collector.state.storing is not None)
            assert collector.state.waiting == 1
            store.refuses = False
            await wait_until(lambda: collector.state.waiting == 0)
            assert collector.state.storing is None

    asyncio.run(watch())
    assert store.values("a") == [1.0]


def test_what_the_store_ends_with_decides_where_the_gap_begins(stage, store, collecting, clock, wait_until):
    store.paths = ["a", "b"]
    store.append(Samples.of([0, 1], [T - 9 * S, T - 5 * S], [1.0, 2.0]))

    async def watch():
        async with collecting(lambda: stage, "a", "b", "new", clock=clock) as collector:
            await wait_until(lambda: collector.state.connected)
            stage.send((0, T - 9 * S, 1.0), (1, T - S, 3.0), (2, T, 4.0))

    asyncio.run(watch())
    assert [row[0] for row in store.of("a")][:3] == [T - 9 * S, T - 5 * S + MS, T]
    assert [row[0] for row in store.of("b")][:3] == [T - 5 * S, T - 5 * S + MS, T - S]
    assert store.gaps("new") == [Gap.NOT_COLLECTED]


def test_a_collector_that_is_cancelled_while_it_closes_closes_to_the_end(store, collecting, wait_until):
    class Slow(Stage):
        closing = False

        async def close(self):
            self.closing = True
            await asyncio.sleep(0.05)
            self.closed += 1

    async def watch():
        stage = Slow()
        async with collecting(lambda: stage, "a"):
            await wait_until(lambda: stage.ended is not None)
            stage.ended.set()
            await wait_until(lambda: stage.closing)
        assert stage.closed == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(watch())
