"""A serial line: two pseudo-terminals back to back, a real server at the other end, and nobody else on it."""

import asyncio
import contextlib
import os
import select
import termios
import threading
import tty
from collections.abc import Iterator

import pytest

from bobae.core import Refused, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.modbus_process import ModbusSource


class Cable:
    """What is written at one end is read at the other."""

    def __init__(self) -> None:
        pairs = [os.openpty() for _ in range(2)]
        self._ours = [ours for ours, _ in pairs]
        self._theirs = [theirs for _, theirs in pairs]
        for end in self._theirs:
            tty.setraw(end)
        self.ends = [os.ttyname(end) for end in self._theirs]
        self._stop_read, self._stop = os.pipe()
        self._carrying = threading.Thread(target=self._carry)
        self._carrying.start()

    def _carry(self) -> None:
        other = dict(zip(self._ours, reversed(self._ours), strict=True))
        while True:
            ready, _, _ = select.select([*self._ours, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            for end in ready:
                os.write(other[end], os.read(end, 1024))

    def close(self) -> None:
        os.write(self._stop, b"x")
        self._carrying.join()
        for end in (*self._ours, *self._theirs, self._stop, self._stop_read):
            os.close(end)


@pytest.fixture(scope="module")
def source() -> Iterator[ModbusSource]:
    cable = Cable()
    try:
        server_end, our_end = cable.ends
        with ModbusSource(serial=server_end, line=our_end, units={1: 300, 7: 300}) as source:
            source.hold((1, "holding", 0, [11]), (7, "input", 4, [0, 0x4248]), (7, "coil", 3, [1]))
            yield source
    finally:
        cable.close()


def line(source: ModbusSource, settings: str = "baud=19200&parity=N") -> str:
    return f"{source.url}?{settings}"


def test_devices_on_a_serial_line_are_read(source):
    async def listen():
        connector, heard = source.connector(url=line(source, "baud=9600&parity=N&stop=2")), Heard()
        addresses = ["1/holding/0", "7/input/4?type=float32&order=cdab", "7/coil/3", "1/holding/300"]
        try:
            await connector.open()
            rejected = await connector.subscribe([Wish(one, one) for one in addresses], heard.deliver)
            assert [one.wish.address for one in rejected] == ["1/holding/300"]
            assert [heard.of(n)[0][1] for n in range(3)] == [11, 50, 1]
            source.hold((1, "holding", 0, [12]))
            await until(lambda: heard.of(0)[-1][1] == 12)
            assert connector.endpoint == source.url
        finally:
            await connector.close()

    asyncio.run(listen())


def test_nobody_else_gets_onto_the_line(source):
    async def listen():
        first, second = source.connector(url=line(source)), source.connector(url=line(source))
        try:
            await first.open()
            with pytest.raises(Unreachable, match="in use"):
                await second.open()
        finally:
            await second.close()
            await first.close()
        third = source.connector(url=line(source))
        await third.open()
        await third.close()

    asyncio.run(listen())


def test_a_line_without_anybody_is_unreachable(source):
    source.silence([1, 7])

    async def listen():
        connector = source.connector(url=line(source), timeout_s=0.2)
        try:
            await connector.open()
            with pytest.raises(Unreachable, match="answered nothing"):
                await connector.subscribe([Wish("a", "1/holding/0")], lambda readings, kept=None: None)
        finally:
            await connector.close()
            source.silence([])

    asyncio.run(listen())


def test_a_line_that_is_not_there_is_unreachable(source):
    async def listen():
        connector = source.connector(url="serial:///dev/bobae-no-such-line")
        try:
            with pytest.raises(Unreachable, match="not there"):
                await connector.open()
        finally:
            await connector.close()

    asyncio.run(listen())


def has_parity(device: str) -> bool:
    """Whether pseudo-terminals take a parity here; some systems take it and do without."""
    file = os.open(device, os.O_RDWR | os.O_NOCTTY)
    try:
        said = termios.tcgetattr(file)
        said[2] |= termios.PARENB
        termios.tcsetattr(file, termios.TCSANOW, said)
    except termios.error:
        return False
    finally:
        os.close(file)
    return True


def test_a_line_that_cannot_be_set_so_is_refused(source):
    refused = contextlib.nullcontext() if has_parity(source.url[9:]) else pytest.raises(Refused, match="check baud")

    async def listen():
        connector = source.connector(url=line(source, "baud=19200&parity=E"))
        try:
            with refused:
                await connector.open()
        finally:
            await connector.close()
            assert connector.endpoint == source.url

    asyncio.run(listen())
