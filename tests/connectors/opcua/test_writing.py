"""One order to a server: read, write, read back; and what the server or the type does not let through."""

import asyncio

import pytest

from bobae.connectors.opcua import writer
from bobae.core import Refused, Unreachable, Writer
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

NODES = [
    Node("speed", 10.0, writable=True),
    Node("count", 5, "UInt16", writable=True),
    Node("running", False, "Boolean", writable=True),
    Node("product", "A", "String", writable=True),
    Node("level", 7.5),
    Node("broken", 1.0),
    Node("temps", [1.0, 2.0], writable=True),
]
SPEED, COUNT, RUNNING, PRODUCT, LEVEL, BROKEN, TEMPS = (node.address for node in NODES)


@pytest.fixture(scope="module")
def server():
    with OpcUaProcess(NODES, login=("bobae", "s3cret")) as process:
        yield process


@pytest.fixture
def ordered(server, monkeypatch):
    """What an act gives with an open writer."""
    monkeypatch.setenv("PRESS_PASSWORD", "s3cret")
    login = {"user": "bobae", "password_env": "PRESS_PASSWORD", "clear_password": True}

    def run(act):
        async def go():
            one = writer({"url": server.url, "timeout_s": 2} | login)
            assert isinstance(one, Writer)
            try:
                await one.open()
                return await act(one)
            finally:
                await one.close()

        return asyncio.run(go())

    return run


@pytest.mark.parametrize(
    ("address", "value"),
    [(SPEED, 12.5), (SPEED, 3), (COUNT, 65_535.0), (RUNNING, True), (PRODUCT, "금형 B")],
)
def test_what_is_written_is_read_back(ordered, address, value):
    async def act(one):
        await one.write(address, value)
        return await one.read(address)

    shown = ordered(act)
    assert shown == value
    assert isinstance(shown, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("address", "value", "why"),
    [
        (LEVEL, 1.0, "BadNotWritable|BadUserAccessDenied"),
        (COUNT, 65_536.0, "UInt16"),
        (COUNT, 2.5, "UInt16"),
        (SPEED, True, "Double"),
        (RUNNING, 1.0, "Boolean"),
        (SPEED, "fast", "Double"),
        (f"{TEMPS}[1]", 5.0, "element of an array"),
        ("ns=2;s=gone", 1.0, "does not know"),
    ],
)
def test_what_cannot_be_written_is_refused(ordered, address, value, why):
    with pytest.raises(Refused, match=why):
        ordered(lambda one: one.write(address, value))


def test_what_is_not_good_is_not_read(server, ordered):
    server.write(Write("broken", None, status=0x8004_0000))
    with pytest.raises(Refused, match="BadResourceUnavailable"):
        ordered(lambda one: one.read(BROKEN))
    assert ordered(lambda one: one.read(f"{TEMPS}[1]")) == 2.0


def test_a_server_that_dies_is_unreachable(server, ordered):
    async def act(one):
        server.kill()
        await one.write(SPEED, 1.0)

    with pytest.raises(Unreachable):
        ordered(act)


def test_an_order_before_it_is_open_is_none():
    with pytest.raises(Unreachable, match="not open"):
        asyncio.run(writer({"url": "opc.tcp://10.0.0.7"}).write(SPEED, 1.0))
