"""Collected from a real OPC UA server in its own process, which is killed, frozen and changed under the collector."""

import asyncio
import gc
import random
import time

import numpy as np
import pytest

from bobae.collect import Collector
from bobae.connectors.opcua import connector
from bobae.core import STILL_GOOD, Gap, TagRow, Wish
from bobae.historian import open_store
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

T = 1_772_625_600_000_000_000  # 2026-03-04 12:00 UTC
MS = 1_000_000
NODES = [
    Node("pressure", 200.0, time_ns=T),
    Node("running", True, "Boolean", time_ns=T),
    Node("product", "금형 A", "String", time_ns=T),
]
ADDRESSES = [node.address for node in NODES]


@pytest.fixture(scope="module")
def shared_server():
    with OpcUaProcess(NODES) as server:
        yield server


@pytest.fixture
def server(shared_server):
    """The server with the values that it began with, running."""
    shared_server.write(*NODES)
    return shared_server


def maker(server, **settings):
    return lambda: connector({"url": server.url, "publishing_ms": 20, "timeout_s": 1} | settings)


def test_samples_arrive_as_they_were_sent(server, store, collecting, wait_until):
    sent = [
        Write("pressure", 201.5, time_ns=T + MS),
        Write("pressure", 202.5, status=0x4090_0000, time_ns=T + 2 * MS),
        Write("pressure", None, status=0x8004_0000, time_ns=T + 3 * MS),
        Write("running", False, "Boolean", time_ns=T + 4 * MS),
        Write("product", "금형 B", "String", time_ns=T + 5 * MS),
    ]

    async def watch():
        async with collecting(maker(server), *ADDRESSES) as collector:
            await wait_until(lambda: len(store.rows) == 3)
            server.write(*sent)
            await wait_until(lambda: len(store.rows) == 8)
            assert collector.state.connected
            assert collector.state.samples == 8

    asyncio.run(watch())
    assert store.of("pressure")[:3] == [
        (T, 200.0, 0, None),
        (T + MS, 201.5, 0, None),
        (T + 2 * MS, 202.5, 0x4090_0000, None),
    ]
    assert store.of("pressure")[3][::2] == (T + 3 * MS, 0x8004_0000)
    assert np.isnan(store.of("pressure")[3][1])
    assert store.of("running")[:2] == [(T, 1.0, 0, None), (T + 4 * MS, 0.0, 0, None)]
    assert [row[3] for row in store.of("product")[:2]] == ["금형 A", "금형 B"]


