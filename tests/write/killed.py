"""Bobae with one approved order, which ends itself by kill -9 at a given step: `python killed.py FOLDER PORT`.

It forks one child for each step there is, and one more that brings the order to its end. Printed for each: the step,
the state that the killed one left, the state at the end, and how many values arrived.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bobae.core import Tag, Unreachable, WriteAllowed
from bobae.registry.catalogue import Book, Person, WriteStore, open_catalogue
from bobae.write import Executor, Writing

TAG = "line1/oven.setpoint"
WRITE = WriteAllowed(range=(100, 140), step=5, per_hour=100, dead_man="1h", read_back="0.3s")
TAGS = {TAG: Tag(source="plc", address="sp", write=WRITE)}


class Steps:
    """Ends the process at the step of that number; 0: never."""

    def __init__(self, end_at: int) -> None:
        self._left = end_at

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Device:
    """Speaks with the counting server: `get` or `set VALUE`, each answered by one row."""

    def __init__(self, port: int, steps: Steps) -> None:
        self._port, self._steps = port, steps

    async def open(self) -> None:
        self._steps.step()
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def read(self, address: str) -> float:
        return float(await self._ask("get"))

    async def write(self, address: str, value: Any) -> None:
        await self._ask(f"set {value}")

    async def _ask(self, order: str) -> str:
        self._steps.step()
        self._writer.write(f"{order}\n".encode())
        await self._writer.drain()
        self._steps.step()
        answer = (await self._reader.readline()).decode().strip()
        if not answer:
            raise Unreachable("the server is gone")
        self._steps.step()
        return answer

    async def close(self) -> None:
        self._writer.close()


class SteppedStore(WriteStore):
    """The book of orders with a step before and after each change, and one before its commit."""

    steps = Steps(0)

    @contextlib.contextmanager
    def changing(self) -> Iterator[Book]:
        self.steps.step()
        with super().changing() as book:
            yield book
            self.steps.step()
        self.steps.step()


def work(folder: Path, port: int, end_at: int) -> None:
    """Be the bobae at work until nothing is due, or until the step."""
    steps = Steps(end_at)
    with open_catalogue(folder) as catalogue:
        store = SteppedStore(catalogue._database)
        store.steps = steps
        executor = Executor(store, TAGS, lambda _: Device(port, steps))

        async def all_of_it() -> None:
            while due := executor.due():
                for order in due:
                    await executor.handle(order)

        asyncio.run(all_of_it())


def child(folder: Path, port: int, end_at: int) -> bool:
    """Whether a process of its own that works there was killed."""
    if (number := os.fork()) == 0:
        with contextlib.suppress(BaseException):
            work(folder, port, end_at)
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(number, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def approved(folder: Path) -> int:
    kim, lee = Person("kim", "-", 1), Person("lee", "-", 1)
    with open_catalogue(folder) as catalogue:
        with catalogue.writes.changing() as book:
            book.people.keep(kim)
            book.people.keep(lee)
        desk = Writing.over(catalogue.writes, TAGS).desk
        number = desk.ask(TAG, 124, because="a test", by=kim).id
        desk.approve(number, by=lee)
    return number


def state(folder: Path, number: int) -> str:
    with open_catalogue(folder) as catalogue:
        return str(Writing.over(catalogue.writes, TAGS).desk.order(number).state)


def arrived(port: int, command: str) -> str:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{command}\n".encode())
        return connection.makefile().readline().strip()


def main() -> None:
    top, port = Path(sys.argv[1]), int(sys.argv[2])
    begin = top / "begin"
    number = approved(begin)
    end_at, was_killed = 0, True
    while was_killed:
        end_at += 1
        folder = top / str(end_at)
        shutil.copytree(begin, folder)
        arrived(port, "reset")
        was_killed = child(folder, port, end_at)
        left = state(folder, number)
        assert not child(folder, port, 0)
        print(end_at, left, state(folder, number), arrived(port, "count"), flush=True)


if __name__ == "__main__":
    main()
