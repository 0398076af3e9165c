"""Reads a small plant from a workbook (or a folder of CSV files): a sheet for machines, for routes, for releases.

Headings are English or Korean; a unit stands in brackets behind the heading (`time (min)`, `가공시간 (분)`) or behind
the number in the cell (`3 min`). Rows above the headings (a title) are passed over; a cell that the workbook shows in
per cent, or as a duration, is taken as what it shows. What is not filled in is left at its default. A mean time between
failures and to repair becomes an exponential failure by the calendar, a variation in per cent becomes the half width of
a uniform time.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from bobae.core import BadInput, UnknownName
from bobae.flow.percent_cells import percent_cells
from bobae.flow.production import Production, production_of
from bobae.flow.times import MICROSECONDS

_SHEETS = {
    "machines": ("machines", "machine", "기계", "설비"),
    "routes": ("routes", "route", "steps", "공정", "라우팅"),
    "releases": ("releases", "release", "투입"),
    "orders": ("orders", "order", "주문", "수주"),
    "setups": ("setups", "setup", "준비", "준비교체"),
    "products": ("products", "product", "제품"),
}
_HEADINGS = {
    "name": ("name", "machine name", "이름", "기계명", "설비명"),
    "count": ("count", "number", "대수", "수량"),
    "buffer": ("buffer", "버퍼", "대기공간"),
    "rule": ("rule", "규칙", "우선순위규칙"),
    "load": ("load", "loading", "적재", "투입시간"),
    "unload": ("unload", "unloading", "하역", "배출시간"),
    "mtbf": ("mtbf", "time between failures", "평균고장간격", "고장간격"),
    "mttr": ("mttr", "time to repair", "평균수리시간", "수리시간"),
    "cost_per_hour": ("cost per hour", "시간당비용", "시간당 비용"),
    "power": ("power", "전력", "소비전력"),
    "product": ("product", "제품", "품목"),
    "step": ("step", "operation", "공정", "공정명"),
    "machines": ("machine", "machines", "기계", "설비"),
    "time": ("time", "cycle time", "가공시간", "작업시간", "시간"),
    "variation": ("variation", "spread", "편차", "변동"),
    "per": ("per", "단위", "기준"),
    "setup": ("setup", "준비", "금형"),
    "setup_time": ("setup time", "준비시간", "교체시간"),
    "scrap": ("scrap", "불량률", "폐기율"),
    "rework": ("rework", "재작업률", "재작업"),
    "rework_to": ("rework to", "재작업공정"),
    "every": ("every", "interval", "간격", "투입간격"),
    "per_day": ("per day", "lots per day", "일투입", "하루투입"),
    "pieces": ("pieces", "lot size", "개수", "로트크기"),
    "priority": ("priority", "우선순위"),
    "at": ("release", "at", "투입일"),
    "due": ("due", "납기"),
    "to": ("to", "new", "다음준비"),
    "after": ("after", "from", "이전준비"),
    "price": ("price", "단가", "판매가"),
    "material": ("material", "재료비"),
}
_UNITS = {**{unit: unit for unit in MICROSECONDS}, "분": "min", "초": "s", "시간": "h", "시": "h", "일": "d", "주": "w"}
_PER = {"개": "piece", "로트": "lot", "배치": "batch", "piece": "piece", "lot": "lot", "batch": "batch"}
_TIMES = frozenset({"load", "unload", "mtbf", "mttr", "time", "setup_time", "every", "at", "due"})
_SHARES = frozenset({"scrap", "rework"})
_TITLES = 20  # rows at the top among which the headings are looked for
_HEADING = re.compile(r"\s*(.*?)\s*(?:[(\[](.*?)[)\]])?\s*")
_WITH_UNIT = re.compile(r"\s*([0-9.]+)\s*([^\W\d]+)\s*")


@dataclass(frozen=True)
class _Row:
    sheet: str
    number: int
    values: Mapping[str, str]

    def need(self, field: str) -> str:
        """The value, which must be there."""
        if field not in self.values:
            raise BadInput(
                "sheet {sheet}, row {row}: the column {column} is empty or missing",
                sheet=self.sheet,
                row=self.number,
                column=_HEADINGS[field][0],
            )
        return self.values[field]

    def some(self, *fields: str) -> dict[str, Any]:
        """Those that are filled in, numbers as numbers."""
        found: dict[str, Any] = {}
        for field in fields:
            if field in self.values:
                text = self.values[field]
                found[field] = (
                    text
                    if field in _TIMES or field in ("setup", "rework_to", "after", "rule")
                    else self.number_in(field)
                )
        return found

    def number_in(self, field: str) -> int | float:
        """The number of a cell; a share that is written in per cent as a share."""
        text = self.values[field].replace(",", "")
        try:
            value = float(text.rstrip("% "))
        except ValueError as error:
            raise BadInput(
                "sheet {sheet}, row {row}: '{value}' under {column} is no number",
                sheet=self.sheet,
                row=self.number,
                value=self.values[field],
                column=_HEADINGS[field][0],
            ) from error
        if text.endswith("%"):
            value /= 100.0
        return int(value) if value == int(value) and field not in _SHARES else value


def sheets(place: str | Path) -> Production:
    """The plant that a workbook, or a folder of CSV files named like its sheets, describes.

    Raises:
        BadInput: a sheet, column or value is missing or wrong, with sheet and row.
    """
    tables = _tables(Path(place))
    machines = {row.need("name"): _machine(row) for row in tables.get("machines", ())}
    if not machines or "routes" not in tables:
        raise BadInput("{place} has no sheet for {what}", place=place, what="machines" if not machines else "routes")
    routes: dict[str, list[dict[str, Any]]] = {}
    for row in tables["routes"]:
        routes.setdefault(row.need("product"), []).append(_step(row, machines))
    document: dict[str, Any] = {
        "machines": machines,
        "routes": routes,
        "releases": [_release(row) for row in tables.get("releases", ())],
        "orders": [_order(row) for row in tables.get("orders", ())],
        "setups": [
            {"to": row.need("to"), "time": row.need("time"), **row.some("after")} for row in tables.get("setups", ())
        ],
    }
    if "products" in tables:
        document["products"] = {row.need("product"): row.some("price", "material") for row in tables["products"]}
    return production_of(document)


def _machine(row: _Row) -> dict[str, Any]:
    found = row.some("count", "buffer", "rule", "load", "unload", "cost_per_hour", "power")
    if "mtbf" in row.values:
        found["failures"] = [
            {"apart": f"exponential({row.need('mtbf')})", "lasts": f"exponential({row.need('mttr')})"},
        ]
    return found


def _step(row: _Row, machines: Mapping[str, Any]) -> dict[str, Any]:
    name = row.need("machines")
    if name not in machines:
        raise UnknownName.among(
            "sheet {sheet}, row {row}: there is no machine '{name}'; nearest: {nearest}",
            name=name,
            known=machines,
            sheet=row.sheet,
            row=row.number,
        )
    takes = row.need("time")
    if "variation" in row.values:
        share = float(row.number_in("variation"))
        takes += f" +- {share * 100.0 if share < 1.0 else share} %"
    found = {"machines": name, "time": takes, **row.some("setup", "setup_time", "scrap", "rework", "rework_to")}
    if "step" in row.values:
        found["name"] = row.values["step"]
    if "per" in row.values:
        found["per"] = _PER.get(row.values["per"].lower(), row.values["per"])
    return found


def _release(row: _Row) -> dict[str, Any]:
    found = {"product": row.need("product"), **row.some("pieces", "priority", "every", "due")}
    if "per_day" in row.values:
        found["every"] = f"{24.0 / float(row.number_in('per_day'))} h"
    return found


def _order(row: _Row) -> dict[str, Any]:
    found = {"product": row.need("product"), **row.some("pieces", "priority", "at", "due")}
    if "step" in row.values:
        found["step"] = row.values["step"]
    return found


def _tables(place: Path) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for title, cells in _cells(place):
        kind = next((kind for kind, names in _SHEETS.items() if title.strip().lower() in names), None)
        if kind is not None:
            found[kind] = list(_rows(title, cells))
    return found


def _cells(place: Path) -> Iterable[tuple[str, Sequence[Sequence[Any]]]]:
    if place.is_dir():
        for path in sorted(place.glob("*.csv")):
            yield path.stem, list(csv.reader(_text(path).splitlines()))
        return
    try:
        book = CalamineWorkbook.from_path(str(place))
    except (CalamineError, OSError) as error:
        raise BadInput("{place} is no workbook that can be read ({why})", place=place, why=error) from error
    shares = percent_cells(place)
    for title in book.sheet_names:
        cells = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        for row, column in shares.get(title, ()):
            if row < len(cells) and column < len(cells[row]) and isinstance(share := cells[row][column], float):
                cells[row][column] = f"{share * 100.0:.12g}%"
        yield title, cells


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp949")


def _rows(title: str, cells: Sequence[Sequence[Any]]) -> Iterable[_Row]:
    named = [[_heading(title, str(cell)) for cell in line] for line in cells[:_TITLES]]
    known = [sum(field != "" for field, _ in line) for line in named]
    at = next((i for most in (2, 1) for i, count in enumerate(known) if count >= most), None)
    if at is None:
        return
    for number, line in enumerate(cells[at + 1 :], start=at + 2):
        filled = [(*heading, cell) for heading, cell in zip(named[at], line, strict=False) if str(cell).strip() != ""]
        if any(isinstance(cell, dt.date) and field in _TIMES for field, _, cell in filled):
            raise BadInput(
                "sheet {sheet}, row {row}: a date stands where a time after the start is needed, such as 3 d or 8 h",
                sheet=title,
                row=number,
            )
        values = {field: _cell(field, unit, cell) for field, unit, cell in filled if field}
        if values:
            yield _Row(title, number, values)


def _heading(title: str, cell: str) -> tuple[str, str]:
    """The field and the unit that a heading names; ('', '') for a column that is not read."""
    name, unit = (part or "" for part in _HEADING.fullmatch(cell.replace("\n", " ")).groups())  # type: ignore[union-attr]
    first = "machines" if title.strip().lower() in _SHEETS["routes"] else "name"
    named = [field for field, names in _HEADINGS.items() if name.strip().lower() in names]
    if len(named) > 1 or name.strip().lower() in ("machine", "기계", "설비"):
        return first, unit
    return (named[0], unit) if named else ("", "")


def _cell(field: str, unit: str, cell: Any) -> str:
    """As the plant file writes it: a number under a heading with a unit gets the unit, Korean units become ours."""
    if isinstance(cell, dt.time):
        cell = dt.timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, dt.timedelta):
        return f"{cell.total_seconds():.12g} s"
    text = str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell).strip()
    if field in _TIMES:
        if (found := _WITH_UNIT.fullmatch(text)) and found[2] in _UNITS:
            return f"{found[1]} {_UNITS[found[2]]}"
        return f"{text} {_UNITS.get(unit.strip().lower(), unit)}".strip()
    return f"{text}%" if unit.strip() == "%" and not text.endswith("%") else text