def test_the_server_is_killed_and_started_again(server, store, collecting, wait_until):
    async def watch():
        async with collecting(maker(server), *ADDRESSES) as collector:
            await wait_until(lambda: len(store.rows) == 3)
            server.kill()
            try:
                await wait_until(lambda: not collector.state.connected)
                lost = collector.state
            finally:
                await asyncio.to_thread(server.start)
            await wait_until(lambda: collector.state.connected and store.of("pressure")[-1][2] == STILL_GOOD)
            server.write(Write("pressure", 203.0, time_ns=time.time_ns() // MS * MS + 10 * MS))
            await wait_until(lambda: 203.0 in store.values("pressure"))
            return lost

    begun = time.time_ns()
    lost = asyncio.run(watch())
    assert "127.0.0.1" in str(lost.reason)
    times, values, statuses, _ = zip(*store.of("pressure")[:4], strict=True)
    assert statuses == (0, Gap.NO_COMMUNICATION, STILL_GOOD, 0)
    assert [values[0], *values[2:]] == [200.0, 200.0, 203.0]
    assert T < begun < times[1] < times[2] < times[3]
    assert store.gaps("running")[0] == store.gaps("product")[0] == Gap.NO_COMMUNICATION
    assert store.of("product")[2][2:] == (STILL_GOOD, "금형 A")


def test_a_frozen_server_is_a_gap_and_is_read_again_when_it_thaws(server, store, collecting, wait_until):
    async def watch():
        async with collecting(maker(server), *ADDRESSES) as collector:
            await wait_until(lambda: len(store.rows) == 3)
            server.freeze()
            try:
                await wait_until(lambda: not collector.state.connected)
                assert "sent nothing" in str(collector.state.reason)
            finally:
                server.thaw()
            await wait_until(lambda: store.of("pressure")[-1][2] == STILL_GOOD)
            server.write(Write("pressure", 204.0, time_ns=time.time_ns() // MS * MS + 10 * MS))
            await wait_until(lambda: 204.0 in store.values("pressure"))

    asyncio.run(watch())
    assert store.gaps("pressure")[0] == Gap.NO_COMMUNICATION


def test_a_wrong_address_stops_nothing_else(server, store, collecting, wait_until):
    async def watch():
        async with collecting(maker(server), "ns=2;s=presure", "no node id", ADDRESSES[0]) as collector:
            await wait_until(lambda: 200.0 in store.values("pressure"))
            told = {one.wish.address: str(one.why) for one in collector.state.rejected}
            assert "ns=2;s=presure" in told["ns=2;s=presure"]
            assert "no OPC UA node id" in told["no node id"]
            await wait_until(lambda: store.gaps("presure") == [Gap.NO_SUCH_NODE])

    asyncio.run(watch())
    assert store.of("no node id")[0][2] == 0x8033_0000


def test_a_cancelled_collector_leaves_no_task_and_no_socket(server, store, collecting, wait_until):
    async def watch():
        async with collecting(maker(server), *ADDRESSES):
            await wait_until(lambda: len(store.rows) == 3)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(watch())
    gc.collect()  # an open socket would warn here, and a warning is an error
    assert store.gaps("pressure") == [Gap.NOT_COLLECTED]


def test_starting_again_says_from_when_on_nothing_was_collected(server, store, collecting, wait_until):
    async def watch(rows):
        async with collecting(maker(server), *ADDRESSES):
            await wait_until(lambda: len(store.rows) >= rows)

    asyncio.run(watch(3))
    del store.rows[3:]  # as a power cut leaves it: no row says that collecting ended
    asyncio.run(watch(9))
    assert store.of("pressure")[:3][1][::2] == (T + MS, Gap.NOT_COLLECTED)
    assert [row[2] for row in store.of("pressure")] == [0, Gap.NOT_COLLECTED, STILL_GOOD, Gap.NOT_COLLECTED]
    asyncio.run(watch(13))
    assert store.gaps("pressure") == [Gap.NOT_COLLECTED] * 3


def test_the_historian_keeps_what_was_collected_and_why_it_stopped(server, collecting, wait_until, tmp_path):
    wishes = [Wish(f"press/line1/press3.{node.name}", node.address) for node in NODES]

    async def watch(historian, rows):
        kinds = ("number", "flag", "text")
        tags = historian.writer.tag_ids([TagRow(-1, wish.path, kind) for wish, kind in zip(wishes, kinds, strict=True)])
        collector = Collector(
            "line1", maker(server), wishes, tags, writer=historian.writer, reader=historian, chance=random.Random(0)
        )
        task = asyncio.create_task(collector.run())
        await wait_until(lambda: collector.state.samples == rows and collector.state.waiting == 0)
        task.cancel()
        await asyncio.wait([task])

    for _ in range(2):
        with open_store(tmp_path, write=True) as historian:
            asyncio.run(watch(historian, 3))
    with open_store(tmp_path) as historian:
        pressure = historian.raw([wishes[0].path], 0, 2**62)
        product = historian.raw([wishes[2].path], 0, 2**62)
    assert pressure.status.tolist() == [0, Gap.NOT_COLLECTED, STILL_GOOD, Gap.NOT_COLLECTED]
    assert (pressure.time_ns[0], pressure.value[0], pressure.value[2]) == (T, 200.0, 200.0)
    assert [text for text in product.text.tolist() if text] == ["금형 A", "금형 A"]


def test_a_server_that_comes_back_without_a_node_is_read_for_the_rest(server, store, collecting, wait_until):
    async def watch():
        async with collecting(maker(server), *ADDRESSES) as collector:
            await wait_until(lambda: len(store.rows) == 3)
            server.kill()
            server.nodes = tuple(node for node in NODES if node.name != "running")  # the last test: it stays so
            await asyncio.to_thread(server.start)
            await wait_until(lambda: collector.state.connected and bool(collector.state.rejected))
            assert [one.wish.address for one in collector.state.rejected] == ["ns=2;s=running"]
            await wait_until(lambda: store.gaps("running") == [Gap.NO_COMMUNICATION, Gap.NO_SUCH_NODE])
            server.write(Write("pressure", 205.0, time_ns=time.time_ns() // MS * MS + 10 * MS))
            await wait_until(lambda: 205.0 in store.values("pressure"))

    asyncio.run(watch())
