"""The SQL connector keeps what every live connector promises, against a real PostgreSQL server."""

import asyncio

import pytest

from bobae.testing import LiveConnectorContract
from bobae.testing.live_connector import NOON_NS, listening, until
from bobae.testing.sql_process import SqlSource


class TestSql(LiveConnectorContract):
    @pytest.fixture
    def source(self, server: SqlSource) -> SqlSource:
        return server

    def test_the_value_that_a_tag_has_comes_at_once(self, source: SqlSource) -> None:
        """After all that it had before: a table keeps them."""
        source.write(source.number, 41.5, time_ns=NOON_NS)

        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, rejected):
                await until(lambda: bool(heard.rows))
                assert rejected == []
                assert heard.of(0)[0] == (NOON_NS - 10**9, 0.0, 0, None)
                assert heard.of(0)[-1] == (NOON_NS, 41.5, 0, None)

        asyncio.run(listen())
