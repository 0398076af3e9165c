"""On the command line people take notice of alarms, judge them, shelve what raises them, and work on cases."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bobae.app.plant_store import historian_folder
from bobae.cli import main
from bobae.core import text
from bobae.registry.catalogue import Alarm, Catalogue, NewAlarm, open_catalogue

PLANT = """
plant: busan
timezone: Asia/Seoul
assets:
  line1/press3: {tags: {oil: {unit: Cel}}}
monitors:
  - {asset: line1/press3, latching: true}
"""
POINT = "line1/press3:anomaly"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOBAE_HOME", str(tmp_path / "home"))
    with open_catalogue(historian_folder(tmp_path)) as catalogue:
        yield catalogue


@pytest.fixture
def alarm(plant: Catalogue) -> Alarm:
    now = time.time_ns()
    said = text("{asset} runs differently from usual.", asset="press3")
    return plant.alarms.put(NewAlarm(POINT, "line1/press3", "m", "anomaly", now, now, 2.0, (("oil", 1.0),), said))


def bobae(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0, as_json: bool = True) -> Any:
    with pytest.raises(SystemExit) as left:
        main([*words, *(["--json"] if as_json else []), "--lang", "ko"])
    out, error = capsys.readouterr()
    assert left.value.code == code, error
    return (json.loads(out) if as_json else out) if code == 0 else error + out


def test_an_alarm_is_acknowledged_judged_and_its_case_closed(capsys, alarm):
    (listed,) = bobae(capsys, "alarm", "list", "--open")["alarms"]
    assert (listed["id"], listed["state"], listed["point"]) == (alarm.id, "unacknowledged", POINT)
    assert bobae(capsys, "alarm", "acknowledge", str(alarm.id), "--by", "kim")["state"] == "acknowledged"
    assert "이미 확인했습니다" in bobae(capsys, "alarm", "acknowledge", str(alarm.id), "--by", "lee", code=1)
    said = bobae(capsys, "alarm", "judge", str(alarm.id), "useful", "--by", "kim", "--comment", "씰 교체")
    assert said == {"alarm": alarm.id, "outcome": "useful", "by": "kim"}
    assert "useful" in bobae(capsys, "alarm", "judge", str(alarm.id), "good", "--by", "kim", code=2)
    (case,) = bobae(capsys, "case", "list", "--open")["cases"]
    shown = bobae(capsys, "case", "show", str(case["id"]), as_json=False)
    assert "press3의 운전 상태가 평소와 다릅니다" in shown
    assert "kim 님의 판정: 유용함. 씰 교체" in shown
    closed = bobae(capsys, "case", "close", str(case["id"]), "--found", "펌프 마모", "--by", "kim")
    assert (closed["found"], closed["closed"] is not None) == ("펌프 마모", True)
    assert bobae(capsys, "case", "list", "--open")["cases"] == []


def test_what_raises_it_is_shelved_and_taken_out_and_brought_back(capsys, alarm):
    shelved = bobae(capsys, "alarm", "shelve", POINT, "--for", "8h", "--because", "센서 교체", "--by", "kim")
    assert shelved == {"point": POINT, "asset": "line1/press3", "state": "shelved", "limit_factor": 1.0}
    assert "보류 중" in bobae(capsys, "alarm", "points", as_json=False)
    assert "사용을 중지하십시오" in bobae(
        capsys, "alarm", "shelve", POINT, "--for", "30d", "--because", "x", "--by", "kim", code=2
    )
    assert bobae(capsys, "alarm", "unshelve", POINT, "--by", "kim")["state"] == "normal"
    assert bobae(capsys, "alarm", "out", POINT, "--because", "정비", "--by", "kim")["state"] == "out_of_service"
    assert bobae(capsys, "alarm", "back", POINT, "--by", "kim")["state"] == "normal"
    assert POINT in bobae(capsys, "alarm", "shelve", "press3", "--for", "1h", "--because", "x", "--by", "k", code=2)


def test_only_a_latched_alarm_is_reset(capsys, alarm):
    assert "걸려 있지 않습니다" in bobae(capsys, "alarm", "reset", str(alarm.id), "--by", "kim", code=1)


def test_a_missed_fault_is_told_in_the_plants_time(capsys, plant):
    words = ["--from", "2026-03-09T10:00", "--to", "2026-03-09T11:00", "--what", "누유", "--by", "kim"]
    bobae(capsys, "case", "missed", "line1/press3", *words)
    (said,) = plant.feedback.after(0)
    assert (said.comment, said.from_ns) == ("누유", 1_773_018_000 * 10**9)
    assert "2026-03-09T10:14" in bobae(capsys, "case", "missed", "line1/press3", *words[2:], "--from", "어제", code=2)


def test_the_figures_and_the_books_are_told(capsys, alarm):
    found = bobae(capsys, "alarm", "figures", "--days", "7")
    assert (found["alarms"], found["kept"]["per_day"]) == (1, True)
    assert "경보 호출 1회" in bobae(capsys, "alarm", "figures", as_json=False)
    assert bobae(capsys, "ledger", ".") == {"months": [], "models": [], "proposals": []}
    assert "아직 장부에 올린 경보가 없습니다" in bobae(capsys, "ledger", ".", as_json=False)
