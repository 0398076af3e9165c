import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bobae.cli import main


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_a_command_prints_one_json_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run("init", str(tmp_path / "p"), "--json", capsys=capsys)
    assert code == 0
    assert json.loads(out) == {"plant": "p", "path": str(tmp_path / "p" / "plant.yaml")}
    assert err == ""


def test_a_refusal_is_json_too_and_leaves_with_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run("init", str(tmp_path), capsys=capsys)
    code, out, _ = run("init", str(tmp_path), "--json", capsys=capsys)
    assert code == 1
    assert json.loads(out)["kind"] == "refused"
    assert "not overwritten" in json.loads(out)["message"]


def test_bad_input_leaves_with_two_and_no_traceback(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, out, err = run("init", str(tmp_path / "file"), capsys=capsys)
    assert (code, out) == (2, "")
    assert "name a folder" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["inti"], "init"), (["init", "--jsn"], "--json"), (["init"], "DIR"), (["init", "a", "b"], "b")],
)
def test_wrong_usage_leaves_with_two_and_says_what_is_meant(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(*arguments, capsys=capsys)
    assert code == 2
    assert said in err
    code, out, _ = run(*arguments, "--json", capsys=capsys)
    assert code == 2
    assert json.loads(out)["kind"] == "usage"


def test_the_mistakes_of_a_plant_file_reach_a_program_with_their_rows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "plant.yaml").write_text("plant: a\ncurency: KRW\n")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    code, out, _ = run("assess", str(tmp_path), "--json", capsys=capsys)
    assert code == 2
    assert json.loads(out)["mistakes"][0]["row"] == 2


@pytest.mark.parametrize(
    "arguments", [["--lang", "ko", "--help"], ["--help", "--lang=ko"], ["model", "--help", "--lang", "ko"]]
)
def test_help_is_said_in_korean_wherever_the_language_stands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(*arguments, capsys=capsys)
    assert code == 0
    assert "모델" in out


def test_help_follows_the_locale(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert "모델" in run("--help", capsys=capsys)[1]
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "모델" not in run("--help", capsys=capsys)[1]


def test_an_unknown_language_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("version", "--lang", "fr", capsys=capsys)
    assert code == 2
    assert "ko or en" in err


def test_doctor_finds_this_machine_well(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("doctor", "--json", capsys=capsys)
    document = json.loads(out)
    assert code == 0
    assert document["well"] is True
    assert {"numpy", "connectors.files", "learners.anomaly"} <= {one["name"] for one in document["examined"]}


def test_a_reader_that_goes_away_is_no_error() -> None:
    shown = subprocess.run(
        f"{sys.executable} -m bobae.cli doctor | head -n 1", shell=True, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in shown.stderr
    assert "BrokenPipe" not in shown.stderr


def test_ctrl_c_stops_cleanly(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    slow = "import pathlib, time\nif __name__ == '__main__':\n    pathlib.Path('begun').touch()\n    time.sleep(3600)\n"
    (tmp_path / "benchmarks" / "slow.py").write_text(slow)
    running = subprocess.Popen(
        [sys.executable, "-m", "bobae.cli", "bench", "slow"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    while not (tmp_path / "begun").exists() and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate()
    assert running.returncode == 130
    assert err.strip() == "stopped"
