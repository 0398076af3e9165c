"""The OPC UA connector keeps what every live connector promises, against a real server."""

from collections.abc import Iterator

import pytest

from bobae.connectors.opcua import connector
from bobae.core import LiveConnector
from bobae.testing.live_connector import LiveConnectorContract
from bobae.testing.opcua_process import Node, OpcUaProcess, Write

TYPES = {"press.pressure": "Double", "press.running": "Boolean", "press.product": "String"}


class PressLine:
    """Three tags of a press."""

    number, flag, text = (f"ns=2;s={name}" for name in TYPES)
    unknown = "ns=2;s=press.presure"

    def __init__(self, server: OpcUaProcess) -> None:
        self._server = server
        self.start, self.kill, self.freeze, self.thaw = server.start, server.kill, server.freeze, server.thaw

    def connector(self) -> LiveConnector:
        return connector({"url": self._server.url, "publishing_ms": 20, "timeout_s": 2})

    def write(self, address, value, *, time_ns, status=0):
        name = address.removeprefix("ns=2;s=")
        self._server.write(Write(name, value, TYPES[name], status, time_ns))


class TestOpcUa(LiveConnectorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def source(cls) -> Iterator[PressLine]:
        nodes = [Node(name, value, TYPES[name]) for name, value in zip(TYPES, (0.0, False, ""), strict=True)]
        with OpcUaProcess(nodes) as server:
            yield PressLine(server)
