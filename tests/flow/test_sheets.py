"""A workbook is the plant that the same rows as CSV files are, however its cells are formatted."""

import csv
import datetime as dt

import openpyxl
import pytest

from bobae.core import BadInput
from bobae.flow import compiled
from bobae.flow.sheets import sheets

SHOP = {
    "기계": [
        ["기계", "대수", "버퍼", "고장간격 (시간)", "수리시간 (분)", "시간당비용"],
        ["톱", 1, 10, 40, 30, 20],
        ["선반", 2, 6, 30.5, 45, 35.5],
        ["검사", 1, None, None, None, 15],
    ],
    "공정": [
        ["제품", "공정", "기계", "가공시간 (분)", "편차 (%)", "불량률 (%)", "비고"],
        ["축", "절단", "톱", 4, 10, None, "빠름"],
        ["축", "선삭", "선반", 9, 10, 1.5, None],
        ["축", "측정", "검사", 2, None, None, None],
    ],
    "투입": [["제품", "간격 (분)", "납기 (시간)"], ["축", 5.2, 4]],
    "주문": [["제품", "개수", "공정", "납기"], ["축", 3, "선삭", "2 시간"]],
    "제품": [["제품", "단가", "재료비"], ["축", 30, 8]],
}


def book(path, changes=(), above=(), merged=""):
    """The shop as a workbook: `changes` are (sheet, cell, value, number format)."""
    work = openpyxl.Workbook()
    work.remove(work.active)
    for name, rows in SHOP.items():
        sheet = work.create_sheet(name)
        for row in [*above, *rows]:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    for name, cell, value, shown in changes:
        work[name][cell] = value
        work[name][cell].number_format = shown
    work.save(path)
    return path


@pytest.fixture
def same(tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, rows in SHOP.items():
        with (folder / f"{name}.csv").open("w", encoding="cp949", newline="") as file:
            csv.writer(file).writerows(rows)
    return compiled(sheets(folder)).version


def test_a_workbook_is_the_same_plant_as_its_sheets_as_csv_files(tmp_path, same):
    production = sheets(book(tmp_path / "공장.xlsx"))
    assert compiled(production).version == same
    assert production.machines["선반"].failures[0].apart == "exponential(30.5 h)"
    assert production.routes["축"][1].scrap == 0.015
    assert production.orders[0].due == "2 h"


def test_a_title_above_the_headings_and_empty_rows_are_passed_over(tmp_path, same):
    above = [["2026년 공장", None, None], [None]]
    path = book(
        tmp_path / "공장.xlsx", [("기계", "A7", None, "General"), ("기계", "A8", "포장", "General")], above, "A1:C1"
    )
    production = sheets(path)
    assert list(production.machines) == ["톱", "선반", "검사", "포장"]
    path = book(tmp_path / "공장.xlsx", above=above, merged="A1:C1")
    assert compiled(sheets(path)).version == same


def test_names_alone_are_machines(tmp_path):
    work = openpyxl.Workbook()
    work.active.title = "machines"
    for row in (["machine"], ["saw"], ["lathe"]):
        work.active.append(row)
    routes = work.create_sheet("routes")
    for row in (["product", "machine", "time"], ["shaft", "saw", "3 min"]):
        routes.append(row)
    work.save(tmp_path / "shop.xlsx")
    assert list(sheets(tmp_path / "shop.xlsx").machines) == ["saw", "lathe"]


@pytest.mark.parametrize("shown", ["0%", "0.00%", "0.0 %;-0.0 %"])
def test_a_cell_shown_in_per_cent_is_what_it_shows(tmp_path, same, shown):
    changes = [("공정", "F3", 0.015, shown), ("공정", "E2", 0.1, shown), ("공정", "F1", "불량률 (%)", "General")]
    assert compiled(sheets(book(tmp_path / "공장.xlsx", changes))).version == same
    changes[2] = ("공정", "F1", "불량률", "General")  # without the unit in the heading, too
    assert compiled(sheets(book(tmp_path / "공장.xlsx", changes))).version == same


def test_a_cell_shown_as_a_duration_is_what_it_shows(tmp_path, same):
    changes = [
        ("기계", "D2", dt.timedelta(hours=40), "[h]:mm"),
        ("기계", "E2", dt.time(0, 30), "h:mm"),
        ("투입", "C2", dt.time(4), "h:mm"),
    ]
    assert compiled(sheets(book(tmp_path / "공장.xlsx", changes))).version == same


@pytest.mark.parametrize("date", [dt.date(2026, 11, 27), dt.datetime(2026, 11, 27, 8)])  # noqa: DTZ001
def test_a_date_is_refused_with_its_row(tmp_path, date):
    path = book(tmp_path / "공장.xlsx", [("주문", "D2", date, "yyyy-mm-dd")])
    with pytest.raises(BadInput, match="sheet 주문, row 2: a date stands where a time after the start is needed"):
        sheets(path)


def test_a_mistake_is_told_with_the_row_of_the_workbook(tmp_path):
    above = [["공장"], [None]]
    with pytest.raises(BadInput, match="sheet 공정, row 4: there is no machine '톱날'; nearest"):
        sheets(book(tmp_path / "공장.xlsx", [("공정", "C4", "톱날", "General")], above))
    with pytest.raises(BadInput, match="sheet 기계, row 2: '여섯' under buffer is no number"):
        sheets(book(tmp_path / "공장.xlsx", [("기계", "C2", "여섯", "General")]))
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(BadInput, match="is no workbook that can be read"):
        sheets(tmp_path / "broken.xlsx")
