"""`bobae up` on a live plant, as a process: it stops cleanly, is alone in its folder, and says what is wrong."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bobae.cli import main
from bobae.testing.opcua_process import Node, OpcUaProcess


@pytest.fixture(scope="module")
def server() -> Iterator[OpcUaProcess]:
    with OpcUaProcess([Node("oil", 40.0)]) as running:
        yield running


@pytest.fixture
def plant(server: OpcUaProcess, tmp_path: Path) -> Path:
    lines = [
        "plant: small",
        "language: en",
        "assets:",
        "  press1:",
        "    tags: {oil: {source: line, address: 'ns=2;s=oil'}, gone: {source: line, address: nowhere}}",
        f"sources: {{line: {{connector: opcua, url: '{server.url}'}}}}",
        "monitors: [{asset: press1}]",
    ]
    (tmp_path / "plant.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_month_is_the_demos_only(capsys, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["up", str(tmp_path), "--month"])
    assert ended.value.code == 2
    assert "bobae up --demo --month" in capsys.readouterr().err


def up(plant: Path, port: int, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bobae.cli", "up", str(plant), "--port", str(port), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard_until(running: "subprocess.Popen[str]", wanted: str) -> str:
    """What it has told up to the row with these words."""
    assert running.stderr is not None
    told = ""
    for row in running.stderr:
        told += row
        if wanted in row:
            return told
    raise AssertionError(f"it never told {wanted!r}, but {told}")


def test_a_live_plant_stops_cleanly_and_a_second_bobae_is_refused(plant: Path, port: int) -> None:
    with up(plant, port, "--json") as first:
        told = heard_until(first, "connected")
        assert f"http://127.0.0.1:{port}" in told
        with up(plant, port) as second:
            _, why = second.communicate()
            assert (second.returncode, "another bobae already collects" in why) == (1, True)
        told += heard_until(first, "press1 is not watched") if "press1 is not watched" not in told else ""
        first.send_signal(signal.SIGTERM)
        out, err = first.communicate()
    told += err
    assert first.returncode == 0, told
    assert "press1.gone" in told
    assert "Traceback" not in told
    assert "INFO" not in told
    document = json.loads(out)
    assert document["folder"] == str(plant)
    assert document["sources"] == [{"name": "line", "connected": True, "samples": 1}]
    assert document["alarms"] == []
    assert [came["trained"] for came in document["trained"]] in ([], [None])  # one sample, or none yet: no model


def test_ctrl_c_ends_it_with_one_sentence(plant: Path, port: int) -> None:
    with up(plant, port, "--lang", "ko") as running:
        told = heard_until(running, "연결")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()
    assert running.returncode == 0, err
    assert out.count("\n") == 1
    assert "멈췄습니다" in out
    assert "브라우저에서 볼 수 있는 주소" in told


def test_a_taken_port_is_told(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        with pytest.raises(SystemExit) as left:
            main(["up", str(plant), "--port", str(taken), "--for", "60s"])
    assert left.value.code == 2
    assert f"port {taken} is taken" in capsys.readouterr().err


def test_it_stops_by_itself_after_the_time_that_is_wished(
    plant: Path, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["up", str(plant), "--port", str(port), "--for", "1s"])
    assert not left.value.code
    assert "Stopped after 1 s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"), [(("--out", "x"), "leave --out away"), (("--for", "soon"), "120s"), (("--demo",), "--demo")]
)
def test_what_cannot_be_wished_is_told(
    plant: Path, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["up", str(plant), *more])
    assert left.value.code == 2
    assert said in capsys.readouterr().err
    assert not (plant / "bobae-data").exists()
