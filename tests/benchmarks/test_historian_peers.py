"""What the historian is measured against gives right answers, on rows that look like a plant's."""

import importlib
import math
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bobae.core import Samples

TAGS, ROWS = 20, 20_000
STEP_NS, GRID_ROWS = 60_000_000_000, 1440
NOT_GOOD = 0x4000_0000


@pytest.fixture(scope="module")
def part(repository):
    """A module of the benchmark by name, as its script would import it."""
    folder = str(repository / "benchmarks")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)
    for name in [name for name in sys.modules if name.split(".")[0] in ("_historian", "peers")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def data(part):
    return part("_historian.data")


@pytest.fixture(scope="module")
def blocks(data):
    return list(data.samples(TAGS, ROWS, seed=3))


@pytest.fixture(scope="module")
def files(blocks, tmp_path_factory):
    """Two files in order of time, each sorted by tag and time."""
    folder = tmp_path_factory.mktemp("segments")
    for name, half in (("a", blocks[:20]), ("b", blocks[20:])):
        rows = Samples.joined(half)
        rows = rows.rows(np.lexsort((rows.time_ns, rows.tag)))
        table = {"tag": rows.tag, "time_ns": rows.time_ns, "value": rows.value, "status": rows.status.astype(np.int64)}
        pq.write_table(pa.table(table), folder / f"{name}.parquet", row_group_size=1000)
    return [str(folder / "a.parquet"), str(folder / "b.parquet")]


def keys(rows):
    return list(zip(rows.tag.tolist(), rows.time_ns.tolist(), strict=True))


def test_made_rows_are_as_many_as_asked_for_and_come_in_order_of_receipt(data, blocks):
    rows = Samples.joined(blocks)
    assert abs(len(rows) - ROWS) < TAGS
    assert len(set(keys(rows))) == len(rows)
    assert (np.diff(rows.receipt_ns) >= 0).all()
    wait_ms = (rows.receipt_ns - rows.time_ns) / data.MS
    assert wait_ms.min() > 0
    assert wait_ms.max() <= data.COMMIT_MS


def test_made_rows_are_uneven_have_silent_hours_and_some_that_are_not_good(data):
    rows = Samples.joined(list(data.samples(200, 200_000)))
    count = np.bincount(rows.tag, minlength=200)
    slow, fast = np.percentile(count, [5, 95])
    assert 5 < fast / slow < 20
    assert 0.003 < (rows.status >= NOT_GOOD).mean() < 0.007
    by_tag = rows.rows(np.lexsort((rows.time_ns, rows.tag)))
    longest = [np.diff(by_tag.time_ns[by_tag.tag == tag]).max(initial=0) for tag in np.flatnonzero(count > 500)]
    assert 0.02 < np.mean(np.array(longest) > data.SILENT_MS * data.MS) < 0.25


def test_the_same_seed_makes_the_same_rows(data, blocks):
    again = list(data.samples(TAGS, ROWS, seed=3))
    assert all(np.array_equal(a.value, b.value) and keys(a) == keys(b) for a, b in zip(blocks, again, strict=True))


def test_late_rows_correct_what_is_there_and_add_some(data, blocks):
    late = data.corrections(blocks, share=0.1)
    there = set(keys(Samples.joined(blocks)))
    new = sum(key not in there for key in keys(late))
    assert len(set(keys(late))) == len(late)
    assert 0.08 * ROWS < len(late) < 0.12 * ROWS
    assert 0.05 * len(late) < new < 0.15 * len(late)


@pytest.mark.parametrize("good_only", [False, True], ids=["all", "good"])
@pytest.mark.parametrize("tool", ["duckdb", "duckdb reader", "polars"])
@pytest.mark.parametrize("query", ["grid", "carried"])
def test_each_tool_finds_what_a_plain_loop_finds(part, data, blocks, files, tmp_path, query, tool, good_only):
    frames, out = part("peers.frames"), tmp_path / "frame.npy"
    tags = [17, 3, 4, 11]
    asked = {"tags": tags, "t0_ns": data.START_NS, "step_ns": STEP_NS, "rows": GRID_ROWS, "good_only": good_only}
    tool = frames.TOOLS[tool](1)
    tool.open()
    frames.answer(tool, {**asked, "query": query, "files": files, "fresh": False, "out": str(out)})
    plain = {"grid": plain_grid, "carried": plain_carried}[query]
    expected = plain(Samples.joined(blocks), tags, data.START_NS, good_only=good_only)
    assert np.isfinite(expected).any()
    assert part("_historian.measure").differing(expected, np.load(out)) == 0


def plain_grid(rows, tags, t0_ns, *, good_only):
    frame = np.full((len(tags), 4, GRID_ROWS), np.nan)
    for place, tag in enumerate(tags):
        found = {}
        for time_ns, value, status in in_time(rows, tag):
            if status < NOT_GOOD or not good_only:
                found.setdefault(math.ceil((time_ns - t0_ns) / STEP_NS) - 1, []).append(value)
        for row, values in found.items():
            frame[place, :, row] = sum(values) / len(values), min(values), max(values), values[-1]
    return frame


def plain_carried(rows, tags, t0_ns, *, good_only):
    frame = np.full((len(tags), GRID_ROWS), np.nan)
    for place, tag in enumerate(tags):
        for time_ns, value, status in in_time(rows, tag):
            counts = status < NOT_GOOD or not good_only
            frame[place, math.ceil((time_ns - t0_ns) / STEP_NS) - 1 :] = value if counts else np.nan
    return frame


def in_time(rows, tag):
    mine = rows.rows(np.flatnonzero(rows.tag == tag))
    return sorted(zip(mine.time_ns.tolist(), mine.value.tolist(), mine.status.tolist(), strict=True))


def test_cells_are_equal_when_both_are_missing_and_differ_when_one_is(part):
    differing = part("_historian.measure").differing
    ours = np.array([[np.nan, 1.0, 2.0, 0.0]])
    assert differing(ours, np.array([[np.nan, 1.0 + 1e-14, 2.0, 0.0]])) == 0
    assert differing(ours, np.array([[0.0, np.nan, 2.0 + 1e-11, 1e-300]])) == 4
    with pytest.raises(ValueError, match="cannot be compared"):
        differing(ours, ours[:, :2])
