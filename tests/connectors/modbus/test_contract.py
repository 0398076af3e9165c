"""The Modbus connector keeps what every live connector promises, against real servers."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bobae.connectors.modbus import ModbusConnector
from bobae.testing import LiveConnectorContract
from bobae.testing.modbus_process import ModbusSource


@pytest.fixture(scope="module", params=["tcp", "rtu+tcp"])
def server(request: pytest.FixtureRequest) -> Iterator[ModbusSource]:
    with ModbusSource(rtu=request.param == "rtu+tcp") as server:
        yield server


class TestModbus(LiveConnectorContract):
    @pytest.fixture
    def source(self, server: ModbusSource) -> ModbusSource:
        return server

    def test_what_is_browsed_can_be_asked_for(self, source: ModbusSource) -> None:
        """Modbus has no directory: it finds numbers that answer, not the shape of what they hold (see test_browse)."""

        async def browse() -> dict[str, str | None]:
            connector = source.connector(requests_per_s=1000)
            try:
                await connector.open()
                return {one.address: one.kind for one in await connector.browse()}
            finally:
                await connector.close()

        kinds = asyncio.run(browse())
        assert [kinds[one.partition("?")[0]] for one in (source.number, source.flag)] == ["number", "flag"]


class Rounding(ModbusConnector):
    """Breaks the promise of times that are true."""

    async def subscribe(self, wishes, deliver):
        return await super().subscribe(
            wishes, lambda said: deliver(replace(said, time_ns=said.time_ns // 86_400_000_000_000))
        )


class Lingering(ModbusConnector):
    """Breaks the promise to leave nothing behind."""

    async def close(self):
        await super().close()
        self.left = asyncio.create_task(asyncio.sleep(60))


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Rounding, "test_what_has_no_time_of_its_own_is_of_when_it_was_read"),
        (Lingering, "test_closing_leaves_nothing_behind"),
    ],
)
def test_the_suite_catches_a_connector_that_breaks_its_promise(server, broken, promise):
    class Broken(ModbusSource):
        def connector(self, folder=None, **settings):
            return broken(server.connector()._settings)

    source = Broken()
    source.order = server.order
    with pytest.raises(AssertionError):
        getattr(LiveConnectorContract(), promise)(source)
