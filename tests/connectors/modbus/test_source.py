"""Devices that refuse, fall silent, answer late or nonsense: each value is right, bad with a reason, or missing."""

import asyncio
import contextlib
import functools
import struct
import time
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from bobae.connectors.modbus import ModbusConnector
from bobae.connectors.modbus.layout import NOT_AVAILABLE
from bobae.core import Gap, Rejected, Unreachable, Wish
from bobae.testing.live_connector import Heard, until
from bobae.testing.modbus_process import ModbusSource

ADDRESSES = ["1/holding/0", "1/holding/3", "1/holding/9", "1/input/0", "2/holding/0"]


@pytest.fixture(scope="module")
def server() -> Iterator[ModbusSource]:
    with ModbusSource(units={1: 300, 2: 300, 3: 300}) as server:
        yield server


@pytest.fixture
def source(server: ModbusSource) -> ModbusSource:
    server.clear()
    return server


@contextlib.asynccontextmanager
async def reading(
    source: ModbusSource, *wishes: str | Wish, **settings: float | str
) -> AsyncIterator[tuple[ModbusConnector, Heard, list[Rejected]]]:
    connector, heard = source.connector(**settings), Heard()
    asked = [Wish(f"tag{i}", one) if isinstance(one, str) else one for i, one in enumerate(wishes)]
    try:
        await connector.open()
        yield connector, heard, list(await connector.subscribe(asked, heard.deliver))
    finally:
        await connector.close()


def last(heard: Heard, position: int) -> tuple[float, int]:
    return heard.of(position)[-1][1:3]


async def shows(heard: Heard, position: int, value: float) -> None:
    await until(lambda: bool(heard.of(position)) and last(heard, position) == (value, 0))


async def status(heard: Heard, position: int, status: int) -> None:
    await until(lambda: bool(heard.of(position)) and last(heard, position)[1] == status)
    assert np.isnan(last(heard, position)[0])


def test_values_come_in_as_few_requests_as_there_can_be(source):
    source.hold((1, "holding", 0, list(range(250))), (1, "coil", 0, [1, 0] * 50))

    async def listen():
        wishes = [f"1/holding/{n}" for n in range(250)] + [f"1/coil/{n}" for n in range(100)]
        async with reading(source, *wishes, poll_s=60) as (_, heard, rejected):
            assert rejected == []
            assert [last(heard, n) for n in range(250)] == [(n, 0) for n in range(250)]
            assert [last(heard, 250 + n)[0] for n in range(100)] == [1, 0] * 50
            assert source.counts() == (1, 3)

    asyncio.run(listen())


def test_what_the_device_does_not_have_is_rejected_by_name_and_the_rest_runs(source):
    source.hold((1, "holding", 0, list(range(100, 110))))
    source.forbid("1/holding/3")
    source.forbid("1/holding/5")  # nobody asked for it: it is only not read along

    async def listen():
        wishes = [f"1/holding/{n}" for n in (0, 3, 4, 6, 9)]
        async with reading(source, *wishes) as (_, heard, rejected):
            assert [(one.wish.address, one.status) for one in rejected] == [("1/holding/3", Gap.NO_SUCH_NODE)]
            assert "1/holding/3" in str(rejected[0].why)
            source.hold((1, "holding", 0, list(range(200, 210))))
            for position, value in ((0, 200), (2, 204), (3, 206), (4, 209)):
                await shows(heard, position, value)
            assert heard.of(1) == []

    asyncio.run(listen())


def test_an_address_that_cannot_be_read_is_rejected_and_says_how_to_write_one(source):
    async def listen():
        async with reading(source, "1/holding/x", "1/holding/0") as (_, heard, rejected):
            assert [one.wish.address for one in rejected] == ["1/holding/x"]
            assert "1/holding/100" in str(rejected[0].why)
            await shows(heard, 1, 0)

    asyncio.run(listen())


def test_what_goes_missing_later_is_a_bad_reading_and_the_rest_runs(source):
    async def listen():
        async with reading(source, *ADDRESSES) as (_, heard, rejected):
            assert rejected == []
            source.forbid("1/holding/3")
            await status(heard, 1, Gap.NO_SUCH_NODE)
            source.hold((1, "holding", 0, [7]), (1, "holding", 9, [8]))
            await shows(heard, 0, 7)
            await shows(heard, 2, 8)
            assert len(heard.of(1)) == 2

    asyncio.run(listen())


