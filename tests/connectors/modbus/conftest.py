"""A server in the test's own process, for what a well-behaved one does not do."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Serving:
    """A server in this process that answers each connection with `talk`; nothing of it is left afterwards."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._talking: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._talking)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talking.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await self._talk(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
def serving() -> type[Serving]:
    """Makes such a server."""
    return Serving
