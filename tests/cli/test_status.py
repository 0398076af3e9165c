"""`bobae status DIR` says how each part does, why and what to do, from what the running bobae last told."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bobae.app.plant_store import run_folder
from bobae.app.processes.state import Board, PartState, read_board, write_board
from bobae.cli import main
from bobae.collect import SourceState
from bobae.core import Gap, Rejected, Wish, text


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    (tmp_path / "plant.yaml").write_text("plant: x\n", "utf-8")
    run_folder(tmp_path).mkdir(parents=True)
    return tmp_path


def status(plant: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["status", str(plant), *more])
    return int(ended.value.code or 0), capsys.readouterr().out


def board(*parts: PartState, pid: int | None = None, told_ns: int | None = None) -> Board:
    lost = text("{url} does not answer", url="opc.tcp://h")
    rejected = (Rejected(Wish("a.p", "ns=2;s=p"), Gap.NO_SUCH_NODE, text("no such node")),)
    return Board(
        run="r",
        pid=os.getpid() if pid is None else pid,
        since_ns=1,
        told_ns=told_ns or time.time_ns(),
        parts=parts,
        sources=(SourceState("line", False, 5, lost, rejected=rejected, skew_s=0.5),),
        models=({"monitor": "a:anomaly", "asset": "a", "task": "anomaly", "name": "m", "version": "1"},),
        troubles=(text("the disk was full"),),
    )


WELL = PartState("keeper", "active", 10**18, pid=7, memory_bytes=50_000_000, figures={"commit_lag_s": 0.1})
LOST = PartState("collector line", "degraded", 10**18, text("the disk was full"), text("see the log"), 8, 2)


def test_a_board_is_read_as_it_was_written(plant: Path) -> None:
    written = board(WELL, LOST)
    write_board(run_folder(plant), written)
    assert read_board(run_folder(plant)) == written


def test_each_part_is_told_with_why_and_what_to_do(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_board(run_folder(plant), board(WELL, LOST))
    code, out = status(plant, capsys, "--lang", "en")
    assert code == 1
    assert "keeper: active (" in out
    assert "50 MB" in out
    assert "collector line: degraded (" in out
    assert "started again 2 times" in out
    assert "    the disk was full\n    see the log\n" in out
    code, out = status(plant, capsys, "--json", "--lang", "ko")
    document = json.loads(out)
    assert (document["runs"], document["well"]) == (True, False)
    assert document["parts"][1]["reason"] == "디스크가 가득 찼습니다"
    write_board(run_folder(plant), board(WELL))
    assert status(plant, capsys)[0] == 0


def test_where_bobae_is_not_at_work_it_says_so(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(plant, capsys, "--lang", "en") == (
        1,
        f"bobae is not at work in {plant}; start it: bobae up {plant}\n",
    )
    for gone in (board(WELL, pid=2**22 + 1), board(WELL, told_ns=5)):  # ended, or its number is another's now
        write_board(run_folder(plant), gone)
        code, out = status(plant, capsys, "--lang", "en")
        assert (code, "not at work" in out, "keeper: stopped" in out) == (1, True, True)
        assert read_board(run_folder(plant)) == replace(gone, parts=(replace(WELL, state="stopped", pid=None),))
    assert status(plant / "nowhere", capsys)[0] == 2
