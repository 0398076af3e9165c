"""Elements of arrays, namespaces by name, polling, and how much a server is asked."""

import asyncio

import numpy as np
import pytest

from bobae.connectors.opcua import connector
from bobae.core import Gap, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

T = 1_772_625_600_000_000_000  # 2026-03-04 12:00 UTC
MS = 1_000_000
PRESS = "urn:example:press"
NODES = [
    Node("temps", [1.0, 2.0, 3.0], time_ns=T),
    Node("names", ["가", "나"], "String", time_ns=T),
    Node("temps[1]x[0]", 9.0, time_ns=T),  # some servers name nodes so
    Node("flow", 5.0, time_ns=T),
    Node("product", "A", "String", time_ns=T),
]


@pytest.fixture(scope="module")
def shared():
    with OpcUaProcess(NODES, namespaces=("urn:example:other", PRESS)) as process:
        yield process


@pytest.fixture
def server(shared):
    shared.write(*NODES)
    return shared


def at(name):
    return f"nsu={PRESS};s={name}"


def heard_from(server, addresses, act=None, **settings):
    """What comes for the addresses while `act` changes something; and what was rejected."""

    async def listen():
        source, heard = connector({"url": server.url, "publishing_ms": 20, "timeout_s": 1} | settings), Heard()
        try:
            await source.open()
            wishes = [Wish(address, address, deadband=0.5) for address in addresses]
            rejected = await source.subscribe(wishes, heard.deliver)
            if act is not None:
                await act(heard, source)
            return heard, {one.wish.address: one for one in rejected}
        finally:
            await source.close()

    return asyncio.run(listen())


@pytest.mark.parametrize("mode", ["subscribe", "poll"])
def test_only_the_elements_that_changed_come(server, mode):
    async def act(heard, _):
        await until(lambda: len(heard.rows) == 4)
        server.write(Write("temps", [1.2, 20.0, 3.0], time_ns=T + MS))
        server.write(Write("names", ["가", "다"], "String", time_ns=T + MS))
        await until(lambda: len(heard.rows) == 6)
        server.write(Write("temps", [1.2, 20.0], time_ns=T + 2 * MS))
        server.write(Write("names", None, "String", status=0x8004_0000, time_ns=T + 2 * MS))
        await until(lambda: len(heard.rows) == 8)

    wanted = [at("temps[0]"), at("temps[1]"), at("temps[2]"), at("names[1]")]
    heard, rejected = heard_from(server, wanted, act, mode=mode, poll_s=0.02)
    assert rejected == {}
    assert heard.of(0) == [(T, 1.0, 0, None)]
    assert heard.of(1) == [(T, 2.0, 0, None), (T + MS, 20.0, 0, None)]
    assert heard.of(2)[0] == (T, 3.0, 0, None)
    assert heard.of(2)[1][::2] == (T + 2 * MS, 0x8037_0000)
    assert [row[3] for row in heard.of(3)] == ["나", "다", None]
    assert heard.of(3)[2][2] == 0x8004_0000
    assert np.isnan(heard.of(3)[2][1])


def test_a_node_that_is_named_with_brackets_is_meant_before_an_element(server):
    async def act(heard, _):
        await until(lambda: bool(heard.rows))

    heard, rejected = heard_from(server, [at("temps[1]x[0]")], act)
    assert (heard.of(0)[0][1], rejected) == (9.0, {})


@pytest.mark.parametrize("mode", ["subscribe", "poll"])
def test_what_cannot_be_had_is_told_and_the_rest_comes(server, mode):
    async def act(heard, _):
        await until(lambda: bool(heard.of(5)))

    wrong = [at("flow[0]"), at("gone[0]"), at("temps"), f"nsu={PRESS}s;s=flow", "ns=1;s=flow"]
    _, rejected = heard_from(server, [*wrong, at("flow")], act, mode=mode)
    assert set(rejected) == set(wrong)
    assert "single value" in str(rejected[at("flow[0]")].why)
    assert rejected[at("gone[0]")].status == Gap.NO_SUCH_NODE
    assert "temps[0]" in str(rejected[at("temps")].why)
    assert PRESS in str(rejected[f"nsu={PRESS}s;s=flow"].why)


def test_a_polled_server_is_read_for_what_changed_and_its_end_is_told(server):
    async def act(heard, source):
        await until(lambda: len(heard.rows) == 2)
        for value in (5.2, 7.0):
            server.write(Write("flow", value, time_ns=T + MS))
            await until(lambda: source.alive_ns > 0)
        await until(lambda: len(heard.of(0)) == 2)
        server.write(Write("product", "B", "String", status=0x0480, time_ns=T + MS))
        await until(lambda: len(heard.of(1)) == 2)
        server.freeze()
        try:
            with pytest.raises(Unreachable, match="does not answer"):
                await source.watch()
        finally:
            server.thaw()

    heard, _ = heard_from(server, [at("flow"), at("product")], act, mode="poll", poll_s=0.02, timeout_s=0.5)
    assert heard.of(0)[-1] == (T + MS, 7.0, 0, None)
    assert heard.of(1)[-1][2:] == (0x0480, "B")


def test_a_queue_that_overflowed_is_told_for_texts_as_for_numbers(server):
    async def act(heard, _):
        await until(lambda: len(heard.rows) == 2)
        server.write(Write("product", "B", "String", status=0x0480), Write("flow", 9.0, status=0x0480))
        await until(lambda: len(heard.rows) == 4)

    heard, _ = heard_from(server, [at("flow"), at("product")], act)
    assert [heard.of(position)[-1][2] for position in (0, 1)] == [0x0480, 0x0480]


def test_what_a_full_queue_of_the_server_dropped_is_told(server):
    async def act(heard, _):
        await until(lambda: len(heard.rows) == 1)
        server.write(*(Write("flow", 100.0 + i) for i in range(10)))
        await until(lambda: heard.of(0)[-1][1] == 109.0)

    heard, _ = heard_from(server, [at("flow")], act, publishing_ms=500, sampling_ms=500, queue_size=3)
    assert [row[1:3] for row in heard.of(0)][-3:] == [(107.0, 0x0480), (108.0, 0), (109.0, 0)]


def test_a_server_has_one_session_of_ours_at_most_and_few_requests(server):
    async def act(heard, _):
        await until(lambda: bool(heard.rows))

    sessions, requests, _, _ = server.counted()
    for mode in ("subscribe", "poll", "subscribe"):
        heard_from(server, [at("flow")], act, mode=mode)
    after = server.counted()
    assert after[0] == sessions + 3
    assert after[2:] == (0, 1)
    assert after[1] - requests < 3 * 15
