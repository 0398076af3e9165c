"""The OPC UA connector keeps what every live connector promises, against a real server."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bobae.connectors.opcua import OpcUaSource, connector
from bobae.core import LiveConnector
from bobae.testing import LiveConnectorContract
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

TYPES = {"press.pressure": "Double", "press.running": "Boolean", "press.product": "String"}
PRESS = [Node(name, value, TYPES[name]) for name, value in zip(TYPES, (0.0, False, ""), strict=True)]


class PressLine:
    """Three tags of a press."""

    number, flag, text = (f"ns=2;s={name}" for name in TYPES)
    unknown = "ns=2;s=press.presure"
    says = frozenset({"time", "status", "text"})

    def __init__(self, server: OpcUaProcess) -> None:
        self.server = server
        self.start, self.kill, self.freeze, self.thaw = server.start, server.kill, server.freeze, server.thaw

    def connector(self) -> LiveConnector:
        return connector({"url": self.server.url, "publishing_ms": 20, "timeout_s": 2})

    def write(self, address, value, *, time_ns, status=0):
        name = address.removeprefix("ns=2;s=")
        self.server.write(Write(name, value, TYPES[name], status, time_ns))


@pytest.fixture(scope="module")
def line() -> Iterator[PressLine]:
    with OpcUaProcess(PRESS) as server:
        yield PressLine(server)


class TestOpcUa(LiveConnectorContract):
    @pytest.fixture
    def source(self, line: PressLine) -> PressLine:
        return line


class Rounding(OpcUaSource):
    """Breaks the promise of verbatim times."""

    async def subscribe(self, wishes, deliver):
        return await super().subscribe(
            wishes, lambda said: deliver(replace(said, time_ns=said.time_ns // 86_400_000_000_000))
        )


class Lingering(OpcUaSource):
    """Breaks the promise to leave nothing behind."""

    async def close(self):
        await super().close()
        self.left = asyncio.create_task(asyncio.sleep(60))


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Rounding, "test_the_value_that_a_tag_has_comes_at_once"),
        (Lingering, "test_closing_leaves_nothing_behind"),
    ],
)
def test_the_suite_catches_a_connector_that_breaks_its_promise(line, broken, promise):
    class Broken(PressLine):
        def connector(self):
            return broken(super().connector()._settings)

    with pytest.raises(AssertionError):
        getattr(LiveConnectorContract(), promise)(Broken(line.server))
