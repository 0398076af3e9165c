"""An oven whose setpoint may be written, behind a device that can fail in every way that a network can."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bobae.core import Refused, Tag, Unreachable, WriteAllowed
from bobae.registry.catalogue import AuditEntry, Order, Person, WriteStore, open_catalogue
from bobae.write import Executor, Writing

S = 1_000_000_000
SETPOINT, MODE, PLAIN = "line1/oven.setpoint", "line1/oven.mode", "line1/oven.plain"
TAGS = {
    SETPOINT: Tag(
        unit="Cel",
        source="plc",
        address="sp",
        write=WriteAllowed(range=(100, 140), step=5, per_hour=3, dead_man="10min", safe=120, read_back="0.05s"),
    ),
    MODE: Tag(source="plc", address="mode", write=WriteAllowed(allowed=("auto", "manual"), read_back="0.05s")),
    PLAIN: Tag(source="plc", address="plain"),
}


class Killed(BaseException):
    """What ends bobae in the middle of a step, as kill -9 would."""


@dataclass
class Device:
    """What the device shows, what was written to it, and how the network behaves.

    `fails` is 'dead' (no connection), 'refuses', 'lost before' or 'lost after' the write arrives, 'clamps' (takes
    another value), 'killed before' or 'killed after' (bobae ends there).
    """

    shows: dict[str, Any] = field(default_factory=lambda: {"sp": 120.0, "mode": "auto"})
    fails: str = ""
    written: list[tuple[str, Any]] = field(default_factory=list)
    look: Callable[[str, Any], None] = lambda address, value: None
    opened: int = 0

    async def open(self) -> None:
        if self.fails == "dead":
            raise Unreachable("no connection")
        self.opened += 1

    async def read(self, address: str) -> Any:
        return self.shows[address]

    async def write(self, address: str, value: Any) -> None:
        if self.fails == "refuses":
            raise Refused("not in this mode")
        if self.fails == "lost before":
            self.fails = ""
            raise Unreachable("the connection broke")
        if self.fails == "killed before":
            raise Killed
        self.look(address, value)
        self.written.append((address, value))
        self.shows[address] = 137.0 if self.fails == "clamps" else value
        if self.fails == "lost after":
            self.fails = ""
            raise Unreachable("the connection broke")
        if self.fails == "killed after":
            raise Killed

    async def close(self) -> None:
        self.opened -= 1


@dataclass
class Plant:
    """The oven with its book of orders and a clock that a test sets."""

    book: WriteStore
    device: Device = field(default_factory=Device)
    now_ns: int = 1_800_000_000 * S
    tags: dict[str, Tag] = field(default_factory=lambda: dict(TAGS))

    def __post_init__(self) -> None:
        self.writing = Writing.over(self.book, self.tags, lambda: self.now_ns)
        for name in ("kim", "lee", "park"):
            self.add(name)

    def add(self, name: str) -> Person:
        """A person who is known already: making and trying secrets takes its time on purpose."""
        person = Person(name, "-", self.now_ns)
        with self.book.changing() as book:
            book.people.keep(person)
        return person

    def person(self, name: str) -> Person:
        with self.book.looking() as book:
            found = book.people.find(name)
        assert found is not None
        return found

    def ask(self, value: Any = 124, *, tag: str = SETPOINT, by: str = "kim") -> Order:
        return self.writing.desk.ask(tag, value, because="a test", by=self.person(by))

    def approved(self, value: Any = 124, *, tag: str = SETPOINT) -> int:
        order = self.ask(value, tag=tag)
        self.writing.desk.approve(order.id, by=self.person("lee"))
        return order.id

    def work(self) -> None:
        """Let a bobae that was just started do what is due, once."""
        executor = Executor(self.book, self.tags, lambda _: self.device, clock=lambda: self.now_ns)

        async def once() -> None:
            for order in executor.due():
                await executor.handle(order)

        asyncio.run(once())

    def order(self, number: int) -> Order:
        return self.writing.desk.order(number)

    def state(self, number: int) -> str:
        return str(self.order(number).state)

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)

    def audit(self) -> list[AuditEntry]:
        with self.book.looking() as book:
            return book.audit.after(0, limit=10_000)

    def events(self) -> list[str]:
        return [str(entry.event) for entry in self.audit()]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    with open_catalogue(tmp_path) as catalogue:
        yield Plant(catalogue.writes)
