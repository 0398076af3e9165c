"""What every connector to a live source must keep: what came is as it was sent, and a lost source is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Protocol

import numpy as np
import pytest

from bobae.core import LiveConnector, Readings, Rejected, Unreachable, Wish

BAD, UNCERTAIN = 0x8004_0000, 0x4090_0000  # BadDeviceFailure has no number; UncertainLastUsableValue has one
NOON_NS = 1_772_625_600_000_000_000  # 2026-03-04 12:00 UTC
PATIENCE_S = 20.0  # for what must come; a test that passes never waits so long


class LiveSource(Protocol):
    """A real source in a process of its own that has three tags, and that the suite can write to and break.

    Attributes:
        number, flag, text: addresses of a number, a flag and a text.
        unknown: an address that it does not have.
    """

    number: str
    flag: str
    text: str
    unknown: str

    def connector(self) -> LiveConnector:
        """A fresh connector to it, which finds a silent source out within a few seconds."""
        ...

    def write(self, address: str, value: float | bool | str | None, *, time_ns: int, status: int = 0) -> None:
        """Have it show a value from then on."""
        ...

    def start(self) -> None:
        """Start it again after `kill`, at the same place."""
        ...

    def kill(self) -> None:
        """End it as a power cut would."""
        ...

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        ...

    def thaw(self) -> None:
        """Let it go on."""
        ...


class Heard:
    """What a connector has delivered, row by row."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, str | None]] = []

    def deliver(self, readings: Readings) -> None:
        """Take it."""
        texts = [None] * len(readings.position) if readings.text is None else readings.text.tolist()
        columns = (readings.position, readings.time_ns, readings.value, readings.status)
        self.rows += zip(*(column.tolist() for column in columns), texts, strict=True)

    def of(self, position: int) -> list[tuple[int, float, int, str | None]]:
        """Time, value, status and text of all rows of one wish."""
        return [row[1:] for row in self.rows if row[0] == position]


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is so.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(source: LiveSource, *addresses: str) -> AsyncIterator[tuple[LiveConnector, Heard, list[Rejected]]]:
    """An open connector that delivers these addresses, what it has delivered, and what was rejected."""
    connector, heard = source.connector(), Heard()
    try:
        await connector.open()
        wishes = [Wish(f"tag{i}", address) for i, address in enumerate(addresses)]
        rejected = await connector.subscribe(wishes, heard.deliver)
        yield connector, heard, list(rejected)
    finally:
        await connector.close()


