import csv

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from bobae.connectors.files import read as read_files
from bobae.testing import ConnectorContract


def as_csv(cells, path):
    path = path.with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(cells)
        writer.writerows(zip(*cells.values(), strict=True))
    return path


def as_excel(cells, path):
    path = path.with_suffix(".xlsx")
    book = openpyxl.Workbook()
    for row in (list(cells), *zip(*cells.values(), strict=True)):
        book.active.append(row)
    book.save(path)
    return path


def as_parquet(cells, path):
    path = path.with_suffix(".parquet")
    pyarrow.parquet.write_table(pa.table({name: pa.array(values) for name, values in cells.items()}), path)
    return path


@pytest.mark.parametrize("as_file", [as_csv, as_excel, as_parquet])
class TestEveryKindOfFile(ConnectorContract):
    @pytest.fixture
    def read(self):
        return lambda path: read_files([path])

    @pytest.fixture
    def write(self, as_file):
        return as_file
