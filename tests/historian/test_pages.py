import numpy as np
import pyarrow.parquet as pq
import pytest

from bobae.frames.runs import counted
from bobae.historian import segment
from bobae.historian.hot import TagMajor
from bobae.historian.pages import Pages, footer_checksum
from bobae.historian.segment import Sorted

COLUMNS = ("time_ns", "value", "status", "lag_ms")


def rows_of(tags, seed):
    """Rows as machines send them: uneven tags, decimals and full precision, clocks of any kind, bad statuses."""
    dice = np.random.default_rng(seed)
    counts = dice.integers(1, 20_000, tags)
    tag = np.repeat(np.arange(tags, dtype=np.int32), counts)
    rows = len(tag)
    time = 1_700_000_000_000_000_000 + np.concatenate(
        [np.cumsum(dice.integers(0, 10**k, n)) for k, n in zip(dice.integers(0, 18, tags), counts, strict=True)]
    )
    value = np.concatenate(
        [
            [np.round(dice.normal(size=n), 2), dice.normal(size=n), np.full(n, 3.5), np.full(n, np.nan)][k % 4]
            for k, n in enumerate(counts)
        ]
    )
    status = dice.choice([0, 0x408F0000, 0x80310000, 0xFFFFFFFF], rows, p=[0.97, 0.01, 0.01, 0.01]).astype(np.uint32)
    receipt = time // 1_000_000 * 1_000_000 + dice.integers(-500, 5_000, rows) * 1_000_000
    return Sorted(np.arange(tags, dtype=np.int32), TagMajor(counted(tag, tags - 1), time, value, status, receipt))


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_pages_give_what_any_parquet_reader_gives(tmp_path, seed, small):
    path = tmp_path / "a.parquet"
    segment.write(path, [rows_of(40, seed)], small=small)
    file, pages = pq.ParquetFile(path), Pages(path, footer_checksum(path))
    assert file.metadata.num_row_groups > 3
    for group in range(file.metadata.num_row_groups):
        time, value, status, lag = file.read_row_group(group, columns=list(COLUMNS)).columns
        np.testing.assert_array_equal(pages.whole("time_ns", group), time.to_numpy())
        np.testing.assert_array_equal(pages.values("value", group), value.to_numpy())
        np.testing.assert_array_equal(pages.whole("status", group), status.to_numpy())
        np.testing.assert_array_equal(pages.whole("lag_ms", group), lag.to_numpy())


@pytest.mark.parametrize("small", [False, True])
def test_a_damaged_file_is_an_error_or_other_numbers_and_never_a_crash(tmp_path, small):
    path = tmp_path / "a.parquet"
    segment.write(path, [rows_of(3, 1)], small=small)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    footer_crc = footer_checksum(path)
    dice, refused = np.random.default_rng(0), 0
    for _ in range(400):
        damaged = whole.copy()
        at = dice.integers(0, len(damaged), dice.integers(1, 30))
        damaged[at] = dice.integers(0, 256, len(at))
        path.write_bytes(damaged.tobytes())
        try:
            pages = Pages(path, footer_crc)
            for group in range(len(pages.first_rows) - 1):
                for name in ("time_ns", "lag_ms"):
                    pages.whole(name, group)
                pages.values("value", group)
                pages.whole("status", group)
        except OSError:
            refused += 1
    assert refused > 20


def test_a_file_cut_short_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    segment.write(path, [rows_of(3, 1)], small=False)
    footer_crc = footer_checksum(path)
    for left in (path.stat().st_size - 100, 7, 0):
        path.write_bytes(path.read_bytes()[:left])
        with pytest.raises(OSError, match=r"a\.parquet"):
            Pages(path, footer_crc)
