"""Workbooks and Parquet files give the same dataset as the text they stand for."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bobae.connectors import files
from bobae.core import BadInput, Dataset, Kind, Role

START = dt.datetime(2026, 1, 1, 6)  # noqa: DTZ001 - Excel knows no zones


def book(path: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> Path:
    work = openpyxl.Workbook()
    work.remove(work.active)
    for name, rows in sheets.items():
        sheet = work.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        work.worksheets[0].merge_cells(cells)
    work.save(path)
    return path


def log(n: int = 12) -> list[list[Any]]:
    return [[START + dt.timedelta(minutes=i), 20.5 + i, 3, "A" if i % 2 else "B"] for i in range(n)]


def test_a_plain_sheet(tmp_path: Path) -> None:
    data = files.read([book(tmp_path / "a.xlsx", {"s": [["time", "temp [°C]", "count", "product"], *log()]})])
    assert [c.kind for c in data.columns] == [Kind.TIME, Kind.NUMBER, Kind.NUMBER, Kind.CATEGORY]
    assert data.column("temp").unit == "Cel"
    assert data.values("temp").tolist() == [20.5 + i for i in range(12)]
    assert np.diff(np.asarray(data.time_ns())).tolist() == [60 * 10**9] * 11


def test_merged_headers_under_a_title_with_a_unit_row(tmp_path: Path) -> None:
    head = [
        ["2호기 일일 운전 일지", None, None, None, None, None],
        [None] * 6,
        ["일시", "유압", None, "온도", None, "비고"],
        [None, "압력", "유량", "입구", "출구", None],
        [None, "bar", "L/min", "℃", "℃", None],
    ]
    rows = [[START + dt.timedelta(minutes=i), 100 + i, 30, 40, 50.5, None] for i in range(8)]
    path = book(tmp_path / "log.xlsx", {"1월": head + rows}, ("A1:F1", "A3:A4", "B3:C3", "D3:E3", "F3:F4"))
    data = files.read([path])
    assert [c.name for c in data.columns] == ["일시", "유압 압력", "유압 유량", "온도 입구", "온도 출구", "비고"]
    assert [c.unit for c in data.columns] == [None, "bar", "L/min", "Cel", "Cel", None]
    assert len(data) == 8
    assert data.name_of(Role.TIME) == "일시"
    assert "title_lines" in {f.code for f in data.findings}


def test_a_table_that_does_not_begin_in_the_corner(tmp_path: Path) -> None:
    rows = [[None] * 4, [None, None, "t", "x"], *([None, None, i, i * 2.5] for i in range(6))]
    data = files.read([book(tmp_path / "a.xlsx", {"s": rows})])
    assert [c.name for c in data.columns] == ["t", "x"]
    assert data.values("x").tolist() == [i * 2.5 for i in range(6)]


def test_the_sheet_with_the_measurements_is_read_and_told(tmp_path: Path) -> None:
    cover = [["Report"], ["made by", "Kim"]]
    path = book(tmp_path / "a.xlsx", {"cover": cover, "data": [["time", "a", "b", "c"], *log()]})
    data = files.read([path])
    assert len(data) == 12
    finding = next(f for f in data.findings if f.code == "sheet")
    assert (finding.text.values["sheet"], finding.text.values["others"]) == ("data", "cover")


def test_excel_errors_and_texts_among_numbers(tmp_path: Path) -> None:
    rows = [["t", "x"], *([i, float(i)] for i in range(20)), [20, "#N/A"], [21, "fault"], [22, None]]
    data = files.read([book(tmp_path / "a.xlsx", {"s": rows})])
    assert np.flatnonzero(np.isnan(data.values("x"))).tolist() == [20, 21, 22]
    finding = next(f for f in data.findings if f.code == "bad_values")
    assert (finding.rows, "a.xlsx:23" in str(finding.text)) == (1, True)


def test_excel_dates_and_clocks_in_two_columns_are_joined(tmp_path: Path) -> None:
    rows = [["date", "time", "x"], *([START.date(), dt.time(6, i), i * 1.5] for i in range(10))]
    data = files.read([book(tmp_path / "a.xlsx", {"s": rows})])
    assert data.name_of(Role.TIME) == "date time"
    assert np.diff(np.asarray(data.time_ns())).tolist() == [60 * 10**9] * 9


def test_a_locked_or_broken_workbook_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(BadInput, match=r"broken\.xls"):
        files.read([write(b"\xd0\xcf\x11\xe0" + bytes(4000), "broken.xls")])


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no sheet"):
        files.read([book(tmp_path / "a.xlsx", {"s": []})])
    with pytest.raises(BadInput, match="no rows"):
        files.read([book(tmp_path / "b.xlsx", {"s": [["a", "b", "c"]]})])


def parquet(path: Path, **columns: pa.Array) -> Dataset:
    pq.write_table(pa.table(columns), path)
    return files.read([path])


def test_parquet_types_are_taken_as_they_are(tmp_path: Path) -> None:
    times = pa.array([START + dt.timedelta(seconds=i) for i in range(20)], pa.timestamp("ms", "Asia/Seoul"))
    data = parquet(
        tmp_path / "a.parquet",
        t=times,
        x=pa.array(range(20), pa.int32()),
        ok=pa.array([True, False] * 10),
        product=pa.array(["A", "B"] * 10).dictionary_encode(),
        flow=pa.array([None] + [1.5] * 19, pa.float32()),
        bits=pa.array([[1, 2]] * 20),
    )
    assert [c.kind for c in data.columns] == [Kind.TIME, Kind.NUMBER, Kind.FLAG, Kind.CATEGORY, Kind.NUMBER]
    assert np.asarray(data.time_ns())[0] == int(START.replace(tzinfo=dt.UTC).timestamp()) * 10**9
    assert np.isnan(data.values("flow")[0])
    assert next(f for f in data.findings if f.code == "nested_columns").columns == ("bits",)


def test_parquet_nanosecond_counts_are_exact_times(tmp_path: Path) -> None:
    ns = [1_700_000_000_000_000_001 + i for i in range(20)]
    data = parquet(tmp_path / "a.parquet", timestamp=pa.array(ns), x=pa.array([1.5] * 20))
    assert np.asarray(data.time_ns()).tolist() == ns


def test_a_broken_parquet_file_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(BadInput, match="damaged"):
        files.read([write(b"PAR1" + bytes(500), "a.parquet")])


def test_a_parquet_date_beyond_all_clocks_is_missing_and_told(tmp_path: Path) -> None:
    never = dt.datetime(9999, 12, 31)  # noqa: DTZ001 - what such files hold
    times = [START + dt.timedelta(seconds=i) for i in range(30)] + [never]
    data = parquet(tmp_path / "a.parquet", t=pa.array(times, pa.timestamp("us")), x=pa.array([1.5] * 31))
    assert data.table.column("t").null_count == 1
    assert next(f for f in data.findings if f.code == "bad_values").rows == 1
