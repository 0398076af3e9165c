"""A value is written as it is read, confirmed by the device, and what cannot be written is refused."""

import asyncio
from collections.abc import Iterator

import pytest

from bobae.connectors.modbus import ModbusWriter, writer
from bobae.core import BadInput, Refused, Unreachable
from bobae.testing.modbus_process import ModbusSource


@pytest.fixture(scope="module")
def server() -> Iterator[ModbusSource]:
    with ModbusSource() as server:
        yield server


@pytest.fixture
def source(server: ModbusSource) -> ModbusSource:
    server.clear()
    return server


def made(source: ModbusSource) -> ModbusWriter:
    return writer({"url": source.url, "timeout_s": 0.5, "requests_per_s": 500})


def written(source: ModbusSource, address: str, value: float | bool | str, seen_at: str | None = None):
    """What the device shows at `seen_at` after the value was written."""

    async def order():
        device = made(source)
        try:
            await device.open()
            await device.write(address, value)
            return await device.read(seen_at or address)
        finally:
            await device.close()

    return asyncio.run(order())


@pytest.mark.parametrize(
    ("address", "value", "shown"),
    [
        ("1/holding/7", 500, 500),
        ("1/40008?type=int16&scale=0.1&offset=-40", 21.37, 21.4),
        ("1/holding/8?type=float32&order=cdab", 0.5, 0.5),
        ("1/holding/8?type=float64&order=dcba", -1e300, -1e300),
        ("1/holding/8?type=bcd32", 12345678, 12345678),
        ("1/holding/20?type=string&length=10&encoding=cp949", "금형 A-7", "금형 A-7"),
        ("1/coil/5", True, True),
    ],
)
def test_a_value_is_read_back_as_it_was_written(source, address, value, shown):
    assert written(source, address, value) == shown


def test_one_bit_is_written_and_its_neighbours_stay(source):
    source.hold((1, "holding", 7, [0b0101]))
    assert written(source, "1/holding/7?bit=1", True, "1/holding/7") == 0b0111
    assert written(source, "1/holding/7?bit=2", False, "1/holding/7") == 0b0011
    assert written(source, "1/holding/7?bit=7&order=badc", True, "1/holding/7?bit=15") is True


@pytest.mark.parametrize(
    ("address", "value", "why"),
    [
        ("1/input/7", 1, "only shows"),
        ("1/discrete/7", True, "only shows"),
        ("1/holding/7", 65536, "65536 does not fit"),
        ("1/holding/7", "on", "'on' does not fit"),
        ("1/coil/7", 2, "2 does not fit"),
        ("1/holding/7?bit=1", "on", "'on' does not fit"),
        ("1/holding/999?type=int32", 1, "does not know this address"),
        ("1/holding/50", 1, "has failed"),
    ],
)
def test_what_cannot_be_written_is_refused_and_left(source, address, value, why):
    source.forbid("1/holding/50", 4)
    with pytest.raises(Refused, match=why) as said:
        written(source, address, value)
    assert address in str(said.value)


def test_what_has_no_value_is_not_shown(source):
    with pytest.raises(Refused, match="no value now"):
        written(source, "1/holding/7", 0x8000, "1/holding/7?na=0x8000")
    with pytest.raises(Refused, match="no value now"):
        written(source, "1/holding/7", 0xEEEE, "1/holding/7?type=string&length=2&encoding=utf-8")


def test_no_answer_leaves_it_open_whether_it_was_written(source):
    source.silence([1])
    with pytest.raises(Unreachable, match="timeout"):
        written(source, "1/holding/7", 1)


def test_an_address_that_is_none_is_told(source):
    with pytest.raises(BadInput, match="1/holding/100"):
        written(source, "holding 7", 1)
