"""From a new plant folder and some files to a model, as it is typed."""

import json
from pathlib import Path
from typing import Any

import deltalake
import numpy as np
import pytest

from bobae.cli import main

START = np.datetime64("2024-03-01T00:00:00")


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    """Two weeks of a machine every five minutes, in two files; it is far too hot on two days of the second week."""
    rng = np.random.default_rng(0)
    rows = np.arange(14 * 288)
    hot = ((rows > 2600) & (rows < 2650)) | ((rows > 3500) & (rows < 3560))
    oil = 45 + 4 * np.sin(rows / 40) + rng.normal(0, 0.3, len(rows)) + 12 * hot
    flow = 80 - 0.5 * oil + rng.normal(0, 0.3, len(rows)) + 15 * hot
    (tmp_path / "mydata").mkdir()
    paths = []
    for week in (0, 1):
        mine = rows[rows // (7 * 288) == week]
        lines = [f"{START + 300 * i},{oil[i]:.2f},{flow[i]:.2f},{hot[i]:d}".replace("T", " ") for i in mine]
        path = tmp_path / "mydata" / f"week{week + 1}.csv"
        path.write_text("\n".join(["time,oil temperature [°C],flow,fault", *lines]) + "\n", "utf-8")
        paths.append(f"mydata/{path.name}")
    return paths


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--json"])
    return int(left.value.code or 0), json.loads(capsys.readouterr().out)


def test_from_files_over_the_historian_to_a_model(data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("init", "plant1", capsys=capsys)[0] == 0
    code, loaded = run("load", "plant1", *data, "--asset", "line1/press1", "--timezone", "Asia/Seoul", capsys=capsys)
    assert code == 0
    assert (loaded["rows"], loaded["samples"], loaded["assets"]) == (4032, 4 * 4032, ["line1/press1"])
    assert {"path": "line1/press1.oil temperature", "kind": "number", "unit": "Cel"} in loaded["tags"]
    assert (loaded["from"], loaded["to"]) == ("2024-03-01 00:00:00+09:00", "2024-03-14 23:55:00+09:00")
    code, assessed = run("assess", "plant1", capsys=capsys)
    assert (code, assessed["rows"], assessed["origin"]) == (0, 4032, "line1/press1")
    code, trained = run("train", "plant1", "-o", "m.bobae", capsys=capsys)
    assert (code, Path("m.bobae").exists()) == (0, True)
    code, judged = run("backtest", "m.bobae", "plant1", "--asset", "line1", capsys=capsys)
    assert (code, judged["model_sha256"]) == (0, trained["model_sha256"])
    code, scored = run("score", "m.bobae", "plant1", capsys=capsys)
    assert (code, scored["rows"]) == (0, 4032)
    code, done = run("up", "plant1", "-o", "results", capsys=capsys)
    assert (code, done["verdict"]) == (0, trained["verdict"])


@pytest.mark.parametrize(("language", "said"), [("en", "nothing to do"), ("ko", "할 일이 없습니다")])
def test_what_was_loaded_is_told_in_words(
    data: list[str], language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init", "plant1", capsys=capsys)
    for _ in range(2):
        with pytest.raises(SystemExit, match="0"):
            main(["load", "plant1", *data, "--lang", language])
    first, again = capsys.readouterr().out.split("bobae train plant1\n")[:2]
    assert "press/line1/press1.oil temperature" in first  # the plant file's only machine
    assert "4,032" in first
    assert "bobae assess plant1" in first
    assert said in again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["load", "nowhere", "mydata/week1.csv"], "bobae init nowhere"),
        (["load", "mydata", "mydata/week1.csv"], "bobae init mydata"),
        (["load", "plant1", "nothing.csv"], "no file or folder nothing.csv"),
        (["load", "plant1", "mydata/week1.csv", "--timezone", "Asia/Soul"], "Asia/Seoul"),
        (["load", "plant1", "mydata/week1.csv", "--asset", "line 1"], "without spaces"),
        (["load", "plant1", "mixed"], "different tables"),
        (["load", "plant1", "mydata/week1.csv", "--time-col", "tme"], "time"),
        (["assess", "mydata", "--asset", "line1"], "bobae load"),
    ],
)
def test_what_cannot_be_loaded_is_told(
    arguments: list[str], said: str, data: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mixed").mkdir()
    Path("mixed/oil.csv").write_text("time,oil\n" + "".join(f"{START + i},{i % 7}\n" for i in range(300)))
    Path("mixed/die.csv").write_text("time,force,die\n" + "".join(f"{START + i},{i % 7},{i % 3}\n" for i in range(250)))
    run("init", "plant1", capsys=capsys)
    code, document = run(*arguments, capsys=capsys)
    assert (code, document["kind"]) == (2, "bad_input")
    assert said in document["message"]
    assert not Path("plant1/bobae-data").exists()


def test_a_plants_samples_are_exported_for_other_tools(data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run("init", "plant1", capsys=capsys)
    run("load", "plant1", *data, "--asset", "line1/press1", capsys=capsys)
    code, exported = run("export", "plant1", capsys=capsys)
    assert code == 0
    table = deltalake.DeltaTable(exported["table"]).to_pyarrow_table()
    assert table.num_rows == 14 * 288 * 4
    assert {"tag", "time_ns", "value", "status"} <= set(table.column_names)
