"""Cells are read as a person would read them, and what cannot be read is told."""

from collections.abc import Callable

import numpy as np
import pytest

from bobae.connectors.files import units
from bobae.core import Dataset, Kind, Role
from bobae.core.units import is_ucum

Read = Callable[..., Dataset]


def column(read: Read, cells: list[str], header: str = "x") -> Dataset:
    return read(f"n;{header}\n" + "".join(f"{i};{cell}\n" for i, cell in enumerate(cells)))


@pytest.mark.parametrize(
    "marker", ["", "NA", "N/A", "NaN", "nan", "null", "-", "--", "#N/A", "?", "결측", "#DIV/0!", " "]
)
def test_missing_markers_are_missing_values(read: Read, marker: str) -> None:
    data = column(read, ["1.5", marker, "2.5", "3.5", "4.5", "5.5"])
    assert data.column("x").kind is Kind.NUMBER
    assert np.flatnonzero(np.isnan(data.values("x"))).tolist() == [1]
    assert "bad_values" not in {f.code for f in data.findings}


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["1,234.5", "12.5", "1,234,567.5"], 1234.5),
        (["1 234.5", "12.5", "999.1"], 1234.5),
        (["1'234.5", "12.5", "999.1"], 1234.5),
        (["12.3 bar", "12.4 bar", "9 bar"], 12.3),
        (["12.3bar", "12.4bar", "9bar"], 12.3),
        (["55 %", "44 %", "100 %"], 55.0),
        (["1.5E+03", "2e-2", "1"], 1500.0),
        (["1.5D+03", "2.0D-02", "1.0D+00"], 1500.0),
        (["+1.5", "-2", ".5"], 1.5),
        (["−1.5", "2", "3"], -1.5),
        (["1,5", "2,25", "1000"], 1.5),
        (["1.234,5", "2,25", "1000"], 1234.5),
    ],
)
def test_numbers_as_people_write_them(read: Read, cells: list[str], value: float) -> None:
    data = column(read, cells * 4)
    assert data.column("x").kind is Kind.NUMBER
    assert data.values("x")[0] == value
    assert not np.isnan(data.values("x")).any()


def test_a_unit_behind_the_numbers_becomes_the_columns_unit(read: Read) -> None:
    assert column(read, ["12.3 kPa", "12.4 kPa"] * 5).column("x").unit == "kPa"


def test_a_few_texts_among_numbers_are_told_with_examples(read: Read) -> None:
    data = column(read, ["1.5"] * 30 + ["broken", "Bad Input"])
    assert np.isnan(data.values("x")[-2:]).all()
    finding = next(f for f in data.findings if f.code == "bad_values")
    assert (finding.rows, finding.columns) == (2, ("x",))
    assert "'broken'" in str(finding.text)
    assert "data.csv:32" in str(finding.text)


def test_half_texts_half_numbers_stay_texts(read: Read) -> None:
    assert column(read, ["1", "2", "a", "b"] * 5).column("x").kind is Kind.CATEGORY


@pytest.mark.parametrize(
    ("no", "yes"),
    [
        ("0", "1"), ("0.0", "1.0"), ("false", "true"), ("FALSE", "TRUE"), ("N", "Y"), ("no", "yes"), ("OK", "NG"),
        ("양품", "불량"), ("정상", "이상"), ("off", "on"), ("OFF", "ON"), ("pass", "fail"),
    ],
)  # fmt: skip
def test_flags_are_bools_and_a_fault_is_yes(read: Read, no: str, yes: str) -> None:
    data = column(read, [no, yes, no, "", no])
    assert data.column("x").kind is Kind.FLAG
    assert data.table.column("x").to_pylist() == [False, True, False, None, False]


def test_codes_with_leading_zeros_or_too_many_digits_stay_as_they_are_written(read: Read) -> None:
    assert column(read, ["0012", "0013"] * 5).values("x")[0] == "0012"
    assert column(read, ["8801234567890123456", "8801234567890123457"] * 5).values("x")[1] == "8801234567890123457"


def test_infinite_values_count_as_missing_and_are_told(read: Read) -> None:
    data = column(read, ["1.5", "2.5"] * 10 + ["inf"])
    assert np.isnan(data.values("x")[-1])
    assert {"infinite", "bad_values"} & {f.code for f in data.findings}


def test_roles_follow_what_columns_hold(read: Read) -> None:
    rows = "".join(f"2026-01-01 00:{i:02d}:00,{i}.5,A{i % 2},{i} free words {i * 7},\n" for i in range(60))
    data = read("time,x,product,note,nothing\n" + rows)
    assert [c.role for c in data.columns] == [Role.TIME, Role.FEATURE, Role.CONTEXT, Role.IGNORED, Role.IGNORED]
    assert [c.kind for c in data.columns] == [Kind.TIME, Kind.NUMBER, Kind.CATEGORY, Kind.TEXT, Kind.EMPTY]
    assert all(c.reason is not None for c in data.columns[3:])


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Temp [°C]", "Temp", "Cel"),
        ("압력(bar)", "압력", "bar"),
        ("Rotational speed [rpm]", "Rotational speed", "{rev}/min"),
        ("flow_L/min", "flow", "L/min"),
        ("Usage_kWh", "Usage", "kW.h"),
        ("속도, m/s", "속도", "m/s"),
        ("duration_s", "duration", "s"),
        ("Torque [Nm]", "Torque", "N.m"),
        ("humidity_%", "humidity", "%"),
        ("SLURRY_FLOW_LINE_A", "SLURRY_FLOW_LINE_A", None),
        ("pos_min", "pos_min", None),
        ("Status (P)", "Status (P)", None),
    ],
)
def test_units_are_taken_out_of_headers(header: str, name: str, unit: str | None) -> None:
    assert units.split(header) == (name, unit)


def test_every_unit_known_to_the_reader_is_ucum() -> None:
    spellings = ["'c", "torr", "sccm", "ton", "cycles", "kib", "dba", "knot", "Nm", "F", "gal", "kvarh"]
    assert all(is_ucum(units.ucum(spelling) or "") for spelling in spellings)
