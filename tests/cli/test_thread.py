"""The first thread as a program sees it: files, assessment, model, scores, all by `--json`."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from bobae.cli import main
from bobae.registry import SigningKey
from bobae.twins.press import write_history

CONTRACT = {
    *("task", "verdict", "split", "metrics", "baseline", "leak_meter", "intervals", "alarms", "top_tags", "value"),
    *("model", "model_sha256", "seed", "cpu_s", "warnings"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thread")
    write_history(folder / "plant", step_s=120.0, language="en")
    return folder


@pytest.fixture(autouse=True)
def there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("BOBAE_HOME", str(place / "home"))


@pytest.fixture(scope="module")
def trained(place: Path) -> dict[str, Any]:
    """The document of a training; the model is press.bobae."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.chdir(place)
        patch.setenv("BOBAE_HOME", str(place / "home"))
        with pytest.raises(SystemExit, match="0"):
            main(["train", "plant/history", "-o", "press.bobae", "--alarm-budget", "2/week", "--json"])
    return dict(json.loads(printed.getvalue()))


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--json"])
    return int(left.value.code or 0), json.loads(capsys.readouterr().out)


def test_assess_says_what_the_data_can_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("assess", "plant/history", capsys=capsys)
    assert code == 0
    assert document["tasks"][0]["task"] == "anomaly"
    assert Path(document["report"]).read_text("utf-8").startswith("<!doctype html>")


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name, header in (("oil", "time,oil temperature,oil pressure"), ("press", "time,force,strokes,die")):
        rows = [f"2024-01-01 {i // 60:02d}:{i % 60:02d}:00" + f",{20 + i % 7}" * header.count(",") for i in range(300)]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return folder


def test_a_folder_of_different_tables_is_assessed_table_by_table(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = run("assess", str(mixed), capsys=capsys)
    assert code == 0
    assert {table["table"] for table in document["tables"]} == {"oil.csv", "press.csv"}
    pages = [Path(table["report"]) for table in document["tables"]]
    assert len(set(pages)) == 2
    assert all(page.read_text("utf-8").startswith("<!doctype html>") for page in pages)
    with pytest.raises(SystemExit, match="0"):
        main(["assess", str(mixed), "--lang", "en"])
    assert "2 different tables" in capsys.readouterr().out


def test_a_table_that_cannot_be_read_does_not_keep_the_others_from_it(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (mixed / "notes.csv").write_text("name,owner\n", "utf-8")
    code, document = run("assess", str(mixed), capsys=capsys)
    assert code == 0
    assert {table["table"] for table in document["tables"] if "readiness" in table} >= {"oil.csv", "press.csv"}


def test_a_training_tells_all_that_the_contract_names(trained: dict[str, Any]) -> None:
    assert trained.keys() >= CONTRACT
    assert trained["verdict"] in ("useful", "no_better_than_baseline", "not_enough_evidence")
    assert trained["split"]["kind"] == "time"
    assert {"value", "low", "high"} <= trained["metrics"]["false_per_week"].keys()
    assert trained["alarms"]["budget"] == 2.0
    assert trained["value"]["currency"] == "KRW"
    assert Path(trained["report"]).exists()


def test_every_row_in_is_a_row_out(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("score", trained["model"], "plant/new_day.csv", "-o", "new.parquet", capsys=capsys)
    table = pyarrow.parquet.read_table("new.parquet")
    assert code == 0
    assert document["rows"] == table.num_rows == len(Path("plant/new_day.csv").read_text("utf-8").splitlines()) - 1
    assert table.column_names[-3:] == ["score", "alarm", "top_tag"]
    assert document["alarm_rows"] == sum(table.column("alarm").to_pylist())
    assert sum(alarm["rows"] for alarm in document["alarms"]) == document["alarm_rows"]


def test_times_are_told_in_the_plants_own(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    _, document = run("score", trained["model"], "plant/history", capsys=capsys)
    assert document["alarms"]
    assert all(alarm["start"].endswith("+09:00") for alarm in document["alarms"])


def test_a_backtest_judges_the_same_model(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("backtest", trained["model"], "plant/new_day.csv", capsys=capsys)
    assert code == 0
    assert document["model_sha256"] == trained["model_sha256"]
    assert document["alarms"]["budget"] == 2.0


def test_a_model_says_what_it_is(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("model", "show", trained["model"], capsys=capsys)
    assert code == 0
    assert (document["task"], document["verdict"]) == ("anomaly", trained["verdict"])
    assert document["sha256"] == trained["model_sha256"]


def test_a_stranger_does_not_run_the_model_until_the_key_is_trusted(
    trained: dict[str, Any], place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("maker.pem").write_text(SigningKey.read(place / "home" / "key.pem").public_pem)
    monkeypatch.setenv("BOBAE_HOME", str(place / "elsewhere"))
    code, document = run("score", trained["model"], "plant/new_day.csv", capsys=capsys)
    assert (code, document["kind"]) == (1, "refused")
    code, document = run("model", "verify", trained["model"], capsys=capsys)
    assert (code, document["accepted"]) == (1, False)
    code, document = run("model", "trust", "maker.pem", capsys=capsys)
    assert [key["name"] for key in document["keys"]] == ["maker"]
    assert run("model", "verify", trained["model"], capsys=capsys)[1]["accepted"] is True
    assert run("model", "trust", "--remove", "maker", capsys=capsys)[1] == {"keys": []}
    assert run("model", "verify", trained["model"], capsys=capsys)[1]["accepted"] is False


def test_a_model_goes_out_as_plain_files(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("model", "export", trained["model"], "open", capsys=capsys)
    assert code == 0
    assert {"open/model.onnx", "open/manifest.json", "open/card.ko.md"} <= set(document["files"])
    code, document = run("model", "export", trained["model"], "open", capsys=capsys)
    assert (code, document["kind"]) == (2, "bad_input")


def test_one_may_vouch_for_a_model(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    Path("copy.bobae").write_bytes(Path(trained["model"]).read_bytes())
    code, document = run("model", "sign", "copy.bobae", capsys=capsys)
    assert code == 0
    assert document["signers"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "nowhere"], "no file or folder nowhere"),
        (["train", "plant/history", "--task", "inspect"], "no learner answers the task 'inspect'"),
        (["train", "plant/history", "--target", "faullt"], "fault"),
        (["train", "plant/history", "--alarm-budget", "often"], "1/week"),
        (["train", "plant/history", "--costs", "mised=3"], "missed=.."),
        (["train", "plant/history", "--budget", "soon"], "120s"),
        (["score", "nothing.bobae", "plant/new_day.csv"], "nothing.bobae"),
        (["up"], "--demo"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_written(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    before = sorted(place.rglob("*"))
    code, document = run(*arguments, capsys=capsys)
    assert (code, document["kind"]) == (2, "bad_input")
    assert said in document["message"]
    assert sorted(place.rglob("*")) == before


def test_results_are_written_as_tables_only(trained: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run("score", trained["model"], "plant/new_day.csv", "-o", "new.docx", capsys=capsys)
    assert (code, document["kind"]) == (2, "bad_input")
    assert ".parquet or .csv" in document["message"]
