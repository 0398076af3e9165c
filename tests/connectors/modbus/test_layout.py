"""Registers become values as the address says, and what holds none is bad; writing is the way back."""

import struct

import numpy as np
import pytest

from bobae.connectors.modbus.address import parsed
from bobae.connectors.modbus.layout import NOT_AVAILABLE, NOT_DECODABLE, Layout
from bobae.connectors.modbus.writing import registers

BITS = "1/holding/7?bit="


def read(options: str, raw: bytes, area: str = "holding") -> tuple[float, int]:
    """What one value at number 7 is when the device answers `raw` from number 6 on."""
    value, status = Layout([parsed(f"1/{area}/7{options}")], [(0, 6)]).values(b"\xee\xee" + raw + b"\xee\xee")
    return value[0], status[0]


# what each type holds for one value, the highest byte first
HELD = {
    "int16": (-2, struct.pack(">h", -2)),
    "uint16": (65534, struct.pack(">H", 65534)),
    "int32": (-70000, struct.pack(">i", -70000)),
    "uint32": (4_000_000_000, struct.pack(">I", 4_000_000_000)),
    "int64": (-(2**53), struct.pack(">q", -(2**53))),
    "uint64": (2**63, struct.pack(">Q", 2**63)),
    "float32": (-0.15625, struct.pack(">f", -0.15625)),
    "float64": (1e300, struct.pack(">d", 1e300)),
    "bcd16": (1998, b"\x19\x98"),
    "bcd32": (12345678, b"\x12\x34\x56\x78"),
}


def ordered(raw: bytes, order: str) -> bytes:
    words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    words = words[::-1] if order in ("cdab", "dcba") else words
    return b"".join(word[::-1] if order in ("badc", "dcba") else word for word in words)


@pytest.mark.parametrize("order", ["abcd", "cdab", "badc", "dcba"])
@pytest.mark.parametrize("kind", HELD)
def test_every_type_is_read_and_written_in_every_order(kind, order):
    value, raw = HELD[kind]
    raw = ordered(raw, order)
    assert read(f"?type={kind}&order={order}", raw) == (value, 0)
    written = registers(parsed(f"1/holding/7?type={kind}&order={order}"), value)
    assert struct.pack(f">{len(written)}H", *written) == raw


def test_four_letters_say_where_each_byte_stands():
    place = parsed("1/holding/7?type=uint32&order=cdab")
    assert registers(place, 0x0A0B0C0D) == [0x0C0D, 0x0A0B]
    assert registers(parsed("1/holding/7?type=uint32&order=badc"), 0x0A0B0C0D) == [0x0B0A, 0x0D0C]
    assert registers(parsed("1/holding/7?type=uint32&order=dcba"), 0x0A0B0C0D) == [0x0D0C, 0x0B0A]


def test_scale_and_offset_are_exact_in_decimals():
    assert read("?type=int16&scale=0.1", struct.pack(">h", 213)) == (21.3, 0)
    assert read("?scale=0.001", struct.pack(">H", 3)) == (0.003, 0)
    assert read("?scale=10&offset=-40", struct.pack(">H", 7)) == (30, 0)
    assert registers(parsed("1/holding/7?type=int16&scale=0.1&offset=-40"), -18.7) == [213]


@pytest.mark.parametrize(
    ("options", "raw", "status"),
    [
        ("?type=int16&na=0x8000", b"\x80\x00", NOT_AVAILABLE),
        ("?type=uint32&na=0xffffffff", b"\xff" * 4, NOT_AVAILABLE),
        ("?type=uint64&na=-1", b"\xff" * 8, NOT_AVAILABLE),
        ("?type=float32&na=0x461c4000", struct.pack(">f", 10000.0), NOT_AVAILABLE),
        ("?type=float32", struct.pack(">f", np.nan), NOT_AVAILABLE),
        ("?type=float32", b"\x7f\x80\x00\x01", NOT_AVAILABLE),  # a signalling one
        ("?type=float64", struct.pack(">d", np.inf), NOT_AVAILABLE),
        ("?type=bcd16", b"\x1a\x00", NOT_DECODABLE),
    ],
)
def test_registers_without_a_value_are_bad(options, raw, status):
    value, told = read(options, raw)
    assert np.isnan(value)
    assert told == status


def test_flags_and_bits_stand_where_they_are_counted():
    flags = [parsed(f"1/coil/{number}") for number in (3, 4, 11, 18)]
    value, status = Layout(flags, [(1, 3)] * 4).values(bytes([255, 0b0000_0001, 0b1000_0001]))
    assert value.tolist() == [1, 0, 1, 1]
    assert not status.any()
    assert [read(f"?bit={bit}", b"\x80\x02")[0] for bit in (0, 1, 14, 15)] == [0, 1, 0, 1]
    assert [read(f"?bit={bit}&order=badc", b"\x80\x02")[0] for bit in (7, 9, 15)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("options", "raw", "said"),
    [
        ("length=8", b"AB-12\0xx", "AB-12"),
        ("length=5", b"AB 1 \xee", "AB 1"),
        ("length=8&encoding=cp949", "금형A-7".encode("cp949") + b"\0", "금형A-7"),
        ("length=4&order=badc", b"BADC", "ABCD"),
        ("length=4", "é".encode() + b"\0\0", None),
    ],
)
def test_a_text_ends_at_its_first_zero(options, raw, said):
    layout = Layout([parsed(f"1/holding/0?type=string&{options}")], [(0, 0)])
    assert layout.texts(raw).tolist() == [said]


def test_a_text_is_written_as_it_is_read():
    place = parsed("1/holding/0?type=string&length=9&encoding=cp949&order=badc")
    held = registers(place, "금형 A-7")
    assert Layout([place], [(0, 0)]).texts(struct.pack(">5H", *held)).tolist() == ["금형 A-7"]


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("1/holding/0", 65536),
        ("1/holding/0", -1),
        ("1/holding/0?type=int16&scale=0.1", 4000),
        ("1/holding/0?type=int16&na=0x8000", -32768),
        ("1/holding/0?type=bcd16", 10000),
        ("1/holding/0?type=float32", 1e300),
        ("1/holding/0?type=float32", float("nan")),
        ("1/holding/0", "seven"),
        ("1/holding/0?type=string&length=4", "seven"),
        ("1/holding/0?type=string&length=4", 7),
        ("1/holding/0?type=string&length=4", "é"),
    ],
)
def test_a_value_that_does_not_fit_is_not_written(address, value):
    with pytest.raises((ValueError, OverflowError, struct.error)):
        registers(parsed(address), value)


def test_many_values_of_several_reads_come_at_once():
    places = [parsed("1/holding/10"), parsed("1/input/5?type=int32"), parsed("1/coil/9"), parsed("1/holding/12?bit=0")]
    image = struct.pack(">3H", 7, 0, 1) + struct.pack(">i", -9) + bytes([0b10])
    value, status = Layout(places, [(0, 10), (6, 5), (10, 8), (0, 10)]).values(image)
    assert value.tolist() == [7, -9, 1, 1]
    assert status.tolist() == [0, 0, 0, 0]