@pytest.mark.parametrize(("code", "told"), [(4, 0x808B_0000), (5, 0x80B2_0000), (6, 0x8004_0000), (8, 0x809D_0000)])
def test_an_exception_is_a_status_and_ends_with_it(source, code, told):
    async def listen():
        async with reading(source, *ADDRESSES) as (_, heard, _rejected):
            source.forbid("1/input/0", code)
            await status(heard, 3, told)
            source.forbid("1/input/0", 0)
            await shows(heard, 3, 0)
            assert [row[2] for row in heard.of(3)][-2:] == [told, 0]

    asyncio.run(listen())


def test_an_area_that_the_device_does_not_know_is_rejected_as_a_whole(source):
    source.forbid("1/input/0", 1)

    async def listen():
        async with reading(source, "1/input/0", "1/input/1", "1/holding/0") as (_, heard, rejected):
            assert {(one.wish.address, one.status) for one in rejected} == {
                ("1/input/0", 0x803D_0000),
                ("1/input/1", 0x803D_0000),
            }
            await shows(heard, 2, 0)

    asyncio.run(listen())


def test_statuses_are_those_of_opc_ua():
    ua = pytest.importorskip("asyncua.ua", reason="the names of the codes stand in asyncua")
    from bobae.connectors.modbus.failures import status_of

    names = {1: "BadNotSupported", 2: "BadNodeIdUnknown", 3: "BadOutOfRange", 4: "BadDeviceFailure"}
    names |= {5: "BadWaitingForResponse", 6: "BadResourceUnavailable", 7: "BadRequestNotAllowed", 8: "BadDataLost"}
    names |= {10: "BadNoCommunication", 11: "BadNoCommunication", 77: "BadUnexpectedError"}
    assert {code: ua.StatusCode(status_of(code)).name for code in names} == names
    assert ua.StatusCode(NOT_AVAILABLE).name == "BadOutOfService"


@pytest.mark.parametrize("silent", ["says nothing", "the gateway says so"])
def test_a_device_that_does_not_answer_is_missing_alone_and_comes_back(source, silent):
    async def listen():
        settings = {"timeout_s": 0.2, "poll_s": 0.05}
        async with reading(source, *ADDRESSES, "3/holding/0", **settings) as (connector, heard, _rejected):
            await shows(heard, 4, 0)
            before = time.time_ns()
            source.silence([2]) if silent == "says nothing" else source.forbid("2/holding/0", 11)
            await status(heard, 4, Gap.NO_COMMUNICATION)
            assert before - 1_000_000_000 < heard.of(4)[-1][0] <= time.time_ns()
            source.hold((1, "holding", 0, [21]), (3, "holding", 0, [23]))
            await shows(heard, 0, 21)
            await shows(heard, 5, 23)
            source.silence([]) if silent == "says nothing" else source.forbid("2/holding/0", 0)
            await shows(heard, 4, 0)
            assert [row[2] for row in heard.of(4)] == [0, Gap.NO_COMMUNICATION, 0]
            watching = asyncio.create_task(connector.watch())
            await asyncio.sleep(0)
            assert not watching.done()
            watching.cancel()

    asyncio.run(listen())


def test_a_silent_device_is_asked_ever_more_rarely(source):
    source.silence([2])

    async def listen():
        settings = {"timeout_s": 0.03, "poll_s": 0.02, "requests_per_s": 1000}
        async with reading(source, "1/holding/0", "2/holding/0", **settings):
            await until(lambda: source.order()["asked"]["1"] >= 60)
            asked = source.order()["asked"]
        # after 5 polls, 10, 20, 40: the fourth comes after 35 polls at the earliest, the seventh after 315
        assert 2 <= asked["2"] <= 6

    asyncio.run(listen())


def test_devices_silent_from_the_start_are_told_and_the_others_run(source):
    source.silence([1, 2])

    async def listen():
        async with reading(source, *ADDRESSES, "3/holding/0", timeout_s=0.1) as (_, heard, rejected):
            assert rejected == []
            for position in range(5):
                assert last(heard, position)[1] == Gap.NO_COMMUNICATION
            await shows(heard, 5, 0)

    asyncio.run(listen())


def test_when_no_device_answers_the_source_is_unreachable(source):
    source.silence([1, 2, 3])

    async def listen():
        with pytest.raises(Unreachable, match="answered nothing"):
            async with reading(source, *ADDRESSES, "3/holding/0", timeout_s=0.1):
                pytest.fail("it was subscribed")

    asyncio.run(listen())


