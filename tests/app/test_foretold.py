"""One door for all questions: from files through the commands to a sealed model, or to why there is none."""

import json
import re
from pathlib import Path

import pyarrow.csv
import pytest

from bobae.app.watching import watch
from bobae.cli import main
from bobae.core import BadInput
from bobae.registry import TrustList, open_sealed
from bobae.testing.made_results import lives, parts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foretold")
    pyarrow.csv.write_csv(parts(300, seed=1, kinds=True).table, folder / "parts.csv")
    pyarrow.csv.write_csv(parts(100, seed=2, kinds=True).table, folder / "fresh.csv")
    pyarrow.csv.write_csv(lives(12, seed=1).table.drop(["left"]), folder / "lives.csv")
    return folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(place)
    monkeypatch.setenv("BOBAE_HOME", str(place / "home"))

    def ran(*arguments: str, code: int | None = 0) -> dict:
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--json"])
        said = capsys.readouterr()
        assert bool(left.value.code) if code is None else (left.value.code or 0) == code, said
        found: dict = json.loads(said.out)
        return found

    return ran


def test_the_question_is_found_the_model_sealed_scored_and_judged_again(run, place: Path) -> None:
    told = run(
        "train",
        "parts.csv",
        "--task",
        "auto",
        "--target",
        "outcome",
        "--costs",
        "missed=10,false=1",
        "-o",
        "parts.bobae",
    )
    assert told["task"] == "classify"
    assert told["verdict"] == "useful"
    assert told["split"]["kind"] == "lot"
    assert told["value"]["saved"] is not None
    assert Path(told["report"]).is_file()
    run("model", "verify", "parts.bobae")
    scored = run("score", "parts.bobae", "fresh.csv", "-o", "out.csv")
    assert scored["rows"] == 100
    assert {"lot", "prediction", "p_0", "p_1", "strange"} <= set(scored["columns"])
    again = run("backtest", "parts.bobae", "fresh.csv", "--target", "outcome")
    assert again["model_sha256"] == told["model_sha256"]
    for report in (told["report"], again["report"]):  # each row told far off names the signals that moved it
        moved = re.findall(r"moved most by: (\w+)", Path(report).read_text(encoding="utf-8"))
        assert moved
        assert set(moved) <= {one["tag"] for one in told["top_tags"]}
    for to in ("onnx", "mlflow", "oip"):
        assert run("model", "export", "parts.bobae", f"out-{to}", "--to", to)["files"]


def test_how_long_is_left_needs_no_target(run) -> None:
    told = run("train", "lives.csv", "--task", "rul", "--horizon", "20", "-o", "lives.bobae", "--budget", "3s")
    assert told["target"]["name"] == "life left"
    assert told["split"]["kind"] == "asset"
    assert told["metrics"]["coverage"]["value"] > 0.7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("lives.csv", "--task", "soft-sensor"), "--target"),
        (("parts.csv", "--task", "prophecy"), "anomaly"),
        (("parts.csv", "--task", "classify", "--target", "rejected"), "rejected"),
        (("parts.csv", "--task", "auto"), "no question"),
        (("parts.csv", "--task", "forecast", "--target", "pressure"), "time column"),
        (("lives.csv", "--task", "rul", "--horizon", "24h"), "--horizon is a number"),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments: tuple[str, ...], words: str) -> None:
    assert words in run("train", *arguments, code=None)["message"]


def test_a_model_that_foretells_is_not_put_to_work_as_one_that_watches(run, place: Path) -> None:
    run("train", "lives.csv", "--task", "rul", "-o", "again.bobae", "--budget", "3s")
    sealed = open_sealed(place / "again.bobae", trust=TrustList.read(place / "home"))
    with pytest.raises(BadInput, match="bobae score"):
        watch(None, sealed, store=None, catalogue=None, guards=None)  # type: ignore[arg-type]
