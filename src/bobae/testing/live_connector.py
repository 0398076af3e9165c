"""What every connector to a live source must keep: what came is as it was sent, and a lost source is told."""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

import numpy as np
import pytest

from bobae.core import LiveConnector, Readings, Rejected, Unreachable, Wish

BAD, UNCERTAIN = 0x8004_0000, 0x4090_0000  # BadResourceUnavailable has no number; UncertainLastUsableValue has one
NOON_NS = 1_772_625_600_000_000_000  # 2026-03-04 12:00 UTC
PATIENCE_S = 20.0  # for what must come; a test that passes never waits so long


class LiveSource(Protocol):
    """A real source in a process of its own that has three tags, and that the suite can write to and break.

    Attributes:
        number, flag, text: addresses of a number, a flag and a text.
        unknown: an address that it does not have.
        says: what its protocol says of a sample besides numbers and flags, of 'time' (when it was true), 'status' (how
            far it can be trusted) and 'text'. Where there is no time a sample is of when it was read; where there is no
            status a value that cannot be had is bad.
    """

    number: str
    flag: str
    text: str
    unknown: str
    says: frozenset[str]

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


Row = tuple[int, float, int, str | None]  # time, value, status, text


class Heard:
    """What a connector has delivered, row by row."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, str | None]] = []

    def deliver(self, readings: Readings, kept: Callable[[], None] | None = None) -> None:
        """Take it, and have it kept at once."""
        texts = [None] * len(readings.position) if readings.text is None else readings.text.tolist()
        columns = (readings.position, readings.time_ns, readings.value, readings.status)
        self.rows += zip(*(column.tolist() for column in columns), texts, strict=True)
        if kept is not None:
            kept()

    def of(self, position: int) -> list[Row]:
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

    def test_it_says_what_it_connects_to(self, source: LiveSource) -> None:
        assert source.connector().endpoint == source.connector().endpoint != ""

    def test_the_value_that_a_tag_has_comes_at_once(self, source: LiveSource) -> None:
        source.write(source.number, 41.5, time_ns=NOON_NS)

        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, rejected):
                await until(lambda: bool(heard.rows))
                assert rejected == []
                assert _said(source, heard.of(0)) == _said(source, [(NOON_NS, 41.5, 0, None)])

        asyncio.run(listen())

    def test_changes_come_in_order_with_source_time_and_status(self, source: LiveSource) -> None:
        sent = [
            (NOON_NS + 1_000_000, 1.25, 0, None),
            (NOON_NS + 2_000_000, 2.5, UNCERTAIN if "status" in source.says else 0, None),
            (NOON_NS + 3_000_000, -1e30, 0, None),
        ]

        async def listen() -> None:
            async with listening(source, source.flag, source.number) as (_, heard, _rejected):
                await until(lambda: {row[0] for row in heard.rows} == {0, 1})
                before = len(heard.of(1))
                for i, (time_ns, value, status, _text) in enumerate(sent):
                    source.write(source.number, value, time_ns=time_ns, status=status)
                    if "time" not in source.says:  # what is not stamped is polled: one look for each
                        await until(functools.partial(_came, heard, 1, before + i + 1))
                await until(lambda: len(heard.of(1)) == before + 3)
                assert _said(source, heard.of(1)[before:]) == _said(source, sent)

        asyncio.run(listen())

    def test_what_has_no_time_of_its_own_is_of_when_it_was_read(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, _rejected):
                await until(lambda: bool(heard.rows))
                before = time.time_ns()
                source.write(source.number, 43.25, time_ns=NOON_NS + 8_000_000)
                await until(lambda: heard.of(0)[-1][1] == 43.25)
                at = heard.of(0)[-1][0]
                assert at == NOON_NS + 8_000_000 if "time" in source.says else before <= at <= time.time_ns()

        asyncio.run(listen())

    def test_a_bad_value_comes_with_its_status(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.number) as (_, heard, _rejected):
                await until(lambda: bool(heard.rows))
                source.write(source.number, None, time_ns=NOON_NS + 4_000_000, status=BAD)
                await until(lambda: heard.of(0)[-1][2] >> 30 == 2)
                time_ns, value, status, _ = heard.of(0)[-1]
                assert np.isnan(value)
                assert status == BAD or "status" not in source.says
                assert time_ns == NOON_NS + 4_000_000 or "time" not in source.says

        asyncio.run(listen())

    def test_texts_and_flags_come_as_they_are(self, source: LiveSource) -> None:
        async def listen() -> None:
            async with listening(source, source.text, source.flag) as (_, heard, _rejected):
                await until(lambda: bool(heard.of(1)))
                source.write(source.flag, False, time_ns=NOON_NS + 5_000_000)
                await until(lambda: heard.of(1)[-1][1:] == (0.0, 0, None))
                source.write(source.flag, True, time_ns=NOON_NS + 6_000_000)
                await until(lambda: heard.of(1)[-1][1:] == (1.0, 0, None))
                if "text" in source.says:
                    source.write(source.text, "금형 A-7", time_ns=NOON_NS + 5_000_000)
                    await until(lambda: bool(heard.of(0)) and heard.of(0)[-1][2:] == (0, "금형 A-7"))
                    assert np.isnan(heard.of(0)[-1][1])

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
        assert [kinds[one] for one in (source.number, source.flag)] == ["number", "flag"]
        assert "text" not in source.says or kinds[source.text] == "text"

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


def _said(source: LiveSource, rows: Sequence[Row]) -> list[Row]:
    """The rows without what the protocol does not say."""
    return [row if "time" in source.says else (0, *row[1:]) for row in rows]


def _came(heard: Heard, position: int, rows: int) -> bool:
    return len(heard.of(position)) == rows


async def _lost(connector: LiveConnector) -> None:
    """Wait until the connector says that its source is lost."""
    with pytest.raises(Unreachable):
        async with asyncio.timeout(PATIENCE_S):
            await connector.watch()
