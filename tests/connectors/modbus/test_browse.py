"""Modbus has no directory: what answers is found gently, and a SunSpec device is read by its names."""

import asyncio
import struct
from collections.abc import Iterator

import pytest

from bobae.core import Offered, Wish
from bobae.testing.live_connector import Heard
from bobae.testing.modbus_process import ModbusSource


@pytest.fixture(scope="module")
def server() -> Iterator[ModbusSource]:
    with ModbusSource(units={1: 140, 2: 40500}) as server:
        yield server


@pytest.fixture
def source(server: ModbusSource) -> ModbusSource:
    server.clear()
    return server


def browsed(source: ModbusSource, units: str) -> tuple[list[Offered], Heard]:
    """What is offered, and what each of it shows."""

    async def browse():
        connector, heard = source.connector(units=units, timeout_s=0.3, requests_per_s=1000), Heard()
        try:
            await connector.open()
            offered = list(await connector.browse())
            assert not await connector.subscribe([Wish(one.path, one.address) for one in offered], heard.deliver)
        finally:
            await connector.close()
        return offered, heard

    return asyncio.run(browse())


def numbers(offered: list[Offered], area: str) -> list[int]:
    return [int(one.address.split("/")[2]) for one in offered if one.address.split("/")[1] == area]


def test_numbers_that_answer_are_offered_up_to_where_they_end(source):
    source.forbid("1/input/0", 1)
    source.forbid("1/holding/60")
    offered, _ = browsed(source, "1")
    assert numbers(offered, "holding") == [*range(60), *range(61, 140)]
    assert numbers(offered, "coil") == list(range(140))
    assert numbers(offered, "input") == []
    assert {one.kind for one in offered if "/coil/" in one.address} == {"flag"}
    assert offered[0] == Offered("1/holding/0", "1 bobae tester/holding/0", "number")


def test_looking_is_bounded_even_where_nothing_is(source):
    for area in ("holding", "input", "coil", "discrete"):
        for number in range(0, 140, 20):
            source.forbid(f"1/{area}/{number}")
    offered, _ = browsed(source, "1,9")
    assert len(offered) < 140
    assert source.counts()[1] < 400


def sunspec(model: int, body: bytes) -> list[int]:
    """Registers from 40000 on: the marker, the common model, one meter, the end."""
    texts = [name.encode().ljust(size, b"\0") for name, size in (("Seoul", 32), ("M-3", 32), ("", 16), ("1.2", 16))]
    common = b"".join(texts) + b"SN 7".ljust(32, b"\0") + struct.pack(">HH", 1, 0)
    head = struct.pack(">HH", model, len(body) // 2)
    raw = b"SunS" + struct.pack(">HH", 1, len(common) // 2) + common + head + body + struct.pack(">HH", 0xFFFF, 0)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def shown(source: ModbusSource) -> dict[str, tuple[str | None, float | str | None]]:
    """Name -> unit and value of what a SunSpec device offers by name."""
    offered, heard = browsed(source, "2")
    named = [(i, one) for i, one in enumerate(offered) if "/common/" in one.path or "/meter" in one.path]
    rows = {one.path.rpartition("/")[2]: (one.unit, *heard.of(i)[-1][1:]) for i, one in named}
    return {name: (unit, value if text is None else text) for name, (unit, value, _, text) in rows.items()}


def test_a_meter_of_integers_is_read_by_name_and_scaled(source):
    body = [0x8000] * 105
    body[0:5] = [123, 41, 42, 40, 0xFFFF]  # A, its phases, 10^-1
    body[5:14] = [2300, 2301, 2302, 2303, 3990, 3991, 3992, 3993, 0xFFFF]
    body[14:16] = [5998, 0xFFFE]
    body[16:21] = [850, 280, 285, 285, 1]
    body[44:46] = [0x0001, 0x0000]  # energy imported
    body[52] = 0
    source.hold((2, "holding", 40000, sunspec(203, struct.pack(">105H", *body))))
    values = shown(source)
    assert values["Mn"] == (None, "Seoul")
    assert values["A"] == ("A", 12.3)
    assert values["PPVphCA"] == ("V", 399.3)
    assert values["Hz"] == ("Hz", 59.98)
    assert values["WphB"] == ("W", 2850)
    assert values["TotWhImp"] == ("W.h", 65536)
    assert "VA" not in values  # its scale factor says that there is none


def test_a_meter_of_floats_is_read_by_name(source):
    body = [float("nan")] * 62
    body[0], body[5], body[12], body[13], body[33] = 12.5, 230.5, 60.0, 8500.0, 1e6
    source.hold((2, "holding", 40000, sunspec(213, struct.pack(">62f", *body))))
    values = shown(source)
    assert values["A"] == ("A", 12.5)
    assert values["PhVphA"] == ("V", 230.5)
    assert values["Hz"] == ("Hz", 60.0)
    assert values["W"] == ("W", 8500.0)
    assert values["TotWhImp"] == ("W.h", 1e6)
    assert values["PF"][0] is None
