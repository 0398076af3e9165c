"""The folder connector keeps what every live connector promises, with a machine that really writes files."""

import asyncio
from collections.abc import Iterator

import pytest

from bobae.testing import LiveConnectorContract
from bobae.testing.folder_process import FolderSource
from bobae.testing.live_connector import NOON_NS, listening, until


@pytest.fixture(scope="module")
def machine() -> Iterator[FolderSource]:
    with FolderSource() as running:
        yield running


class TestFolder(LiveConnectorContract):
    @pytest.fixture
    def source(self, machine: FolderSource) -> FolderSource:
        return machine

    def test_the_value_that_a_tag_has_comes_at_once(self, source: FolderSource) -> None:
        """After all that it had before: files keep them."""
        source.write(source.number, 41.5, time_ns=NOON_NS)

        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, rejected):
                await until(lambda: bool(heard.rows))
                assert rejected == []
                assert heard.of(0)[0] == (NOON_NS - 10**9, 0.0, 0, None)
                assert heard.of(0)[-1] == (NOON_NS, 41.5, 0, None)

        asyncio.run(listen())