def test_when_all_devices_fall_silent_the_source_is_unreachable(source):
    async def listen():
        async with reading(source, *ADDRESSES, "3/holding/0", timeout_s=0.2) as (connector, heard, _rejected):
            source.silence([1, 2, 3])
            with pytest.raises(Unreachable, match="answered nothing"):
                await asyncio.wait_for(connector.watch(), 10)
            assert {last(heard, position)[1] for position in range(6)} <= {0, Gap.NO_COMMUNICATION}

    asyncio.run(listen())


def test_a_device_that_has_nothing_asked_for_does_not_hide_that_the_other_is_silent(source):
    source.forbid("1/holding/0")

    async def listen():
        async with reading(source, "1/holding/0", "2/holding/0", timeout_s=0.2) as (connector, heard, rejected):
            assert [one.wish.address for one in rejected] == ["1/holding/0"]
            await shows(heard, 1, 0)
            source.silence([1, 2])
            with pytest.raises(Unreachable, match="answered nothing"):
                await asyncio.wait_for(connector.watch(), 10)

    asyncio.run(listen())


def test_where_nothing_can_be_read_the_connection_is_still_watched(source):
    source.forbid("1/holding/0")

    async def listen():
        async with reading(source, "1/holding/0") as (connector, heard, rejected):
            assert len(rejected) == 1
            source.kill()
            with pytest.raises(Unreachable, match="ended the connection"):
                await asyncio.wait_for(connector.watch(), 10)
            assert heard.rows == []

    try:
        asyncio.run(listen())
    finally:
        source.kill()
        source.start()


def test_changes_within_the_dead_band_are_not_told(source):
    async def listen():
        wish = Wish("oil", "1/holding/0?type=int16&scale=0.1", deadband=0.5)
        async with reading(source, wish, "1/holding/1") as (_, heard, _rejected):
            for n, raw in enumerate((3, 5, 6, 2, 0), start=1):
                source.hold((1, "holding", 0, [raw, n]))
                await shows(heard, 1, n)
            assert [row[1] for row in heard.of(0)] == [0.0, 0.6, 0.0]

    asyncio.run(listen())


def test_a_value_that_is_not_available_is_bad_once_and_ends(source):
    address = "1/holding/0?type=float32&order=cdab"

    async def listen():
        async with reading(source, address, "1/holding/2?na=0x8000", "1/holding/3") as (_, heard, _rejected):
            source.hold((1, "holding", 0, [0, 0x7FC0, 0x8000, 1]))
            await status(heard, 0, NOT_AVAILABLE)
            await status(heard, 1, NOT_AVAILABLE)
            source.hold((1, "holding", 0, [1, 0x7FC0, 0x8000, 2]))  # another NaN
            await shows(heard, 2, 2)
            source.hold((1, "holding", 0, [0, 0x4248, 5, 3]))
            await shows(heard, 0, 50)
            await shows(heard, 1, 5)
            assert [len(heard.of(n)) for n in range(2)] == [3, 3]

    asyncio.run(listen())


def test_a_value_is_of_the_middle_between_question_and_answer(source):
    async def listen():
        source.order(slow_s=0.4)
        before = time.time_ns()
        async with reading(source, "1/holding/0", poll_s=5, timeout_s=2) as (connector, heard, _rejected):
            (at, *_) = heard.of(0)[0]
            assert abs((before + connector.alive_ns) / 2 - at) < 100_000_000
            assert connector.alive_ns - at > 150_000_000

    asyncio.run(listen())


def test_a_slow_round_is_told_in_parts(source):
    source.order(slow_s=0.15)
    parts: list[int] = []

    async def listen():
        connector = source.connector(poll_s=5)
        try:
            await connector.open()
            wishes = [Wish(f"tag{n}", f"1/holding/{50 * n}") for n in range(5)]
            await connector.subscribe(wishes, lambda readings, kept=None: parts.append(len(readings.position)))
        finally:
            await connector.close()

    asyncio.run(listen())
    assert sum(parts) == 5
    assert len(parts) >= 2