class LiveConnectorContract:
    """Inherit it and give the fixture `source`, best with the scope 'class': a running `LiveSource`."""

    @pytest.fixture
    def source(self) -> LiveSource:
        """A source that runs."""
        raise NotImplementedError("give the fixture `source` in your test class")

    def test_the_value_that_a_tag_has_comes_at_once(self, source: LiveSource) -> None:
        source.write(source.number, 41.5, time_ns=NOON_NS)

        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, rejected):
                await until(lambda: bool(heard.rows))
                assert rejected == []
                assert heard.of(0) == [(NOON_NS, 41.5, 0, None)]

        asyncio.run(listen())

    def test_changes_come_in_order_with_source_time_and_status(self, source: LiveSource) -> None:
        sent = [
            (NOON_NS + 1_000_000, 1.25, 0, None),
            (NOON_NS + 2_000_000, 2.5, UNCERTAIN, None),
            (NOON_NS + 3_000_000, -1e300, 0, None),
        ]

        async def listen() -> None:
            async with listening(source, source.flag, source.number) as (_, heard, _rejected):
                await until(lambda: {row[0] for row in heard.rows} == {0, 1})
                before = len(heard.of(1))
                for time_ns, value, status, _text in sent:
                    source.write(source.number, value, time_ns=time_ns, status=status)
                await until(lambda: len(heard.of(1)) == before + 3)
                assert heard.of(1)[before:] == sent

        asyncio.run(listen())

    def test_a_bad_value_comes_with_its_status(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, _rejected):
                source.write(source.number, None, time_ns=NOON_NS + 4_000_000, status=BAD)
                await until(lambda: (NOON_NS + 4_000_000, BAD) in [(row[1], row[3]) for row in heard.rows])
                assert np.isnan(heard.of(0)[-1][1])

        asyncio.run(listen())

    def test_texts_and_flags_come_as_they_are(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.text, source.flag) as (_, heard, _rejected):
                source.write(source.text, "금형 A-7", time_ns=NOON_NS + 5_000_000)
                source.write(source.flag, True, time_ns=NOON_NS + 6_000_000)
                await until(lambda: {NOON_NS + 5_000_000, NOON_NS + 6_000_000} <= {row[1] for row in heard.rows})
                assert heard.of(1)[-1] == (NOON_NS + 6_000_000, 1.0, 0, None)
                time_ns, value, status, written = heard.of(0)[-1]
                assert (time_ns, status, written) == (NOON_NS + 5_000_000, 0, "금형 A-7")
                assert np.isnan(value)

        asyncio.run(listen())

    def test_an_address_that_is_not_there_is_rejected_alone(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.unknown, source.number) as (_, heard, rejected):
                await until(lambda: bool(heard.of(1)))
                assert [one.wish.address for one in rejected] == [source.unknown]
                assert rejected[0].status >> 30 == 2
                assert source.unknown in str(rejected[0].why)
                assert heard.of(0) == []

        asyncio.run(listen())

    def test_what_is_browsed_can_be_asked_for(self, source: LiveSource) -> None:
        async def browse() -> dict[str, str | None]:
            connector = source.connector()
            try:
                await connector.open()
                return {one.address: one.kind for one in await connector.browse()}
            finally:
                await connector.close()

        kinds = asyncio.run(browse())
        assert [kinds[one] for one in (source.number, source.flag, source.text)] == ["number", "flag", "text"]

    def test_a_source_that_is_not_there_is_unreachable(self, source: LiveSource) -> None:
        source.kill()

        async def listen() -> None:
            with pytest.raises(Unreachable):
                async with listening(source, source.number):
                    pytest.fail("it opened")

        try:
            asyncio.run(listen())
        finally:
            source.start()

    def test_a_source_that_dies_is_told(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (connector, _, _rejected):
                source.kill()
                await _lost(connector)

        try:
            asyncio.run(listen())
        finally:
            source.start()

    def test_a_source_that_falls_silent_is_told_and_read_again_when_it_speaks(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (connector, _, _rejected):
                source.freeze()
                try:
                    await _lost(connector)
                finally:
                    source.thaw()
            async with listening(source, source.number) as (_, heard, _rejected):
                await until(lambda: bool(heard.rows))

        asyncio.run(listen())

    def test_an_idle_source_gives_signs_of_life(self, source: LiveSource) -> None:
        async def listen() -> None:
            assert source.connector().alive_ns == 0
            async with listening(source, source.number) as (connector, heard, _rejected):
                await until(lambda: bool(heard.rows))
                watching = asyncio.create_task(connector.watch())
                before = connector.alive_ns
                await until(lambda: connector.alive_ns > before)
                assert not watching.done()
                watching.cancel()

        asyncio.run(listen())

    def test_closing_leaves_nothing_behind(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (connector, heard, _rejected):
                await until(lambda: bool(heard.rows))
            await connector.close()
            await source.connector().close()
            source.write(source.number, 7.0, time_ns=NOON_NS + 7_000_000)
            assert NOON_NS + 7_000_000 not in [row[1] for row in heard.rows]
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(listen())


async def _lost(connector: LiveConnector) -> None:
    """Wait until the connector says that its source is lost."""
    watching: Coroutine[Any, Any, None] = connector.watch()
    with pytest.raises(Unreachable):
        await asyncio.wait_for(watching, PATIENCE_S)
