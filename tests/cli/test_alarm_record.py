"""`bobae alarm record`: one point in sentences, all as lines, as JSON and as a table."""

import json
from pathlib import Path
from typing import Any

import pytest

from bobae.app import settings_for
from bobae.app.plant_store import historian_folder
from bobae.app.rationalising import Rationalising
from bobae.cli import main
from bobae.registry.catalogue import open_catalogue

PLANT = """\
plant: small
language: en
assets: {press1: {tags: {oil: {unit: Cel}}}}
monitors: [{asset: press1, consequence: severe}]
rules: [{name: hot, asset: press1, tag: oil, high: 80, only_when: {tag: oil, above: 10}}]
"""


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    with open_catalogue(historian_folder(tmp_path)) as catalogue:
        Rationalising(tmp_path, settings_for(tmp_path), catalogue).step()
    return tmp_path


def said(capsys: Any, *words: str, code: int = 0) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    assert ended.value.code == code
    out: str = capsys.readouterr().out
    return out


def test_all_are_lines_and_one_is_told_whole(capsys, plant: Path) -> None:
    lines = said(capsys, "alarm", "record", "--plant", str(plant)).splitlines()
    assert [line.split()[:2] for line in lines] == [["press1:anomaly", "high"], ["press1:hot", "medium"]]
    rule = said(capsys, "alarm", "record", "press1:hot", "--plant", str(plant))
    assert "revision 1 since" in rule
    assert "rule on oil: high 80.0" in rule
    assert "suppressed by design unless tag oil, above 10.0" in rule
    assert "the consequence is severe" in said(capsys, "alarm", "record", "press1:anomaly", "--plant", str(plant))


def test_as_json_and_as_a_table(capsys, plant: Path, tmp_path: Path) -> None:
    told = json.loads(said(capsys, "alarm", "record", "--plant", str(plant), "--json"))
    assert [one["revision"] for one in told["records"]] == [1, 1]
    said(capsys, "alarm", "record", "--plant", str(plant), "--out", str(tmp_path / "all.csv"))
    rows = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["point", "press1:anomaly", "press1:hot"]


def test_before_bobae_has_run_nothing_is_written_down(capsys, tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT, "utf-8")
    with open_catalogue(historian_folder(tmp_path)):
        pass
    assert "nothing is written down yet" in said(capsys, "alarm", "record", "--plant", str(tmp_path))
    said(capsys, "alarm", "record", "press1:hot", "--plant", str(tmp_path), code=2)
