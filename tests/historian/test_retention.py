"""Samples that are gone live on as one-minute rows, and frames of whole minutes do not notice."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from bobae.core import BadInput, Frame, Quality, Samples, TagRow
from bobae.historian import Store, open_store
from bobae.historian.database import connect
from bobae.historian.hot import TagMajor
from bobae.historian.replacing import Shelf, listed
from bobae.historian.retention import drop_raw
from bobae.historian.segment import Sorted
from bobae.historian.segments import DAY_NS, Draft

MINUTE_NS = 60 * 10**9
START_NS = 20_000 * DAY_NS
TAGS = ("a.p", "a.q", "a.slow", "a.recipe")
AGGS = ("last", "mean", "min", "max", "sum", "count", "first")
BAD = 1 << 31


class Clock:
    now_ns = START_NS

    def __call__(self) -> int:
        return self.now_ns


def opened(root: Path, clock: Clock, **more: Any) -> Store:
    return open_store(root, write=True, clock=clock, commit_s=0.001, **more)


def some_days(root: Path, clock: Clock, days: int, seed: int = 0) -> None:
    """Uneven samples with bad and uncertain ones, late corrections, a text, and a tag that changed once only."""
    rng = np.random.default_rng(seed)
    with opened(root, clock) as store:
        ids = store.writer.tag_ids([TagRow(0, TAGS[0]), TagRow(0, TAGS[1]), TagRow(0, TAGS[2])])
        (recipe,) = store.writer.tag_ids([TagRow(0, TAGS[3], "text")])
        append(store, Samples.of([ids[2]], [clock.now_ns + 5 * MINUTE_NS + 1], [7.0]))
        for _ in range(4 * days):
            n = 200
            time = clock.now_ns + rng.integers(-DAY_NS // 8, DAY_NS // 4, n) // MINUTE_NS * MINUTE_NS
            time += rng.choice([0, 1, 7 * 10**9, 59 * 10**9], n)
            clock.now_ns += DAY_NS // 4
            value = np.where(rng.random(n) < 0.05, np.nan, rng.uniform(1, 2, n))
            append(
                store, Samples.of(rng.choice(ids[:2], n), time, value, status=rng.choice([0, 0, 0, 0, 1 << 30, BAD], n))
            )
            words = np.array(rng.choice(["A", "B"], 5), dtype=object)
            append(store, Samples.of([recipe] * 5, time[:5], [np.nan] * 5, text=words))
            store.writer.seal()


def append(store: Store, samples: Samples) -> None:
    store.writer.append(samples).durable.result()


def shelf_of(root: Path, clock: Clock, **more: int) -> Shelf:
    return Shelf(root, connect(root, write=True), clock, threading.RLock(), **more)


def frames(root: Path, asked: list[tuple[int, int, int, int | None]]) -> list[Frame]:
    with open_store(root) as store:
        return [store.frame(TAGS[:3], t0, t1, step, aggs=AGGS, max_age_ns=age) for t0, t1, step, age in asked] + [
            store.frame(TAGS[3:], t0, t1, step, aggs=("last", "first", "count")) for t0, t1, step, _ in asked
        ]


def alike(got: Frame, wanted: Frame) -> None:
    np.testing.assert_array_equal(got.time_ns, wanted.time_ns)
    for number, agg in enumerate(wanted.aggs):
        one, other = got.values[:, number], wanted.values[:, number]
        if agg in ("mean", "sum"):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        else:
            np.testing.assert_array_equal(one, other, err_msg=agg)


@pytest.mark.parametrize("block_rows", [4_000_000, 50])
def test_frames_across_the_border_are_the_same_as_before(tmp_path: Path, block_rows: int) -> None:
    clock = Clock()
    some_days(tmp_path, clock, 5)
    asked = [
        (START_NS - DAY_NS, clock.now_ns, MINUTE_NS, None),
        (START_NS + DAY_NS // 2, clock.now_ns, 7 * MINUTE_NS, None),
        (START_NS + DAY_NS + MINUTE_NS, START_NS + DAY_NS + 60 * MINUTE_NS, MINUTE_NS, 90 * 10**9),
        (START_NS + 2 * DAY_NS - 30 * MINUTE_NS, clock.now_ns, 60 * MINUTE_NS, 10 * 60 * 10**9),
        (START_NS + 4 * DAY_NS, clock.now_ns, 10**9, None),
    ]
    before = frames(tmp_path, asked)
    shelf = shelf_of(tmp_path, clock, block_rows=block_rows)
    for keep_days in (4, 3, 1):
        border = drop_raw(shelf, keep_days * DAY_NS)
        assert border == clock.now_ns - keep_days * DAY_NS
        for got, wanted in zip(frames(tmp_path, asked), before, strict=True):
            alike(got, wanted)
    assert min(one.segment.max_ns for one in listed(shelf) if one.level != 4) > border
    assert drop_raw(shelf, DAY_NS) is None
    shelf.base.close()


def test_what_a_tag_showed_before_the_border_is_known_after_it(tmp_path: Path) -> None:
    clock = Clock()
    some_days(tmp_path, clock, 3)
    with open_store(tmp_path) as store:
        last, shown = store.last(TAGS), store.asof(TAGS[:3], np.array([clock.now_ns - DAY_NS // 2]))
    shelf = shelf_of(tmp_path, clock)
    drop_raw(shelf, DAY_NS)
    shelf.base.close()
    with open_store(tmp_path) as store:
        again = store.last(TAGS)
        np.testing.assert_array_equal(again.time_ns, last.time_ns)
        np.testing.assert_array_equal(again.value, last.value)
        np.testing.assert_array_equal(store.asof(TAGS[:3], np.array([clock.now_ns - DAY_NS // 2])), shown)
        assert shown[2, 0] == 7.0


def test_what_one_minute_rows_cannot_give_is_refused_with_the_border(tmp_path: Path) -> None:
    clock = Clock()
    some_days(tmp_path, clock, 3)
    shelf = shelf_of(tmp_path, clock)
    border = drop_raw(shelf, DAY_NS)
    shelf.base.close()
    assert border is not None
    until = "samples up to 2024-10-06T00:00:00Z are kept as one-minute rows only.*or begin at 2024-10-06T00:00:00Z"
    t0, t1 = START_NS + DAY_NS, clock.now_ns
    with open_store(tmp_path) as store:
        with pytest.raises(BadInput, match=until):
            store.raw(["a.p"], border - 1, t1)
        with pytest.raises(BadInput, match=until):
            store.asof(["a.p"], np.array([border - 1]))
        for wrong in (
            {"step_ns": 90 * 10**9},
            {"t0_ns": t0 + 1},
            {"quality": Quality.USABLE},
            {"known_at_ns": t1},
            {"settle_ns": 10**9},
        ):
            asked: dict[str, Any] = {"t0_ns": t0, "t1_ns": t1, "step_ns": MINUTE_NS, **wrong}
            with pytest.raises(BadInput, match=until):
                store.frame(["a.p"], **asked)
        assert len(store.raw(["a.p"], border, t1))


def test_a_minute_once_rolled_up_stays_and_older_history_may_still_come(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as store:
        (p,) = store.writer.tag_ids([TagRow(0, "a.p")])
        append(store, Samples.of([p, p], [START_NS + 1, START_NS + 2], [1.0, 2.0]))
        clock.now_ns += 2 * DAY_NS
        append(store, Samples.of([p], [clock.now_ns - 1], [3.0]))
        store.writer.seal()
    shelf = shelf_of(tmp_path, clock)
    assert drop_raw(shelf, DAY_NS) == START_NS + DAY_NS
    late = [START_NS - 5 * MINUTE_NS, START_NS + 3]  # a minute that nobody knew, and one that is rolled up
    rows = TagMajor(*map(np.array, ([0, 2], late, [5.0, 9.0], [0, 0], [clock.now_ns] * 2)))
    with shelf.base as base:
        Draft(tmp_path, [Sorted(np.array([p], np.int32), rows)], loaded=True).list_it(base)
    clock.now_ns += DAY_NS
    assert drop_raw(shelf, DAY_NS) == START_NS + 2 * DAY_NS
    with open_store(tmp_path) as store:
        frame = store.frame(["a.p"], START_NS - DAY_NS, START_NS + DAY_NS, 2 * DAY_NS, aggs=("sum", "count"))
        np.testing.assert_array_equal(frame.values[0, :, 0], [8.0, 3])
    assert [one.segment.loaded for one in listed(shelf)] == [False]  # the newest before the border came live
    shelf.base.close()


def test_one_minute_rows_are_plain_parquet(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as store:
        (p,) = store.writer.tag_ids([TagRow(0, "a.p")])
        (text,) = store.writer.tag_ids([TagRow(0, "a.recipe", "text")])
        times = [START_NS + 1, START_NS + MINUTE_NS, START_NS + MINUTE_NS + 1]
        append(store, Samples.of([p] * 3, times, [1.0, 3.0, 2.0], status=[0, 0, BAD]))
        append(store, Samples.of([text], times[:1], [np.nan], text=np.array(["강판"], dtype=object)))
        store.writer.seal()
    clock.now_ns += 3 * DAY_NS
    shelf = shelf_of(tmp_path, clock)
    drop_raw(shelf, DAY_NS)
    shelf.base.close()
    (file,) = (tmp_path / "rollup_1m").glob("*.parquet")
    first, bad, word = pq.read_table(file).to_pylist()
    assert first == {
        "tag": p, "minute_ns": START_NS + MINUTE_NS, "count": 2, "sum": 4.0, "min": 1.0, "max": 3.0, "first": 1.0,
        "last": 3.0, "last_ns": START_NS + MINUTE_NS, "status": 0, "holds": True, "first_text": None, "last_text": None,
    }  # fmt: skip
    assert (bad["count"], bad["sum"], bad["status"], bad["holds"]) == (0, None, BAD, False)
    assert (word["first_text"], word["last_text"]) == ("강판", "강판")


def test_the_writer_rolls_up_by_itself(tmp_path: Path) -> None:
    clock = Clock()
    some_days(tmp_path, clock, 3)
    with opened(tmp_path, clock, keep_raw_ns=DAY_NS) as store:
        assert len(store.raw(["a.p"], 0, clock.now_ns))
        wanted = store.frame(["a.p"], START_NS, clock.now_ns, MINUTE_NS, aggs=AGGS)
        store.writer.keeper.keep()
        alike(store.frame(["a.p"], START_NS, clock.now_ns, MINUTE_NS, aggs=AGGS), wanted)
        with pytest.raises(BadInput, match="one-minute rows"):
            store.raw(["a.p"], 0, clock.now_ns)
