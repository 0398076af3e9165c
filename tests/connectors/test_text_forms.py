"""Text tables in every encoding, delimiter and shape of header are read without being asked about it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.connectors import files
from bobae.core import BadInput, Dataset, Kind, Role

Read = Callable[..., Dataset]

ROWS = [("2026-01-01 00:00:00", "25.5", "3", "가동"), ("2026-01-01 00:00:10", "25.75", "4", "정지")] * 8
KOREAN = "시각,온도(℃),압력 [bar],상태\n" + "".join(",".join(row) + "\n" for row in ROWS)


def codes(data: Dataset) -> set[str]:
    return {finding.code for finding in data.findings}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-16-le", "utf-16-be"])
def test_korean_letters_survive_any_usual_encoding(read: Read, encoding: str) -> None:
    data = read(KOREAN.replace("℃", "C"), encoding=encoding)
    assert [c.name for c in data.columns] == ["시각", "온도", "압력", "상태"]
    assert data.values("온도")[:2].tolist() == [25.5, 25.75]
    assert data.name_of(Role.TIME) == "시각"


def test_an_encoding_that_is_not_utf8_is_told(read: Read) -> None:
    assert "encoding" in codes(read(KOREAN, encoding="cp949"))
    assert "encoding" not in codes(read(KOREAN))


def test_a_western_degree_sign_is_not_taken_for_a_korean_syllable(read: Read) -> None:
    data = read("Temp [°C];Länge [µm]\n1,5;2\n2,5;3\n3,5;4\n", encoding="cp1252")
    assert [(c.name, c.unit) for c in data.columns] == [("Temp", "Cel"), ("Länge", "um")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "   "])
def test_the_delimiter_is_found(read: Read, delimiter: str) -> None:
    lines = [delimiter.join(("a", "b", "c"))] + [delimiter.join((str(i), f"{i}.5", "-2")) for i in range(9)]
    data = read("\n".join(lines))
    assert [c.name for c in data.columns] == ["a", "b", "c"]
    assert data.values("b").tolist() == [i + 0.5 for i in range(9)]


@pytest.mark.parametrize("name", ["data.dat", "data.txt", "data.xls", "data"])
def test_the_ending_of_a_text_file_does_not_matter(read: Read, name: str) -> None:
    assert len(read(KOREAN, name=name)) == 16


def test_a_gzipped_text_is_unpacked(read: Read) -> None:
    assert len(read(gzip.compress(KOREAN.encode()), name="data.csv.gz")) == 16


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(read: Read, newline: str) -> None:
    assert read(KOREAN.replace("\n", newline)).values("압력").tolist() == [3.0, 4.0] * 8


def test_decimal_commas_are_told_and_read(read: Read) -> None:
    data = read("t;x;y\n" + "".join(f"{i};{i},25;1.234,5\n" for i in range(20)))
    assert data.values("x")[3] == 3.25
    assert data.values("y")[0] == 1234.5
    assert "decimal_comma" in codes(data)


def test_decimal_commas_inside_quotes(read: Read) -> None:
    data = read("a,b\n" + "".join(f'"{i},5","{i}"\n' for i in range(20)))
    assert data.values("a")[2] == 2.5


def test_a_file_without_header_gets_invented_names(read: Read) -> None:
    data = read("1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    assert [c.name for c in data.columns] == ["col_01", "col_02", "col_03"]
    assert len(data) == 4
    assert "no_header" in codes(data)


def test_titles_and_comments_above_the_header_are_left_out_and_told(read: Read) -> None:
    head = "# made by logger 7\n# version 2\nLine 3 report\nExported,2026-01-02\n\ntime,temp,speed,load\n"
    data = read(head + "".join(f"2026-01-01 00:00:{i:02d},{i},5,7\n" for i in range(30)))
    assert [c.name for c in data.columns] == ["time", "temp", "speed", "load"]
    assert len(data) == 30
    assert data.values("temp").tolist() == list(range(30))
    assert "title_lines" in codes(data)


def test_comment_lines_between_rows_are_left_out(read: Read) -> None:
    data = read("a,b\n#, start\n1,2\n2,3\n# stopped, by hand\n3,4\n4,5\n")
    assert data.values("a").tolist() == [1, 2, 3, 4]


def test_stacked_headers_are_joined_and_a_unit_row_is_understood(read: Read) -> None:
    data = read(",Zone 1,,Zone 2,\nTime,Temp,Press,Temp,Press\ns,°C,bar,°C,bar\n" + "0,1,2,3,4\n1,1,2,3,4\n2,1,2,3,5\n")
    assert [c.name for c in data.columns] == ["Time", "Zone 1 Temp", "Zone 1 Press", "Zone 2 Temp", "Zone 2 Press"]
    assert [c.unit for c in data.columns[1:]] == ["Cel", "bar", "Cel", "bar"]
    assert len(data) == 3


def test_numbers_as_headers_are_told_from_data(read: Read) -> None:
    waves = ",".join(["id", *(str(600 + 2 * i) for i in range(12))])
    rows = "".join(f"{i}," + ",".join(str((i * 7 + j * 5) % 11) for j in range(12)) + "\n" for i in range(6))
    data = read(waves + "\n" + rows)
    assert data.columns[1].name == "600"
    assert len(data) == 6


def test_names_given_twice_are_numbered_and_told(read: Read) -> None:
    data = read("temp,temp,temp\n1,2,3\n4,5,6\n")
    assert [c.name for c in data.columns] == ["temp", "temp_2", "temp_3"]
    assert "duplicate_names" in codes(data)


def test_the_unit_stays_in_names_that_would_be_equal_without_it(read: Read) -> None:
    data = read("P [bar],P [kPa]\n1,100\n2,200\n")
    assert [(c.name, c.unit) for c in data.columns] == [("P [bar]", "bar"), ("P [kPa]", "kPa")]


def test_trailing_empty_columns_are_empty_not_data(read: Read) -> None:
    data = read("a,b,,\n1,2,,\n3,4,,\n5,6,,\n")
    assert [(c.kind, c.role) for c in data.columns[2:]] == [(Kind.EMPTY, Role.IGNORED)] * 2


def test_an_unnamed_first_column_that_counts_rows_is_ignored(read: Read) -> None:
    data = read(",x\n" + "".join(f"{i},{i % 5}.5\n" for i in range(20)))
    assert data.column("index").role is Role.IGNORED
    assert data.column("x").role is Role.FEATURE


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks(read: Read) -> None:
    data = read('id,note,x\n1,"a, b",2\n2,"say ""hi""\nand go",3\n3,plain,4\n')
    assert data.values("note").tolist() == ["a, b", 'say "hi"\nand go', "plain"]
    assert data.values("x").tolist() == [2, 3, 4]


def test_short_rows_are_filled_up_and_told_with_their_line(read: Read) -> None:
    data = read("a,b,c\n1,2,3\n4,5\n7,8,9\n1,2,3\n")
    assert len(data) == 4
    assert np.isnan(data.values("c")[1])
    finding = next(f for f in data.findings if f.code == "short_rows")
    assert (finding.rows, finding.text.values["lines"]) == (1, "3")


def test_long_rows_are_left_out_and_told_unless_the_surplus_is_empty(read: Read) -> None:
    data = read("a,b\n1,2\n3,4,\n5,6,7\n8,9\n10,11\n")
    assert data.values("a").tolist() == [1, 3, 8, 10]
    finding = next(f for f in data.findings if f.code == "long_rows")
    assert (finding.rows, finding.text.values["lines"]) == (1, "4")


def test_a_file_cut_in_the_middle_of_a_row_loses_that_row_only(read: Read) -> None:
    data = read("a,b,c\n1,2,3\n4,5,6\n7,8,9\n7,8")
    assert len(data) == 3
    assert "cut_off" in codes(data)


def test_a_text_that_turns_ragged_far_below_the_sample_is_still_read(read: Read) -> None:
    lines = [f"{i},{i + 0.5},ok" for i in range(150_000)]
    lines[120_000] = "120000,oops,ok"
    lines[130_000] = "130000"
    data = read("a,b,c\n" + "\n".join(lines) + "\n")
    assert len(data) == 150_000
    assert np.flatnonzero(np.isnan(data.values("b"))).tolist() == [120_000, 130_000]
    bad = next(f for f in data.findings if f.code == "bad_values")
    assert (bad.columns, bad.rows) == (("b",), 1)
    assert "120002" in str(bad.text)


def test_a_column_that_turns_to_text_far_below_the_sample_is_read_again_as_text(read: Read) -> None:
    lines = [f"{i},{i if i < 60_000 or i > 140_000 else f'lot-{i % 7}'}" for i in range(150_000)]
    data = read("a,b\n" + "\n".join(lines) + "\n")
    assert data.column("b").kind in (Kind.CATEGORY, Kind.TEXT)
    assert data.values("b")[[5, 100_000]].tolist() == ["5", "lot-5"]


def test_bytes_that_are_no_letters_are_marked_not_fatal(read: Read) -> None:
    lines = b"".join(b"%d,run\n" % i for i in range(150_000))
    at = lines.index(b"\n", len(lines) * 2 // 3) + 1
    data = read(b"a,b\n" + lines[:at] + b"-1,r\xff\xfen\n" + lines[at:])
    assert len(data) == 150_001
    assert "broken_letters" in codes(data)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"   \n\n", "is empty"),
        (b"a,b,c\n", "no rows"),
        (bytes(range(256)) * 40, "not text, Excel or Parquet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        (b'{"a": [1, 2]}', "JSON"),
        (b"[{}]", "JSON"),
        (b"<html><table></table></html>", "web page"),
        (b"PK\x03\x04" + b"arrays.npy" + bytes(99), "numpy arrays"),
        (b"PK\x03\x04" + b"report.csv" + bytes(99), "archive"),
        (b"\x1f\x8b" + b"broken", "broken .gz"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"This is a letter.\nIt has lines of many words, and\nno table is in it at all.\nRegards\n" * 3, "no table"),
        (b",".join(b"%d" % i for i in range(200_000)) + b"\n" + b"1\n", "columns"),
        (b"3 2\n0 5 1 7\n1 4 0 3\n0 6 1 2\n", "scheduling problem of 3 jobs on 2 machines"),
        (b"0 0 1 2 1 1 1 2 0 0\n" * 12, "map of 12 by 10"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(write: Callable[..., Path], content: bytes, says: str) -> None:
    path = write(content, "thing.csv")
    with pytest.raises(BadInput) as refusal:
        files.read([path])
    assert says in str(refusal.value)
    assert "thing.csv" in str(refusal.value)


def test_a_header_that_stands_again_between_the_rows_is_left_out_and_told(read: Read) -> None:
    data = read("a,b\n1,2\n3,4\na,b\n5,6\n7,8\n")
    assert data.values("a").tolist() == [1, 3, 5, 7]
    assert next(f for f in data.findings if f.code == "repeated_header").rows == 1
