"""An address says where a value is and in what shape, and what is wrong with it is told."""

import pytest

from bobae.connectors.modbus.address import NUMBERS, Place, parsed, written
from bobae.core import BadInput, UnknownName


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("1/holding/100", Place(1, "holding", 100)),
        ("0/coil/5", Place(0, "coil", 5, "flag")),
        ("255/discrete/65535", Place(255, "discrete", 65535, "flag")),
        (
            "1/input/30?type=float32&order=cdab&scale=0.1&offset=-40",
            Place(1, "input", 30, "float32", "cdab", 0.1, -40.0),
        ),
        (
            "2/holding/200?type=string&length=16&encoding=cp949",
            Place(2, "holding", 200, "string", length=16, encoding="cp949"),
        ),
        ("1/holding/7?bit=3", Place(1, "holding", 7, bit=3)),
        ("1/holding/7?type=int16&na=0x8000", Place(1, "holding", 7, "int16", na=0x8000)),
        ("1/holding/7?type=int16&na=-32768", Place(1, "holding", 7, "int16", na=0x8000)),
    ],
)
def test_an_address_says_all_of_a_place(address, place):
    assert parsed(address) == place
    assert parsed(written(place)) == place


@pytest.mark.parametrize(
    ("classic", "modern"),
    [
        ("1/40001", "1/holding/0"),
        ("1/40101?type=int16", "1/holding/100?type=int16"),
        ("1/400101", "1/holding/100"),
        ("3/30031", "3/input/30"),
        ("1/10008", "1/discrete/7"),
        ("1/00006", "1/coil/5"),
        ("1/465536", "1/holding/65535"),
    ],
)
def test_a_classic_number_counts_from_one(classic, modern):
    assert parsed(classic) == parsed(modern)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "100",
        "40101",
        "1/holdings/100",
        "1/holding/-1",
        "1/holding/65536",
        "256/holding/1",
        "one/holding/1",
        "1/holding/1/2",
        "1/40000",
        "1/50001",
        "1/4001",
        "1/465537",
    ],
)
def test_what_is_no_address_is_told_how_to_write_one(address):
    with pytest.raises(BadInput, match="1/holding/100") as said:
        parsed(address)
    assert repr(address) in str(said.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("1/holding/1?type=float", "float32"),
        ("1/holding/1?order=acbd", "abcd, cdab, badc, dcba"),
        ("1/holding/1?bit=16", "0 - 15"),
        ("1/holding/1?type=int32&bit=1", "uint16"),
        ("1/holding/1?scale=0", "scale=0"),
        ("1/holding/1?scale=much", "scale=much"),
        ("1/holding/1?scale=nan", "scale=nan"),
        ("1/holding/1?scale", "name=value"),
        ("1/holding/1?type=int16&type=int16", "type=int16"),
        ("1/holding/1?type=string", "1 - 240"),
        ("1/holding/1?type=string&length=8&encoding=klingon", "cp949"),
        ("1/holding/1?type=string&length=8&encoding=zlib", "cp949"),
        ("1/holding/1?type=string&length=8&order=dcba", "abcd, badc"),
        ("1/holding/1?na=0x10000", "0x10000"),
        ("1/holding/65535?type=int32", "65535"),
    ],
)
def test_an_option_that_cannot_be_is_told_with_what_can(address, words):
    with pytest.raises(BadInput, match=words):
        parsed(address)


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("1/holding/1?tipe=int16", "type"),
        ("1/coil/1?scale=2", "-"),
        ("1/holding/1?bit=1&scale=2", "type"),
        ("1/holding/1?type=string&length=2&lenght=2", "length"),
    ],
)
def test_an_option_that_does_not_exist_or_does_not_fit_is_told(address, nearest):
    with pytest.raises(UnknownName, match=f"nearest: .*{nearest}"):
        parsed(address)


def test_each_type_takes_its_registers():
    taken = {name: parsed(f"1/holding/0?type={name}").count for name in NUMBERS}
    assert {16 * count for name, count in taken.items() if "16" in name} == {16}
    assert {16 * count for name, count in taken.items() if "32" in name} == {32}
    assert {16 * count for name, count in taken.items() if "64" in name} == {64}
    assert parsed("1/holding/0?type=string&length=5").count == 3
