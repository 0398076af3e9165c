"""Samples tag by tag, sorted and thinned, are what a plain sort and a plain filter give."""

import numpy as np
import pytest

from bobae.frames.runs import counted, known_rows, last_versions, put_in_order, scattered


def some(seed: int) -> tuple[np.ndarray, ...]:
    """Tag, time, value, status and receipt of a few samples, times often equal and late."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 80))
    time = rng.integers(0, 50, n)
    status = rng.choice([0, 0, 0, 1 << 30, 1 << 31], n).astype(np.uint32)
    return rng.integers(0, 4, n).astype(np.int32), time, rng.normal(size=n), status, time + rng.integers(0, 20, n)


def tag_major(seed: int) -> tuple[np.ndarray, ...]:
    tag, *columns = some(seed)
    start = counted(tag, 3)
    sorted_columns = scattered(tag, start, *columns)
    put_in_order(start, *sorted_columns)
    return start, *sorted_columns


@pytest.mark.parametrize("seed", range(60))
def test_counting_and_merging_give_a_stable_sort_by_tag_and_time(seed: int) -> None:
    tag, *columns = some(seed)
    start, *got = tag_major(seed)
    order = np.lexsort((columns[0], tag))  # stable: of equal times the earlier sample comes first
    for one, other in zip(got, columns, strict=True):
        np.testing.assert_array_equal(one, other[order])
    np.testing.assert_array_equal(np.repeat(np.arange(4), np.diff(start)), tag[order])


def test_many_stretches_out_of_order_are_sorted_too() -> None:
    time = np.tile(np.arange(5), 400)[::-1].copy()
    value = np.arange(2000.0)
    start = np.array([0, 2000])
    wanted = value[np.argsort(time, kind="stable")]
    put_in_order(start, time, value, np.zeros(2000, np.uint32), time[:0])  # receipt times may be left out
    np.testing.assert_array_equal(value, wanted)
    assert (np.diff(time) >= 0).all()


@pytest.mark.parametrize("seed", range(30))
def test_last_versions_are_those_that_nothing_replaces(seed: int) -> None:
    start, time, *_ = tag_major(seed)
    rows, starts = last_versions(start, time, 10, 40)
    wanted = [
        i
        for k in range(4)
        for i in range(start[k], start[k + 1])
        if 10 < time[i] <= 40 and time[i] not in time[i + 1 : start[k + 1]]
    ]
    assert rows.tolist() == wanted
    assert [int(((rows >= start[k]) & (rows < start[k + 1])).sum()) for k in range(4)] == np.diff(starts).tolist()


@pytest.mark.parametrize("seed", range(30))
def test_known_rows_are_those_received_by_then(seed: int) -> None:
    start, _, _, _, receipt = tag_major(seed)
    rows, starts = known_rows(start, receipt, 30)
    np.testing.assert_array_equal(rows, np.flatnonzero(receipt <= 30))
    assert [int(((rows >= start[k]) & (rows < start[k + 1])).sum()) for k in range(4)] == np.diff(starts).tolist()
