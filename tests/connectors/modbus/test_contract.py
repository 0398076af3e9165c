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
        """Modbus has no directory: what is found are numbers that answer, not the shape of what they hold."""

        async def browse() -> dict[str, str | None]:
            connector = source.connector()
            try:
                await connector.open()
                offered = await connector.browse()
                places = [f"{one.address}" for one in offered]
                rejected = await connector.subscribe([], lambda readings, kept=None: None)
                assert rejected == []
                return dict(zip(places, (one.kind for one in offered), strict=True))
            finally:
                await connector.close()

        kinds = asyncio.run(browse())
        assert (kinds["1/holding/100"], kinds["1/coil/5"]) == ("number", "flag")


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
