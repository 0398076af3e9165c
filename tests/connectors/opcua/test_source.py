"""What only an OPC UA server can do: logins, dead bands, types, units, and strangers at its port."""

import asyncio
import time

import pytest

from bobae.connectors.opcua import connector
from bobae.core import Gap, Offered, Refused, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

NODES = [
    Node("press3.oil.temperature", 41.0, unit="°C", range=(-10.0, 120.0)),
    Node("press3.oil.level", 7, "Int32", unit="furlong"),
    Node("press3.counter", 2**63 - 1, "Int64"),
    Node("press3.curve", [1.0, 2.0]),
    Node("press3.serviced", None, "DateTime"),
]
TEMPERATURE = NODES[0].address


@pytest.fixture(scope="module")
def server():
    with OpcUaProcess(NODES, login=("bobae", "s3cret")) as process:
        yield process


@pytest.fixture
def settings(server, monkeypatch):
    monkeypatch.setenv("PRESS_PASSWORD", "s3cret")
    login = {"user": "bobae", "password_env": "PRESS_PASSWORD", "clear_password": True}
    return {"url": server.url, "publishing_ms": 20, "timeout_s": 2} | login


def opened(settings, act):
    """What `act` gives for an open connector, which is closed again."""

    async def run():
        source = connector(settings)
        try:
            await source.open()
            return await act(source)
        finally:
            await source.close()

    return asyncio.run(run())


def test_a_wrong_password_is_refused_and_says_what_to_check(settings, monkeypatch):
    monkeypatch.setenv("PRESS_PASSWORD", "wrong")
    with pytest.raises(Refused, match="password_env"):
        opened(settings, lambda source: source.browse())
    with pytest.raises(Refused):
        opened({"url": settings["url"]}, lambda source: source.browse())


def test_a_password_is_not_sent_for_all_to_read_unless_that_is_said(settings):
    with pytest.raises(Refused, match="clear_password: true"):
        opened(settings | {"clear_password": False}, lambda source: source.browse())


def test_units_ranges_and_kinds_are_offered(settings):
    offered = {one.address: one for one in opened(settings, lambda source: source.browse())}
    curve = NODES[3].address
    assert set(offered) == {node.address for node in NODES if node.address != curve} | {f"{curve}[0]", f"{curve}[1]"}
    assert offered[f"{curve}[1]"] == Offered(f"{curve}[1]", "press3/curve/1", "number")
    path = "press3/oil/temperature"
    assert offered[TEMPERATURE] == Offered(TEMPERATURE, path, "number", "Cel", (-10.0, 120.0))
    single = [node.address for node in NODES if node.address != curve]
    assert [offered[address].unit for address in single[1:]] == [None] * 3
    assert [offered[address].kind for address in single] == ["number", "number", "number", None]


def test_what_cannot_be_kept_is_rejected_with_the_reason(settings):
    wishes = [Wish(node.name, node.address) for node in NODES]
    wishes += [Wish("folder", "ns=2;s=press3"), Wish("words", "the oil"), Wish("gone", "ns=2;s=press4")]

    async def ask(source):
        heard = Heard()
        rejected = await source.subscribe(wishes, heard.deliver)
        await until(lambda: len(heard.rows) == 3)
        return {one.wish.path: one for one in rejected}, heard

    rejected, heard = opened(settings, ask)
    assert set(rejected) == {"press3.curve", "press3.serviced", "folder", "words", "gone"}
    assert rejected["gone"].status == Gap.NO_SUCH_NODE
    assert "array" in str(rejected["press3.curve"].why)
    assert "no variable" in str(rejected["folder"].why)
    assert heard.of(2)[0][1] == float(2**63)


def test_changes_within_the_dead_band_are_not_sent(server, settings):
    async def ask(source):
        heard = Heard()
        await source.subscribe([Wish("temperature", TEMPERATURE, deadband=0.5)], heard.deliver)
        await until(lambda: len(heard.rows) == 1)
        for value in (41.1, 41.3, 42.0):
            server.write(Write("press3.oil.temperature", value))
        await until(lambda: 42.0 in [row[2] for row in heard.rows])
        return [row[2] for row in heard.rows]

    assert opened(settings, ask) == [41.0, 42.0]


def test_a_dead_band_that_the_server_cannot_watch_lets_every_change_through(server, settings):
    async def ask(source):
        heard = Heard()
        rejected = await source.subscribe([Wish("running", "ns=2;s=press3.counter", deadband=5.0)], heard.deliver)
        await until(lambda: len(heard.rows) == 1)
        return rejected

    assert opened(settings, ask) == []


def test_fast_changes_between_two_notifications_are_all_kept(server, settings):
    async def ask(source):
        heard = Heard()
        await source.subscribe([Wish("level", NODES[1].address)], heard.deliver)
        await until(lambda: len(heard.rows) == 1)
        server.write(*[Write("press3.oil.level", level, "Int32") for level in range(10)])
        await until(lambda: len(heard.rows) == 11)
        return [row[2] for row in heard.rows[1:]]

    assert opened(settings | {"publishing_ms": 200}, ask) == list(range(10))


def test_a_sample_without_a_time_happened_when_it_came(server, settings):
    async def ask(source):
        heard = Heard()
        await source.subscribe([Wish("temperature", TEMPERATURE)], heard.deliver)
        await until(lambda: bool(heard.rows))
        return heard.rows[0][1]

    before = time.time_ns() - 3_600_000_000_000
    assert before < opened(settings, ask) <= time.time_ns()


def test_something_else_at_the_port_is_unreachable():
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def ask():
        stranger = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = stranger.sockets[0].getsockname()[1]
        source = connector({"url": f"opc.tcp://127.0.0.1:{port}", "timeout_s": 0.5})
        try:
            with pytest.raises(Unreachable, match=str(port)):
                await source.open()
        finally:
            await source.close()
            stranger.close()
            await stranger.wait_closed()

    asyncio.run(ask())


def test_a_connector_that_is_not_open_says_so(settings):
    source = connector(settings)
    for act in (source.browse(), source.subscribe([], print), source.watch()):
        with pytest.raises(Unreachable, match="not open"):
            asyncio.run(act)
