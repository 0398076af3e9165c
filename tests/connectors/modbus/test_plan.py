"""Values are read in as few requests as there can be, and never more at once than a device answers."""

import random

import pytest

from bobae.connectors.modbus.address import parsed
from bobae.connectors.modbus.plan import halves, planned


def blocks(*addresses: str, gap: int = 0, most: int = 125) -> list[tuple[int, str, int, int]]:
    places = {i: parsed(address) for i, address in enumerate(addresses)}
    return [(b.unit, b.area, b.start, b.count) for b in planned(places, gap=gap, most=most)]


def test_neighbours_are_read_together_and_each_area_of_each_unit_alone():
    wanted = ["1/holding/1", "2/holding/2", "1/input/1", "1/holding/0", "1/coil/1"]
    assert blocks(*wanted) == [
        (1, "coil", 1, 1),
        (1, "holding", 0, 2),
        (1, "input", 1, 1),
        (2, "holding", 2, 1),
    ]


@pytest.mark.parametrize(("gap", "found"), [(7, [(0, 1), (9, 1)]), (8, [(0, 10)])])
def test_only_so_many_registers_are_read_along(gap, found):
    assert [block[2:] for block in blocks("1/holding/0", "1/holding/9", gap=gap)] == found


def test_values_of_several_registers_stay_whole_and_may_overlap():
    wanted = [
        "1/holding/0?type=float64",
        "1/holding/2?bit=1",
        "1/holding/4?type=int32",
        "1/holding/5",
        "1/holding/6?type=int32",
    ]
    assert [block[2:] for block in blocks(*wanted, most=6)] == [(0, 6), (6, 2)]


def test_no_read_is_longer_than_a_device_answers():
    assert [block[2:] for block in blocks(*(f"1/holding/{n}" for n in range(300)))] == [(0, 125), (125, 125), (250, 50)]
    assert [block[2:] for block in blocks(*(f"1/coil/{n}" for n in range(2500)))] == [(0, 2000), (2000, 500)]
    assert [block[2:] for block in blocks("1/holding/0?type=float64", most=2)] == [(0, 4)]


def test_every_value_is_in_one_read_whatever_is_asked():
    dice = random.Random(1)
    kinds = ("?type=int16", "?type=float32", "?type=float64", "?bit=3", "?type=string&length=7")
    places = {i: parsed(f"1/holding/{dice.randrange(2000)}{dice.choice(kinds)}") for i in range(400)}
    found = planned(places, gap=4, most=50)
    assert sorted(member for block in found for member in block.members) == list(range(400))
    for block in found:
        assert block.count <= 50
        for member in block.members:
            assert block.start <= places[member].number
            assert places[member].number + places[member].count <= block.start + block.count


def test_halves_hold_the_same_values():
    places = {i: parsed(f"1/holding/{10 * i}") for i in range(5)}
    (block,) = planned(places, gap=9, most=125)
    left, right = halves(block, places)
    assert left.members + right.members == block.members
    assert (left.start, left.count, right.start, right.count) == (0, 11, 20, 21)
