"""The OPC UA connector keeps what every live connector promises, against a real server."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bobae.connectors.opcua import OpcUaSource as Connector
from bobae.testing import LiveConnectorContract
from bobae.testing.opcua_process import OpcUaSource


@pytest.fixture(scope="module")
def press() -> Iterator[OpcUaSource]:
    with OpcUaSource() as source:
        yield source


class TestSubscribed(LiveConnectorContract):
    @pytest.fixture
    def source(self, press: OpcUaSource) -> OpcUaSource:
        return press


class Rounding(Connector):
    """Breaks the promise of verbatim times."""

    async def subscribe(self, wishes, deliver):
        return await super().subscribe(
            wishes, lambda said: deliver(replace(said, time_ns=said.time_ns // 86_400_000_000_000))
        )


class Lingering(Connector):
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
def test_the_suite_catches_a_connector_that_breaks_its_promise(press, monkeypatch, broken, promise):
    make = press.connector
    monkeypatch.setattr(press, "connector", lambda: broken(make()._settings))
    with pytest.raises(AssertionError):
        getattr(LiveConnectorContract(), promise)(press)
