"""What every reader of files must keep: the same rows each time, nothing dropped, errors that name the file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bobae.core import BadInput, Dataset, Role

Cells = Mapping[str, Sequence[object]]
TABLE: Cells = {
    "time": [f"2026-03-04 06:{minute:02d}:00" for minute in range(40)],
    "pressure": [None if i == 7 else 120.5 + 0.25 * i for i in range(40)],
    "product": ["bracket" if i < 20 else "hinge" for i in range(40)],
}


class ConnectorContract:
    """Inherit it and give `read` (path -> Dataset) and `write` (cells, path without suffix -> path)."""

    @pytest.fixture
    def read(self) -> Callable[[Path], Dataset]:
        """Reads one file."""
        raise NotImplementedError("give the fixture `read` in your test class")

    @pytest.fixture
    def write(self) -> Callable[[Cells, Path], Path]:
        """Writes columns of cells as a file of this kind; None is a missing value."""
        raise NotImplementedError("give the fixture `write` in your test class")

    @pytest.fixture
    def written(self, write: Callable[[Cells, Path], Path], tmp_path: Path) -> Path:
        """A small good file."""
        return write(TABLE, tmp_path / "good")

    def test_every_row_and_column_arrives(self, read: Callable[[Path], Dataset], written: Path) -> None:
        data = read(written)
        assert len(data) == 40
        assert [column.name for column in data.columns] == list(TABLE)
        assert data.values("pressure")[8] == 122.5
        assert list(data.values("product")[[0, 39]]) == ["bracket", "hinge"]

    def test_a_missing_value_is_kept_as_missing(self, read: Callable[[Path], Dataset], written: Path) -> None:
        values = read(written).values("pressure")
        assert np.flatnonzero(np.isnan(values)).tolist() == [7]

    def test_the_time_column_is_found_and_in_nanoseconds(self, read: Callable[[Path], Dataset], written: Path) -> None:
        data = read(written)
        time = data.time_ns()
        assert data.name_of(Role.TIME) == "time"
        assert time is not None
        assert (np.diff(time) == 60_000_000_000).all()

    def test_reading_again_gives_the_same_digest(self, read: Callable[[Path], Dataset], written: Path) -> None:
        assert read(written).sha256 == read(written).sha256

    def test_another_value_gives_another_digest(
        self, read: Callable[[Path], Dataset], write: Callable[[Cells, Path], Path], written: Path, tmp_path: Path
    ) -> None:
        other = dict(TABLE) | {"pressure": [*TABLE["pressure"][:-1], 999.0]}
        assert read(write(other, tmp_path / "other")).sha256 != read(written).sha256

    def test_a_file_that_is_not_there_is_named(self, read: Callable[[Path], Dataset], written: Path) -> None:
        gone = written.with_name("gone" + written.suffix)
        with pytest.raises(BadInput, match="gone"):
            read(gone)

    def test_an_empty_file_is_named(self, read: Callable[[Path], Dataset], written: Path) -> None:
        written.write_bytes(b"")
        with pytest.raises(BadInput, match="good"):
            read(written)

    def test_a_file_of_noise_is_refused_by_name(self, read: Callable[[Path], Dataset], written: Path) -> None:
        written.write_bytes(np.random.default_rng(0).bytes(5_000))
        with pytest.raises(BadInput, match="good"):
            read(written)

    def test_a_damaged_file_is_refused_or_read_as_far_as_it_goes(
        self, read: Callable[[Path], Dataset], written: Path
    ) -> None:
        whole = written.read_bytes()
        written.write_bytes(whole[: len(whole) // 2])
        rows, refusal = _rows_or_refusal(read, written)
        assert 0 < rows < 40 or "good" in refusal


def _rows_or_refusal(read: Callable[[Path], Dataset], path: Path) -> tuple[int, str]:
    try:
        return len(read(path)), ""
    except BadInput as error:
        return 0, str(error)
