"""A process trace is cut where what was worked on changes: exactly there, over gaps only where that is sure."""

import numpy as np
import pytest

from bobae.core import Cut, Gap, Kind, Role, Samples, TagRow
from bobae.historian import open_store
from bobae.historian.context import cut_in_context

LOT, WAFER, RECIPE, POWER, STATE = (f"etch/{name}" for name in ("e1.lot", "e1.wafer", "e1.recipe", "e1.power", "e1.on"))
CONTEXT = {"etch/e1": {"lot": LOT, "wafer": WAFER, "recipe": RECIPE}}
END = 2**62


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path, write=True) as opened:
        yield opened


def put(store, path, times, values, status=0):
    (tag,) = store.writer.tag_ids([TagRow(0, path)])
    texts = [one if isinstance(one, str) else None for one in values]
    numbers = [np.nan if isinstance(one, str) or one is None else one for one in values]
    codes = [status if one is None else 0 for one in values]
    rows = Samples.of([tag] * len(times), times, numbers, status=codes, text=texts if any(texts) else None)
    store.writer.append(rows).durable.result()


def traced(store, *tags, contexts=CONTEXT):
    cut = cut_in_context(store, Cut(tags, -1, END, None), contexts)
    return cut, {name: list(cut.table.column(name).to_pylist()) for name in cut.table.column_names if name != "time"}


def test_pieces_begin_and_end_with_the_sample_at_or_after_the_change(store):
    put(store, POWER, [10, 20, 30, 40, 50, 60], [1, 2, 3, 4, 5, 6])
    put(store, WAFER, [20, 35, 55], ["L1.01", "L1.02", ""])
    put(store, LOT, [15], ["L1"])
    put(store, RECIPE, [30], ["A"])
    put(store, STATE, [5, 45], [1, 0])
    cut, found = traced(store, POWER, WAFER, LOT, RECIPE, STATE)
    assert list(cut.time_ns()) == [20, 30, 40, 50]
    assert found["wafer"] == ["L1.01", "L1.01", "L1.02", "L1.02"]
    assert found["lot"] == ["L1"] * 4
    assert found["recipe"] == [None, "A", "A", "A"]
    assert (found["power"], found["on"]) == ([2, 3, 4, 5], [1, 1, 1, 0])
    roles = {column.name: (column.role, column.kind) for column in cut.columns}
    assert roles["wafer"] == (Role.LOT, Kind.CATEGORY)
    assert roles["recipe"] == (Role.CONTEXT, Kind.CATEGORY)
    assert roles["lot"] == (Role.IGNORED, Kind.TEXT)


def test_over_a_gap_a_wafer_goes_on_only_if_it_is_the_same_afterwards(store):
    put(store, POWER, range(10, 130, 10), range(12))
    put(store, WAFER, [10, 30, 50, 60, 90, 110], ["w1", None, "w1", "w2", None, "w3"], Gap.NOT_COLLECTED)
    cut, found = traced(store, POWER, WAFER)
    assert list(cut.time_ns()) == [10, 20, 30, 40, 50, 60, 70, 80, 110, 120]
    assert found["wafer"] == ["w1"] * 5 + ["w2"] * 3 + ["w3"] * 2


def test_a_piece_that_comes_again_is_another_and_slots_are_told_with_their_lot(store):
    put(store, POWER, range(10, 70, 10), range(6))
    put(store, LOT, [10, 50], ["L1", "L2"])
    put(store, WAFER, [10, 20, 30, 40, 50], ["1", "2", "", "1", "1"])
    _, found = traced(store, POWER, LOT, WAFER)
    assert found["wafer"] == ["L1/1", "L1/2", "L1/1 (2)", "L2/1", "L2/1"]


def test_without_a_wafer_the_lot_is_the_piece_and_without_both_every_row_stays(store):
    put(store, POWER, [10, 20, 30], [1, 2, 3])
    put(store, LOT, [20], ["L1"])
    put(store, RECIPE, [30], ["A"])
    cut, found = traced(store, POWER, LOT, contexts={"etch/e1": {"lot": LOT}})
    assert (cut.name_of(Role.LOT), found["power"]) == ("lot", [2, 3])
    cut, found = traced(store, POWER, RECIPE, contexts={"etch/e1": {"recipe": RECIPE}})
    assert (cut.name_of(Role.LOT), found["recipe"]) == (None, [None, None, "A"])


def test_what_does_not_count_is_missing_and_machines_stand_one_below_the_other(store):
    put(store, POWER, [10, 20, 30], [1, None, 3], 0x8000_0000)
    put(store, WAFER, [5], ["w1"])
    put(store, "etch/e2.power", [15, 25], [7, 8])
    put(store, "etch/e2.wafer", [5], ["w9"])
    both = CONTEXT | {"etch/e2": {"wafer": "etch/e2.wafer"}}
    cut, found = traced(store, POWER, WAFER, "etch/e2.power", "etch/e2.wafer", contexts=both)
    assert found["asset"] == ["etch/e1"] * 3 + ["etch/e2"] * 2
    assert found["wafer"] == ["w1"] * 3 + ["w9"] * 2
    np.testing.assert_array_equal(cut.values("power"), [1, np.nan, 3, 7, 8])
