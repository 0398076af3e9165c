"""`bobae doctor DIR` looks through the samples that a plant keeps."""

import json
import os
import time
from pathlib import Path

import pytest

from bobae.app import backup
from bobae.app.plant_store import historian_folder, run_folder
from bobae.app.processes.state import Board, PartState, write_board
from bobae.cli import main
from bobae.core import Samples, TagRow, text
from bobae.historian import open_store


def doctor(plant: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", str(plant), *more])
    return int(str(ended.value.code)), capsys.readouterr().out


def test_samples_that_a_plant_keeps_are_looked_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no samples are kept" in doctor(tmp_path, capsys)[1].replace("\n", " ")
    with open_store(historian_folder(tmp_path), write=True, commit_s=0.001) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "a.p")])
        store.writer.append(Samples.of([tag], [5], [1.0])).durable.result()
        store.writer.seal()
    code, out = doctor(tmp_path, capsys, "--json")
    names = {one["name"] for one in json.loads(out)["examined"] if one["level"] == "good"}
    assert code == 0
    assert {"historian.database", "historian.segments", "historian.log"} <= names
    (segment,) = historian_folder(tmp_path).rglob("*.parquet")
    os.truncate(segment, 5)
    code, out = doctor(tmp_path, capsys, "--lang", "ko")
    assert code == 1
    assert "백업에서 파일을 되살리" in out


def test_the_sources_of_a_plant_are_told_with_how_far_they_can_be_relied_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = (
        "{plc: {connector: opcua, url: 'opc.tcp://h'}, bad: {connector: opcua, url: nowhere}, log: {connector: files}}"
    )
    (tmp_path / "plant.yaml").write_text(f"plant: x\nsources: {sources}\n", "utf-8")
    code, out = doctor(tmp_path, capsys, "--json")
    found = {one["name"]: one for one in json.loads(out)["examined"] if one["name"].startswith("source.")}
    assert {name: one["level"] for name, one in found.items()} == {
        "source.plc": "good",
        "source.bad": "bad",
        "source.log": "good",
    }
    assert "opc.tcp://h:4840" in found["source.plc"]["said"]
    assert code == 1


def test_a_folder_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(tmp_path / "nowhere", capsys)[0] == 2


def test_how_a_plant_is_operated_is_looked_at_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant = tmp_path / "plant"
    plant.mkdir()
    lines = ["plant: x", "assets: {a: {tags: {p: {}}}}", "monitors: [{asset: a, model: bad.bobae}]"]
    (plant / "plant.yaml").write_text("\n".join(lines), "utf-8")
    (plant / "bad.bobae").write_bytes(b"no model")
    with open_store(historian_folder(plant), write=True, commit_s=0.001) as store:
        (tag,) = store.writer.tag_ids([TagRow(0, "a.p")])
        now = time.time_ns()
        day = 86_400 * 10**9
        store.writer.append(
            Samples.of([tag] * 2, [now - day, now], [1.0, 2.0], receipt_ns=[now - day, now])
        ).durable.result()
        store.writer.seal()

    def found(*more: str) -> dict[str, tuple[str, str]]:
        _, out = doctor(plant, capsys, "--json", "--lang", "en")
        return {one["name"]: (one["level"], one["said"]) for one in json.loads(out)["examined"]}

    at_first = found()
    assert at_first["group"][1].startswith("bobae is not at work")
    assert at_first["growth"][0] == "good"
    assert at_first["backup"] == (
        "warning",
        f"it was never backed up; back it up to another disk: bobae backup {plant} TO",
    )
    assert at_first["model.a:anomaly"][0] == "bad"
    assert {"clock", "port", "schema.historian", "schema.catalogue"} <= set(at_first)
    backup(plant, tmp_path / "b")
    lost = PartState("collector line", "degraded", 0, text("the disk was full"), text("see the log"))
    again = PartState("scorer", "active", 0, restarts=2)
    write_board(run_folder(plant), Board("r", os.getpid(), 0, time.time_ns(), (lost, again)))
    later = found()
    assert later["backup"][0] == "good"
    assert later["part.collector line"] == ("bad", "collector line works with a loss: the disk was full. see the log")
    assert later["part.scorer"] == ("warning", "scorer was started again 2 times; the log says why")
