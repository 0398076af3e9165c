"""The keeper's door: other processes hand samples in and hear when they are on the disk, and how far all of it is."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bobae.app.processes.wire import Address, Message, error_told, received, samples_message, samples_of
from bobae.core import BobaeError, TagRow
from bobae.historian import Store

_LOOK_S = 0.02
_LIMIT = 1 << 20


@contextlib.asynccontextmanager
async def serving(store: Store, address: Address) -> AsyncIterator[None]:
    """Answer at `address` as long as the block; a socket file that an earlier keeper left there is taken over."""
    visitors: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        visitors.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
                await _Visit(store, reader, writer).answer(address.secret)
        finally:
            visitors.discard(task)
            writer.close()

    if address.path:
        Path(address.path).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(visit, address.path, limit=_LIMIT)
        Path(address.path).chmod(0o600)
    else:
        server = await asyncio.start_server(visit, "127.0.0.1", address.port, limit=_LIMIT)
    try:
        yield
    finally:
        server.close()
        for task in tuple(visitors):
            task.cancel()
        await asyncio.gather(*visitors, return_exceptions=True)


class _Visit:
    """One connection."""

    def __init__(self, store: Store, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._store, self._reader, self._writer = store, reader, writer
        self._loop = asyncio.get_running_loop()

    async def answer(self, secret: str) -> None:
        hello = (await received(self._reader)).head
        if not hmac.compare_digest(str(hello.get("secret", "")), secret):
            return
        following = asyncio.create_task(self._follow()) if hello.get("follow") else None
        try:
            while True:
                message = await received(self._reader)
                number = message.head["number"]
                try:
                    await self._do(message, number)
                except BobaeError as error:
                    self._tell({"number": number, **error_told(error)})
                await self._writer.drain()
        finally:
            if following is not None:
                following.cancel()

    async def _do(self, message: Message, number: int) -> None:
        head = message.head
        if head["do"] == "append":
            promise = self._store.writer.append(samples_of(message))
            promise.durable.add_done_callback(
                lambda done: self._loop.call_soon_threadsafe(self._tell_kept, number, done)
            )
        elif head["do"] == "tag_ids":
            rows = [TagRow(**row) for row in head["tags"]]
            ids = await asyncio.to_thread(self._store.writer.tag_ids, rows)
            self._tell({"number": number, "ids": ids.tolist()})
        elif head["do"] == "tags":
            self._tell({"number": number, "tags": [asdict(row) for row in self._store.tags()]})
        elif head["do"] == "last":
            found = await asyncio.to_thread(self._store.last, head["paths"])
            self._writer.write(samples_message({"number": number}, found).packed())

    def _tell_kept(self, number: int, done: Any) -> None:
        error = done.exception()
        self._tell({"number": number, **({"sequence": done.result()} if error is None else error_told(error))})

    def _tell(self, head: dict[str, Any]) -> None:
        if not self._writer.is_closing():
            self._writer.write(Message(head).packed())

    async def _follow(self) -> None:
        told_ns = 0
        while True:
            if (committed_ns := self._store.writer.committed_ns) > told_ns:
                told_ns = committed_ns
                self._tell({"committed_ns": committed_ns})
                await self._writer.drain()
            await asyncio.sleep(_LOOK_S)