def test_what_does_not_speak_modbus_is_unreachable(serving):
    async def talk(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    async def listen():
        async with serving(talk) as port:
            with pytest.raises(Unreachable):
                async with reading(ModbusSource(port=port), "1/holding/0"):
                    pytest.fail("it was subscribed")

    asyncio.run(listen())


class Late:
    """Stands between connector and server, and holds back the answers of one unit, as a slow gateway does."""

    def __init__(self, source: ModbusSource, *, unit: int, seconds: float) -> None:
        self._target = int(source.url.rpartition(":")[2])
        self._at = 0 if source.url.startswith("rtu") else 6
        self._unit, self._seconds = unit, seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self.held = 0

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        answers = asyncio.create_task(self._answers(there, writer))
        try:
            while question := await reader.read(300):
                back.write(question)
        finally:
            answers.cancel()
            await asyncio.gather(answers, *self._tasks, return_exceptions=True)
            back.close()
            await back.wait_closed()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await there.read(300):
            late = answer[self._at] == self._unit
            self.held += late
            task = asyncio.create_task(self._send(writer, answer, self._seconds if late else 0.0))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes, after_s: float) -> None:
        await asyncio.sleep(after_s)
        writer.write(answer)


@contextlib.asynccontextmanager
async def slow_gateway(
    serving, source: ModbusSource, *, unit: int, seconds: float
) -> AsyncIterator[tuple[Late, ModbusSource]]:
    late = Late(source, unit=unit, seconds=seconds)
    async with serving(late.relay) as port:
        yield late, ModbusSource(port=port, rtu=source.url.startswith("rtu"))


@pytest.mark.parametrize("rtu", [False, True])
def test_a_late_answer_is_never_taken_for_another(serving, rtu):
    async def listen(server):
        server.hold((1, "holding", 0, [1] * 10), (1, "holding", 100, [3] * 10), (2, "holding", 0, [2] * 10))
        async with slow_gateway(serving, server, unit=2, seconds=0.25) as (late, source):
            wishes = [f"1/holding/{n}" for n in (*range(10), *range(100, 110))] + [f"2/holding/{n}" for n in range(10)]
            settings = {"timeout_s": 0.15, "poll_s": 0.02, "requests_per_s": 500}
            async with reading(source, *wishes, **settings) as (_, heard, _rejected):
                for n in range(4, 24):  # values move while answers are on their way
                    server.hold((1, "holding", 0, [n] * 10), (1, "holding", 100, [1000 + n] * 10))
                    await shows(heard, 0, n)
                    await shows(heard, 10, 1000 + n)
                assert late.held >= (1 if rtu else 2)  # with serial framing it is left alone for long
                assert {row[1] for n in range(10) for row in heard.of(n)} <= {1, *range(4, 24)}
                assert {row[1] for n in range(10, 20) for row in heard.of(n)} <= {3, *range(1004, 1024)}
                assert {row[2] for n in range(20, 30) for row in heard.of(n)} == {Gap.NO_COMMUNICATION}

    with ModbusSource(units={1: 300, 2: 300}, rtu=rtu) as server:
        asyncio.run(listen(server))


@pytest.mark.parametrize("rtu", [False, True])
def test_after_a_timeout_of_the_only_device_the_connection_is_dropped(serving, rtu):
    async def listen(server):
        async with slow_gateway(serving, server, unit=1, seconds=0.3) as (_, source):
            with pytest.raises(Unreachable, match="answered nothing"):
                async with reading(source, "1/holding/0", timeout_s=0.15):
                    pytest.fail("it was subscribed")
        async with reading(server, "1/holding/0") as (_, heard, _rejected):
            await shows(heard, 0, 0)

    with ModbusSource(rtu=rtu) as server:
        asyncio.run(listen(server))


def test_an_answer_to_another_question_ends_the_connection(serving):
    async def wrong(answer_to, reader, writer):
        question = await reader.read(300)
        transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", question[:12])
        body = struct.pack(">BBB", unit, function, 2 * count) + bytes(2 * count)
        head, body = answer_to(transaction, body)
        writer.write(struct.pack(">HHH", head, 0, len(body)) + body)
        await reader.read(1)

    async def listen(answer_to, words):
        async with serving(functools.partial(wrong, answer_to)) as port:
            source = ModbusSource(port=port)
            with pytest.raises(Unreachable, match=words):
                async with reading(source, "1/holding/0", timeout_s=0.2):
                    pytest.fail("it was subscribed")

    asyncio.run(listen(lambda head, body: (0, body), "another question"))
    asyncio.run(listen(lambda head, body: (head + 1, body), "answered nothing"))
    longer = b"\0\0"
    asyncio.run(listen(lambda head, body: (head, body[:2] + b"\4" + body[3:] + longer), "another length"))
