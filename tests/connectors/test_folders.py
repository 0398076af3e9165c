"""Folders of files become one dataset, and everything left out is told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.connectors import files
from bobae.core import BadInput, Kind, Role, Text

Write = Callable[..., Path]


def table(names: str, rows: int, start: int = 0) -> str:
    width = len(names.split(","))
    return names + "\n" + "".join(",".join(f"{start + i + j}.5" for j in range(width)) + "\n" for i in range(rows))


def test_files_of_equal_columns_are_stacked_with_their_names(write: Write, tmp_path: Path) -> None:
    write(table("a,b", 3), "run2.csv")
    write(table("b,a", 4), "run10.csv")
    data = files.read([tmp_path])
    assert data.values("file").tolist() == ["run2"] * 3 + ["run10"] * 4
    assert (data.column("file").kind, data.column("file").role) == (Kind.CATEGORY, Role.CONTEXT)
    assert data.values("a").tolist() == [0.5, 1.5, 2.5, 1.5, 2.5, 3.5, 4.5]


def test_equal_names_in_two_folders_are_told_apart(write: Write, tmp_path: Path) -> None:
    write(table("a,b", 2), "north/1.csv")
    write(table("a,b", 2), "south/1.csv")
    assert set(files.read([tmp_path]).values("file")) == {"north/1.csv", "south/1.csv"}


def test_a_file_that_lacks_the_labels_belongs_to_the_others(write: Write, tmp_path: Path) -> None:
    write(table("a,b,c,label", 5), "1.csv")
    write(table("a,b,c", 4), "2.csv")
    data = files.read([tmp_path])
    assert np.isnan(data.values("label")[5:]).all()
    assert next(f for f in data.findings if f.code == "lacking_columns").columns == ("label",)


def test_the_biggest_group_is_read_and_the_others_are_named(write: Write, tmp_path: Path) -> None:
    for i in range(3):
        write(table("a,b,c", 200), f"{i}.csv")
    write(table("x,y", 9), "limits.csv")
    write("some notes about the line\nand more of them, in words\n", "notes.txt")
    data = files.read([tmp_path])
    assert len(data) == 600
    told = {f.code: str(f.text) for f in data.findings}
    assert "limits.csv" in told["other_files"]
    assert "notes.txt" in told["no_tables"]


def test_different_tables_of_like_size_are_listed_not_guessed(write: Write, tmp_path: Path) -> None:
    write(table("a,b,c", 50), "1.csv")
    write(table("x,y,z", 50), "2.csv")
    with pytest.raises(BadInput) as refusal:
        files.read([tmp_path])
    assert "1.csv" in str(refusal.value)
    assert "x, y, z" in str(refusal.value)


def test_tables_lists_every_group(write: Write, tmp_path: Path) -> None:
    write(table("a,b,c", 90), "line/1.csv")
    write(table("a,b,c", 90), "line/2.csv")
    write(table("x,y", 5), "2.csv")
    groups = files.tables([tmp_path])
    assert [(g.name, len(g.files), g.columns) for g in groups] == [
        ("line", 2, ("a", "b", "c")),
        ("2.csv", 1, ("x", "y")),
    ]
    assert len(files.read(groups[0].files)) == 180


def test_a_column_that_is_text_in_one_file_is_text_in_all(write: Write, tmp_path: Path) -> None:
    write("id,x\n" + "".join(f"{i},{i}.5\n" for i in range(9)), "1.csv")
    write("id,x\n" + "".join(f"A{i},{i}.5\n" for i in range(9)), "2.csv")
    data = files.read([tmp_path])
    assert data.values("id")[[0, 9]].tolist() == ["0", "A0"]


def test_a_table_on_its_side_is_turned_as_its_siblings_are(write: Write, tmp_path: Path) -> None:
    matrix = np.arange(60.0).reshape(20, 3) + 0.25
    write("\n".join(" ".join(map(str, row)) for row in matrix), "d1.dat")
    write("\n".join(" ".join(map(str, row)) for row in matrix), "d2.dat")
    write("\n".join(" ".join(map(str, row)) for row in matrix.T), "d0.dat")
    data = files.read([tmp_path])
    assert len(data) == 60
    assert np.array_equal(data.matrix(("col_01", "col_02", "col_03"))[:20], matrix)
    assert "transposed" in {f.code for f in data.findings}
    assert len(files.read([tmp_path / "d0.dat"])) == 20


def test_labelled_blocks_become_instances(write: Write) -> None:
    block = "\t1\t2\t3\n\t4\t5\t6\n\n"
    data = files.read([write(f"normal\n{block}\ncollision\n{block}normal\n{block}ok\n{block}", "lp.data")])
    assert data.values("label")[:3].tolist() == ["normal", "normal", "collision"]
    assert data.values("step").tolist() == [1, 2] * 4
    assert data.values("instance").tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert data.values("col_03").tolist() == [3, 6] * 4


def test_names_listed_beside_a_bare_table_are_used(write: Write) -> None:
    write("1 - Speed [knots]\n2 - Torque [kN m]\n3 - Wear.\n", "names.txt")
    data = files.read([write("1 2 3\n2 3 4\n3 4 6\n", "data.dat")])
    assert [(c.name, c.unit) for c in data.columns] == [("Speed", "[kn_i]"), ("Torque", "kN.m"), ("Wear", None)]


def test_what_many_files_have_in_common_is_told_once(write: Write, tmp_path: Path) -> None:
    for i in range(4):
        write("1;2;3\n" * 5, f"{i}.csv")
    told = [f for f in files.read([tmp_path]).findings if f.code == "no_header"]
    assert len(told) == 1
    assert "3.csv" in str(told[0].text)


def test_an_empty_folder_and_a_path_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no files in"):
        files.read([tmp_path])
    with pytest.raises(BadInput, match=r"no file or folder .*gone"):
        files.read([tmp_path / "gone"])


def test_a_folder_without_tables_says_what_it_holds(write: Write, tmp_path: Path) -> None:
    write(b"\x89PNG" + bytes(99), "a.png")
    write(b"\x89PNG" + bytes(99), "b.png")
    with pytest.raises(BadInput, match=r"2 \.png"):
        files.read([tmp_path])


def test_progress_runs_up_to_all_bytes(write: Write, tmp_path: Path) -> None:
    seen: list[tuple[float, float]] = []

    def progress(what: Text, done: float, total: float) -> None:
        assert "csv" in str(what)
        seen.append((done, total))

    write(table("a,b", 50), "1.csv")
    write(table("a,b", 50), "2.csv")
    files.read([tmp_path], progress=progress)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]
