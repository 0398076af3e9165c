"""Whatever was appended, sealed, merged or loaded, and in which order: a store answers as plain lists would."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bobae.core import BadInput, Cut, Gap, Kind, Quality, Refused, Samples, TagRow, UnknownName
from bobae.historian import Store, open_store
from bobae.historian.database import changing, connect
from bobae.historian.hot import TagMajor
from bobae.historian.segment import Sorted
from bobae.historian.segments import DAY_NS, Draft

MS = 1_000_000
BAD = 1 << 31
AGGS = ("last", "mean", "min", "count", "first")
TAGS = [f"line1/press.t{i}" for i in range(4)]


class Clock:
    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns


class Plain:
    """The same samples in a plain list: (tag, time, value, status, receipt, loaded)."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, float, int, int, bool]] = []

    def latest(
        self, tag: int, until_ns: int, *, known: int | None, settled: int | None
    ) -> dict[int, tuple[float, int]]:
        best = {}
        for at, time, value, status, receipt, loaded in self.rows:
            timely = loaded or settled is None or receipt <= settled
            if at == tag and time <= until_ns and (known is None or receipt <= known) and timely:
                best[time] = (value, status)
        return best

    def row(self, tag: int, end: int, step: int, known: int | None, settle: int | None) -> list[float]:
        best = self.latest(tag, end, known=known, settled=None if settle is None else end + settle)
        last, status = best[max(best)] if best else (np.nan, 0)
        good = [best[t][0] for t in sorted(best) if t > end - step and best[t][1] == 0]
        if not good:
            return [last if status == 0 else np.nan, np.nan, np.nan, 0, np.nan]
        return [last if status == 0 else np.nan, sum(good) / len(good), min(good), len(good), good[0]]


