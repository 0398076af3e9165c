"""CSV, Excel and Parquet files keep what every reader of files promises."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from bobae.connectors import files
from bobae.core import Dataset
from bobae.testing import ConnectorContract
from bobae.testing.connector import Cells


def read_one(path: Path) -> Dataset:
    return files.read([path])


class TestCsv(ConnectorContract):
    @pytest.fixture
    def read(self) -> Callable[[Path], Dataset]:
        return read_one

    @pytest.fixture
    def write(self) -> Callable[[Cells, Path], Path]:
        def written(cells: Cells, path: Path) -> Path:
            pacsv.write_csv(pa.table(dict(cells)), path.with_suffix(".csv"))
            return path.with_suffix(".csv")

        return written


class TestExcel(ConnectorContract):
    @pytest.fixture
    def read(self) -> Callable[[Path], Dataset]:
        return read_one

    @pytest.fixture
    def write(self) -> Callable[[Cells, Path], Path]:
        def written(cells: Cells, path: Path) -> Path:
            book = openpyxl.Workbook()
            for row in (list(cells), *zip(*cells.values(), strict=True)):
                book.active.append(list(row))
            book.save(path.with_suffix(".xlsx"))
            return path.with_suffix(".xlsx")

        return written


class TestParquet(ConnectorContract):
    @pytest.fixture
    def read(self) -> Callable[[Path], Dataset]:
        return read_one

    @pytest.fixture
    def write(self) -> Callable[[Cells, Path], Path]:
        def written(cells: Cells, path: Path) -> Path:
            pq.write_table(pa.table(dict(cells)), path.with_suffix(".parquet"))
            return path.with_suffix(".parquet")

        return written
