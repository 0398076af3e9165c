"""A grid is what looking at each cell by itself gives, whichever way the samples reach the kernel."""

from collections.abc import Callable

import numpy as np
import pytest

from bobae.core import Aggregate, Gap, Quality
from bobae.frames.grid import NO_LIMIT, ORDER, Beside, Folding, Grid, as_of
from bobae.frames.minutes import MINUTE_NS, Minutes
from bobae.frames.runs import counted, put_in_order, scattered

WORST = Quality.GOOD.worst
GRIDS = ((5, 7, 5), (0, 1, 50), (-20, 10, 9))
AGGREGATES: dict[Aggregate, Callable[[list[float]], float]] = {
    "mean": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
    "sum": sum,
    "first": lambda values: values[0],
}


def tag_major(seed: int, *, scale: int = 1) -> tuple[np.ndarray, ...]:
    """Start, time, value, status and receipt of three tags: late, corrected, bad, missing and none at all."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 60))
    tag, time = rng.integers(0, 3, n).astype(np.int32), rng.integers(0, 50, n) * scale
    value = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n))
    status = rng.choice([0, 0, 0, 1 << 30, 1 << 31], n).astype(np.uint32)
    start = counted(tag, 2)
    columns = scattered(tag, start, time, value, status, time + rng.integers(0, 20, n) * scale)
    put_in_order(start, *columns)
    return start, *columns


def cell(grid: Grid, samples: list[tuple[float, int, int, int]], row: int, settle: int | None) -> list[float]:
    """All aggregates of one row, by the words of `Grid`: samples are (value, time, status, receipt)."""
    end = grid.t0_ns + (row + 1) * grid.step_ns
    shown = {}
    for value, time, status, receipt in samples:
        if time <= end and (settle is None or receipt <= end + settle):
            shown[time] = (value, status <= grid.worst and not np.isnan(value))
    inside = [shown[time][0] for time in sorted(shown) if time > end - grid.step_ns and shown[time][1]]
    out = {name: made(inside) if inside else np.nan for name, made in AGGREGATES.items()}
    out["count"] = len(inside)
    latest = max(shown, default=0)
    counts = bool(shown) and shown[latest][1] and end - latest <= grid.age_ns
    out["last"] = shown[latest][0] if counts else np.nan
    return [out[name] for name in ORDER]


def cells(grid: Grid, columns: tuple[np.ndarray, ...], settle: int | None) -> np.ndarray:
    start, time, value, status, receipt = columns
    out = np.empty((len(start) - 1, len(ORDER), grid.rows))
    for k in range(len(start) - 1):
        of = slice(start[k], start[k + 1])
        rows = (value[of].tolist(), time[of].tolist(), status[of].tolist(), receipt[of].tolist())
        for row in range(grid.rows):
            out[k, :, row] = cell(grid, list(zip(*rows, strict=True)), row, settle)
    return out


@pytest.mark.parametrize("seed", range(30))
def test_every_cell_is_what_looking_at_it_alone_gives(seed: int) -> None:
    columns = tag_major(seed)
    for t0, step, rows in GRIDS:
        for age in (None, 4):
            grid = Grid(t0, step, rows, ORDER, WORST, age)
            np.testing.assert_array_equal(grid.folded(*columns[:4]), cells(grid, columns, None))
            for settle in (0, 3):
                np.testing.assert_array_equal(grid.settled(*columns, settle), cells(grid, columns, settle))


@pytest.mark.parametrize("seed", range(30))
def test_samples_that_come_in_pieces_with_some_beside_give_the_same(seed: int) -> None:
    start, time, value, status, _ = tag_major(seed)
    rng = np.random.default_rng(seed)
    # of equal times all go the same way: the weaving looks at ranks, and here all have one
    aside = np.isin(time, rng.choice(50, 12))
    few = Beside(
        np.concatenate([[0], np.cumsum([aside[start[k] : start[k + 1]].sum() for k in range(3)])]),
        time[aside],
        value[aside],
        status[aside],
        np.zeros(int(aside.sum()), np.int64),
    )
    grid = Grid(3, 6, 8, ORDER, WORST, 9)
    folding = Folding(grid, few)
    for low, high in ((-100, 15), (15, 33), (33, 100)):
        chosen = ~aside & (time >= low) & (time < high)
        begin = np.concatenate([[0], np.cumsum([chosen[start[k] : start[k + 1]].sum() for k in range(3)])])
        piece = (np.arange(3), begin[:-1], begin[1:])
        folding.take(piece, time[chosen], value[chosen], status[chosen], rank=1)
    np.testing.assert_array_equal(folding.finished(), grid.folded(start, time, value, status))


@pytest.mark.parametrize("rank", [1, 3])
def test_of_equal_times_the_higher_rank_holds(rank: int) -> None:
    one = np.array([0, 1])
    beside = Beside(one, np.array([5]), np.array([2.0]), np.array([0], np.uint32), np.array([2]))
    folding = Folding(Grid(0, 10, 1, ("last", "count"), WORST), beside)
    piece = (np.array([0]), np.array([0]), np.array([1]))
    folding.take(piece, np.array([5]), np.array([7.0]), np.array([0], np.uint32), rank=rank)
    assert folding.finished()[0, :, 0].tolist() == [2.0 if rank < 2 else 7.0, 1]


@pytest.mark.parametrize("seed", range(30))
def test_what_a_tag_showed_is_its_last_sample_if_that_counts(seed: int) -> None:
    start, time, value, status, _ = tag_major(seed)
    times = np.sort(np.random.default_rng(seed).integers(-5, 60, 20))
    for age in (NO_LIMIT, 4):
        got = as_of(start, time, value, status, times, WORST, age)
        for k in range(3):
            for at, wanted_at in enumerate(times.tolist()):
                rows = [i for i in range(start[k], start[k + 1]) if time[i] <= wanted_at]
                counts = bool(rows) and status[rows[-1]] <= WORST and wanted_at - time[rows[-1]] <= age
                np.testing.assert_equal(got[k, at], value[rows[-1]] if counts else np.nan)


@pytest.mark.parametrize("seed", range(30))
def test_minutes_on_a_grid_are_as_the_samples_themselves(seed: int) -> None:
    start, time, value, status, _ = tag_major(seed, scale=MINUTE_NS // 3)
    minutes = Minutes.of(start, time, value, status)
    assert (np.diff(minutes.minute_ns)[np.diff(minutes.place) == 0] > 0).all()
    for t0, step, rows in ((0, 1, 17), (-2, 3, 5), (4, 5, 4)):
        for age in (None, MINUTE_NS):
            grid = Grid(t0 * MINUTE_NS, step * MINUTE_NS, rows, ORDER, WORST, age)
            got, wanted = minutes.on(grid), grid.folded(start, time, value, status)
            for number, name in enumerate(ORDER):
                tolerance = 1e-12 if name in ("mean", "sum") else 0.0
                np.testing.assert_allclose(got[:, number], wanted[:, number], rtol=tolerance, atol=tolerance)


def test_that_nothing_was_collected_counts_from_its_own_time_although_it_is_written_later() -> None:
    start, time = np.array([0, 3]), np.array([1, 3, 9])
    status = np.array([0, Gap.NOT_COLLECTED, 0], dtype=np.uint32)
    receipt = np.array([1, 9, 9])
    grid = Grid(0, 1, 10, ("last",), WORST)
    last = grid.settled(start, time, np.array([5.0, np.nan, 6.0]), status, receipt, 0)[0, 0]
    np.testing.assert_array_equal(last, [5, 5, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, 6, 6])
    status[1] = Gap.NO_COMMUNICATION  # live scoring went on with what it had until it was known
    last = grid.settled(start, time, np.array([5.0, np.nan, 6.0]), status, receipt, 0)[0, 0]
    np.testing.assert_array_equal(last, [5, 5, 5, 5, 5, 5, 5, 5, 6, 6])