class Twin:
    """A store and the plain list, given the same."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.rng, self.plain = root, np.random.default_rng(seed), Plain()
        self.clock = Clock(20_000 * DAY_NS - 120 * MS)  # midnight is near
        self.store = self.opened()
        self.store.writer.tag_ids([TagRow(0, path) for path in TAGS])
        self.reader = open_store(root)

    def opened(self) -> Store:
        return open_store(self.root, write=True, clock=self.clock, commit_s=0.001)

    def close(self) -> None:
        self.store.close()
        self.reader.close()

    def some(self) -> Samples:
        n = int(self.rng.integers(1, 30))
        self.clock.now_ns += int(self.rng.integers(1, 5)) * MS
        time = (self.clock.now_ns // MS - self.rng.integers(0, 40, n)) * MS
        status = self.rng.choice([0, 0, 0, BAD], n)
        receipt = np.full(n, self.clock.now_ns)
        return Samples.of(
            self.rng.integers(0, len(TAGS), n), time, self.rng.normal(size=n), status=status, receipt_ns=receipt
        )

    def append(self) -> None:
        samples = self.some()
        self.store.writer.append(samples).durable.result()
        self.note(samples, loaded=False)

    def load(self) -> None:
        self.store.writer.seal()  # what is loaded then is newer than all in the log
        samples = self.some()
        order = np.lexsort((samples.time_ns, samples.tag))
        samples = samples.rows(order)
        tags, counts = np.unique(samples.tag, return_counts=True)
        start = np.concatenate([[0], np.cumsum(counts)])
        assert samples.receipt_ns is not None
        rows = TagMajor(start, samples.time_ns, samples.value, samples.status, samples.receipt_ns)
        draft = Draft(self.root, [Sorted(tags.astype(np.int32), rows)], loaded=True)
        base = connect(self.root, write=True)
        with changing(base):
            draft.list_it(base)
        base.close()
        self.note(samples, loaded=True)

    def note(self, samples: Samples, *, loaded: bool) -> None:
        assert samples.receipt_ns is not None
        columns = (samples.tag, samples.time_ns, samples.value, samples.status, samples.receipt_ns)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        self.plain.rows += [(*row, loaded) for row in rows]

    def restart(self) -> None:
        self.store.close()
        self.store = self.opened()

    def act(self) -> None:
        acts = (
            [self.append] * 10
            + [self.store.writer.seal] * 3
            + [self.load, self.restart]
            + [lambda: self.store.writer.keeper.keep(fan_in=int(self.rng.integers(2, 5)))] * 2
        )
        acts[int(self.rng.integers(0, len(acts)))]()

    def compare(self, store: Store) -> None:
        names = [TAGS[i] for i in self.rng.permutation(len(TAGS))]
        back = int(self.rng.integers(4, 60))
        t1 = self.clock.now_ns + int(self.rng.integers(-30, 5)) * MS
        t0 = t1 - back * MS
        known = None if self.rng.random() < 0.5 else self.clock.now_ns - int(self.rng.integers(0, 20)) * MS
        settle = None if self.rng.random() < 0.5 else int(self.rng.integers(0, 20)) * MS
        self.compare_raw(store, names, t0, t1, known)
        frame = store.frame(names, t0, t1, 3 * MS, aggs=AGGS, known_at_ns=known, settle_ns=settle)
        for name, values in zip(names, frame.values, strict=True):
            wanted = [self.plain.row(TAGS.index(name), t, 3 * MS, known, settle) for t in frame.time_ns.tolist()]
            np.testing.assert_array_equal(values.T, wanted, err_msg=f"{name}, known {known}, settle {settle}")
        times = self.rng.integers(t0, t1, 7)
        shown = store.asof(names, times)
        for name, values in zip(names, shown, strict=True):
            wanted_now = [self.plain.row(TAGS.index(name), t, 1, None, None)[0] for t in times.tolist()]
            np.testing.assert_array_equal(values, wanted_now)
        newest = store.last(names)
        for tag, time, value in zip(newest.tag.tolist(), newest.time_ns.tolist(), newest.value.tolist(), strict=True):
            best = self.plain.latest(tag, 1 << 62, known=None, settled=None)
            assert (time, value) == (max(best), best[max(best)][0])
        assert len(newest) == len({row[0] for row in self.plain.rows})

    def compare_raw(self, store: Store, names: list[str], t0: int, t1: int, known: int | None) -> None:
        got = store.raw(names, t0, t1, known_at_ns=known)
        assert got.receipt_ns is not None
        best = {(r[0], r[1]): r[:5] for r in self.plain.rows if t0 < r[1] <= t1 and (known is None or r[4] <= known)}
        columns = (got.tag, got.time_ns, got.value, got.status, got.receipt_ns)
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        assert rows == sorted(rows, key=lambda row: (names.index(TAGS[row[0]]), row[1]))
        assert sorted(rows) == sorted(best.values())


@pytest.mark.parametrize("seed", range(8))
def test_a_store_answers_as_plain_lists_would(seed: int, tmp_path: Path) -> None:
    twin = Twin(tmp_path, seed)
    for _ in range(20):
        twin.act()
        twin.compare(twin.store)
        twin.compare(twin.reader)
    assert twin.plain.rows, "nothing was appended: nothing was compared"
    twin.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "kept", write=True, clock=Clock(10**12), commit_s=0.001) as opened:
        yield opened


def kept(store: Store, path: str, times: list[int], values: list[float], **more: object) -> None:
    (tag,) = store.writer.tag_ids([TagRow(0, path)])
    store.writer.append(Samples.of([tag] * len(times), times, values, **more)).durable.result()  # type: ignore[arg-type]


def test_texts_and_flags_come_back_as_they_were_sealed_or_not(store: Store) -> None:
    text, flag = store.writer.tag_ids([TagRow(0, "a.recipe", "text"), TagRow(0, "a.open", "flag")])
    words = np.array(["강판 A", "B", None, None, "강판 A"], dtype=object)
    values = [np.nan, np.nan, 1.0, 0.0, np.nan]
    samples = Samples.of([text, text, flag, flag, text], [10, 20, 20, 30, 40], values, text=words)
    store.writer.append(samples).durable.result()
    for _ in ("in the log", "in a segment"):
        back = store.raw(["a.recipe", "a.open"], 0, 100)
        assert back.text is not None
        assert back.text.tolist() == ["강판 A", "B", "강판 A", None, None]
        np.testing.assert_array_equal(back.value, [np.nan, np.nan, np.nan, 1.0, 0.0])
        frame = store.frame(["a.recipe"], 0, 30, 10)
        assert [frame.texts[int(number)] for number in frame.values[0, 0]] == ["강판 A", "B", "B"]
        assert [row.kind for row in store.tags()] == ["text", "flag"]
        store.writer.seal()
    with pytest.raises(BadInput, match=r"a\.recipe is a text"):
        store.frame(["a.recipe"], 0, 30, 10, aggs=("mean",))


def test_a_text_survives_merging_and_a_restart(tmp_path: Path) -> None:
    for number, word in enumerate(["eins", "둘", "three", "eins"]):
        with open_store(tmp_path, write=True, clock=Clock(10**12), commit_s=0.001) as store:
            (tag,) = store.writer.tag_ids([TagRow(0, "a.recipe", "text")])
            said = Samples.of([tag], [number + 1], [np.nan], text=np.array([word], dtype=object))
            store.writer.append(said).durable.result()
            store.writer.seal()
            store.writer.keeper.keep(fan_in=3)
    with open_store(tmp_path) as reader:
        back = reader.raw(["a.recipe"], 0, 100).text
        assert back is not None
        assert back.tolist() == ["eins", "둘", "three", "eins"]
    (merged, _) = sorted(
        (tmp_path / "segments").rglob("*.parquet"), key=lambda p: -pa.parquet.read_metadata(p).num_rows
    )[:2]
    assert pa.parquet.read_table(merged)["text"].to_pylist() == ["eins", "둘", "three"]


def test_a_bad_sample_ends_what_is_carried_on_and_an_old_value_is_too_old(store: Store) -> None:
    kept(store, "a.p", [10, 40], [1.0, np.nan], status=[0, BAD])
    frame = store.frame(["a.p"], 0, 50, 10, aggs=("last", "count"), max_age_ns=15)
    np.testing.assert_array_equal(frame.values[0], [[1, 1, np.nan, np.nan, np.nan], [1, 0, 0, 0, 0]])
    np.testing.assert_array_equal(store.frame(["a.p"], 0, 50, 10).values[0, 0], [1, 1, 1, np.nan, np.nan])
    np.testing.assert_array_equal(store.asof(["a.p"], np.array([45, 9, 39])), [[np.nan, np.nan, 1.0]])
    np.testing.assert_array_equal(store.asof(["a.p"], np.array([30]), max_age_ns=5), [[np.nan]])


def test_uncertain_samples_count_where_they_may(store: Store) -> None:
    kept(store, "a.p", [10, 20], [1.0, 2.0], status=[0, 1 << 30])
    assert store.frame(["a.p"], 0, 20, 20, aggs=("count",)).values.item() == 1
    assert store.frame(["a.p"], 0, 20, 20, aggs=("count",), quality=Quality.USABLE).values.item() == 2


def test_a_window_is_the_last_rows_of_a_frame(store: Store) -> None:
    kept(store, "a.p", [5, 15, 25], [1.0, 2.0, 3.0], receipt_ns=[5, 15, 999])
    kept(store, "a.q", [12], [7.0], receipt_ns=[12])
    expected = [[1.0, np.nan], [2.0, 7.0], [2.0, 7.0]]  # the third sample came too late to be seen live
    np.testing.assert_array_equal(store.window(["a.p", "a.q"], 3, 10, 30, settle_ns=100), expected)


def test_a_cut_on_a_grid_has_a_column_a_tag_and_the_rows_of_each_asset_with_a_value(store: Store) -> None:
    kept(store, "l/p1.oil", [10, 20], [1.0, 2.0])
    kept(store, "l/p2.oil", [20], [5.0])
    dataset = store.cut(Cut(("l/p1.oil", "l/p2.oil"), 0, 20, 10))
    assert [column.name for column in dataset.columns] == ["time", "asset", "oil"]
    assert dataset.table["asset"].to_pylist() == ["l/p1", "l/p1", "l/p2"]
    assert dataset.table["oil"].to_pylist() == [1.0, 2.0, 5.0]
    assert dataset.table["time"].cast(pa.int64()).to_pylist() == [10, 20, 20]


def test_a_cut_as_recorded_has_a_row_where_something_was_recorded(store: Store) -> None:
    text, flag = store.writer.tag_ids([TagRow(0, "a.recipe", "text"), TagRow(0, "a.open", "flag")])
    words = np.array(["A", None], dtype=object)
    store.writer.append(Samples.of([text, flag], [10, 30], [np.nan, 1.0], text=words)).durable.result()
    kept(store, "a.p", [10, 20, 30], [1.0, 2.0, 3.0], status=[0, BAD, 0])
    dataset = store.cut(Cut(("a.p", "a.recipe", "a.open"), 0, 30, None))
    assert dataset.table["p"].to_pylist() == [1.0, None, 3.0]
    assert dataset.table["recipe"].to_pylist() == ["A", None, None]
    assert dataset.table["open"].to_pylist() == [None, None, True]
    assert [column.kind for column in dataset.columns] == [Kind.TIME, Kind.NUMBER, Kind.CATEGORY, Kind.FLAG]


def test_what_cannot_be_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    kept(store, "a.pressure", [10], [1.0])
    with pytest.raises(UnknownName, match=r"nearest: a\.pressure"):
        store.raw(["a.presure"], 0, 1)
    with pytest.raises(BadInput, match="before 1970"):
        store.writer.append(Samples.of([0], [-1], [1.0]))
    with pytest.raises(BadInput, match="number 7"):
        store.writer.append(Samples.of([7], [1], [1.0]))
    with pytest.raises(BadInput, match="at least one step"):
        store.frame(["a.pressure"], 0, 5, 10)
    with pytest.raises(BadInput, match="no historian"):
        open_store(tmp_path / "nowhere")
    with open_store(store.root) as reader, pytest.raises(Refused, match="reading only"):
        _ = reader.writer


def test_a_text_that_comes_to_a_tag_of_numbers_is_kept_as_a_bad_sample(tmp_path):
    with open_store(tmp_path, write=True) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "p.a")])
        store.writer.append(Samples.of([tag], [1_000], [5.0])).durable.result()
        store.writer.append(Samples.of([tag, tag], [2_000, 3_000], [np.nan, 6.0], text=["off", None])).durable.result()
        kept = store.raw(["p.a"], 0, 9_000)
        assert kept.status.tolist() == [0, Gap.WRONG_KIND, 0]
        np.testing.assert_array_equal(kept.value, [5.0, np.nan, 6.0])
        assert store.tags()[0].kind == "number"


def test_a_tag_whose_first_value_is_a_text_is_a_text(tmp_path):
    with open_store(tmp_path, write=True) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "p.a")])
        store.writer.append(Samples.of([tag], [1_000], [np.nan], text=["run"])).durable.result()
        assert store.tags()[0].kind == "text"
        assert store.last(["p.a"]).text.tolist() == ["run"]
