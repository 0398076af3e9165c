"""The server lives inside somebody's event loop: it starts, refuses and stops as asked, and leaves the rest alone."""

import asyncio
import contextlib
import json
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bobae.api import LivePlant, create_api, serve_http
from bobae.api.server import _listening
from bobae.core import BadInput, Plant, Refused, speaking
from bobae.historian import open_store
from bobae.registry.catalogue import open_catalogue
from bobae.write import Writing


class EmptyPlant:
    """A plant without sources and models."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder, self.plant = folder, Plant(plant="empty")
        self.reader = stack.enter_context(open_store(folder / "historian", write=True))
        self.catalogue = stack.enter_context(open_catalogue(folder))
        self.writing = Writing.over(self.catalogue.writes, {})

    def sources(self) -> list[Any]:
        return []

    models = ready = sources


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[LivePlant]:
    with contextlib.ExitStack() as stack:
        yield EmptyPlant(tmp_path, stack)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def ask(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def start(plant: LivePlant, port: int) -> "asyncio.Task[None]":
    serving = asyncio.create_task(serve_http(create_api(plant), port=port))
    for _ in range(500):
        with contextlib.suppress(ConnectionRefusedError):
            _, writer = await ask(port, "/healthz")
            writer.close()
            await writer.wait_closed()
            return serving
        await asyncio.sleep(0.02)
    raise AssertionError(f"nobody listens on port {port}")


async def stop(serving: "asyncio.Task[None]") -> None:
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


def test_it_stops_when_cancelled_also_while_somebody_listens(plant: LivePlant, port: int) -> None:
    async def run() -> bytes:
        serving = await start(plant, port)
        reader, writer = await ask(port, "/api/v1/events")
        await reader.readuntil(b"connected\n\n")
        await stop(serving)
        rest = await reader.read()  # the stream has an end, not a broken connection
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await ask(port, "/healthz")
        return rest

    assert asyncio.run(run()).endswith(b"0\r\n\r\n")


def test_ctrl_c_is_left_to_whoever_runs_the_loop(plant: LivePlant, port: int) -> None:
    async def run() -> bool:
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        serving = await start(plant, port)
        same = before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        await stop(serving)
        return same

    assert threading.current_thread() is threading.main_thread()
    assert asyncio.run(run())


def test_a_taken_port_is_told_by_its_number(plant: LivePlant, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(BadInput, match=f"port {port} is taken by another program; choose another with --port"):
            asyncio.run(serve_http(create_api(plant), port=port))
    with pytest.raises(BadInput, match="port 70000 cannot be used"):
        asyncio.run(serve_http(create_api(plant), port=70000))


def test_it_does_not_listen_to_other_computers(plant: LivePlant, port: int) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "press1"):
        with pytest.raises(Refused, match="this computer only"):
            asyncio.run(serve_http(create_api(plant), host=host, port=port))


def test_the_event_loop_stays_free_while_the_store_is_read(plant: LivePlant, port: int) -> None:
    asked, answer = threading.Event(), threading.Event()

    class SlowReader:
        def tags(self) -> list[Any]:
            asked.set()
            assert answer.wait(30)
            return []

    plant.reader = SlowReader()

    async def run() -> bytes:
        serving = await start(plant, port)
        slow = asyncio.create_task(ask(port, "/api/v1/tags"))
        while not asked.is_set():
            await asyncio.sleep(0.01)
        _, writer = await ask(port, "/healthz")  # answered while the other is still being read
        answer.set()
        reader, slow_writer = await slow
        body = await reader.readexactly(len('{"items":[],"next":null}'))
        for one in (writer, slow_writer):
            one.close()
            await one.wait_closed()
        await stop(serving)
        return body

    assert json.loads(asyncio.run(run())) == {"items": [], "next": None}


def test_a_mistake_of_ours_is_told_as_a_problem_and_logged(
    plant: LivePlant, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    plant.models = lambda: [1 // 0]

    async def run() -> bytes:
        serving = await start(plant, port)
        reader, writer = await ask(port, "/api/v1/models")
        body = await reader.readuntil(b"}")
        writer.close()
        await writer.wait_closed()
        await stop(serving)
        return body

    assert json.loads(asyncio.run(run()))["type"] == "urn:bobae:failed"
    assert "ZeroDivisionError" in caplog.text


def test_without_a_wish_the_language_is_the_plants(plant: LivePlant, port: int) -> None:
    async def run() -> bytes:
        serving = await start(plant, port)
        reader, writer = await ask(port, "/api/v1/nothing")
        body = await reader.readuntil(b"}")
        writer.close()
        await writer.wait_closed()
        await stop(serving)
        return body

    with speaking("ko"):
        assert "없는 주소" in asyncio.run(run()).decode()


def test_a_small_answer_is_sent_at_once(tmp_path: Path) -> None:
    """Without TCP_NODELAY the body of each answer waits 40 ms for the client to acknowledge its head."""
    with _listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets the option
            client.sendall(b"x")
            assert accepted.recv(1) == b"x"
