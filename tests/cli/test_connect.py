"""`bobae browse` and `bobae connect` on a real server, and the plant that comes of it at work."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bobae.app import plant_file
from bobae.app.at_work import at_work
from bobae.cli import main
from bobae.collect import SourceState
from bobae.testing.opcua_process import Node, OpcUaProcess

NODES = [
    *(Node(f"Line1.Press{i}.{name}", 1.0) for i in (1, 2) for name in ("OilTemp_degC", "MotorCurrent_A")),
    *(Node(f"Line1.Press{i}.MainPressure", 3.0, unit="bar", range=(0, 350)) for i in (1, 2)),
    Node("Line1.Press1.Identification.SerialNumber", "77", type="String"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[OpcUaProcess]:
    with OpcUaProcess(NODES) as running:
        yield running


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_browse_shows_what_is_there_and_how_much_more(
    server: OpcUaProcess, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(capsys, "browse", server.url, "--filter", "mainpress", "--filter", "oil", "--limit", "3")
    assert code == 0
    assert "offers 7 variables; shown: 3" in out
    assert "Line1/Press1/MainPressure" in out
    assert "0 - 350" in out
    assert "1 more" in out
    assert "MotorCurrent" not in out
    said = document(capsys, "browse", server.url)
    assert len(said["offered"]) == 7
    assert {one["unit"] for one in said["offered"]} == {None, "bar"}


def test_without_a_terminal_and_without_yes_nothing_is_written(
    server: OpcUaProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "connect", tmp_path / "plant", server.url)
    assert code == 0
    assert "line1/press1" in out
    assert "nothing was written" in out
    assert "SerialNumber" in out
    assert not (tmp_path / "plant").exists()


def test_a_proposal_is_written_once_and_what_a_person_changed_stays(
    server: OpcUaProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = document(capsys, "connect", tmp_path, server.url, "--yes", "--as", "press_shop", "--name", "plc")
    assert first["written"]
    assert [a["path"] for a in first["assets"]] == ["press_shop/line1/press1", "press_shop/line1/press2"]
    plant = plant_file.read(tmp_path).plant
    press = plant.assets["press_shop/line1/press2"]
    assert (press.class_, press.tags["main_pressure"].range) == ("press", (0, 350))
    assert {name: tag.unit for name, tag in press.tags.items()} == {
        "oil_temp": "Cel",
        "motor_current": "A",
        "main_pressure": "bar",
    }
    written = (tmp_path / "plant.yaml").read_text("utf-8")
    changed = written.replace("oil_temp: {unit: Cel,", "유온: {unit: K,", 1).replace(
        "sources:", "sources: # in the hall", 1
    )
    (tmp_path / "plant.yaml").write_text(changed, "utf-8")
    again = document(capsys, "connect", tmp_path, server.url, "--yes")
    assert (again["written"], again["source"]["name"], again["known"]) == (False, "plc", 6)
    assert (tmp_path / "plant.yaml").read_text("utf-8") == changed


def test_what_is_new_is_added_and_what_is_gone_is_told(
    server: OpcUaProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document(capsys, "connect", tmp_path, server.url, "--yes", "--filter", "Press1")
    path = tmp_path / "plant.yaml"
    path.write_text(path.read_text("utf-8").replace("Press1.OilTemp", "Press1.Gone"), "utf-8")
    code, out, _ = run(capsys, "connect", tmp_path, server.url, "--yes", "--lang", "ko")
    assert code == 0
    assert "소스에는 더 없는 것: line1/press1.oil_temp" in out
    tags = plant_file.read(tmp_path).plant.assets["line1/press1"].tags
    assert list(tags) == ["oil_temp", "motor_current", "main_pressure", "oil_temp_degc"]


def test_a_person_at_a_terminal_is_asked(
    server: OpcUaProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []
    monkeypatch.setattr("typer.confirm", lambda words: bool(asked.append(words)))
    _, out, _ = run(capsys, "connect", tmp_path, server.url)
    assert asked == ["write into plant.yaml?"]
    assert "nothing was written" in out
    assert not (tmp_path / "plant.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("opc.tcp://127.0.0.1:1",), 1, "127.0.0.1:1"),
        (("gopher://h",), 2, "nearest"),
        (("opc.tcp://me:secret@h",), 2, "password_env"),
        (("opcau",), 2, "opcua"),
        (("opcua",), 2, "url: opc.tcp://host:4840"),
        (("opcua", "--set", "url"), 2, "--set name=value"),
        (("opcua", "--as", "a b"), 2, "area/line"),
    ],
)
def test_what_cannot_be_is_told(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left, _, err = run(capsys, "connect", tmp_path / "p", *arguments)
    assert (left, said in err) == (code, True), err
    assert "Traceback" not in err
    assert "secret" not in err
    assert not (tmp_path / "p").exists()


def test_the_plant_that_was_connected_is_collected_although_another_source_of_it_is_wrong(
    server: OpcUaProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    document(capsys, "connect", tmp_path, server.url, "--yes")
    path = tmp_path / "plant.yaml"
    wrong = "sources:\n  oven: {connector: opcua, url: 'opc.tcp://10.0.0.9', publishing_ms: 0}\n"
    written = path.read_text("utf-8").replace("sources:\n", wrong)
    path.write_text(written.replace("source: opcua", "source: oven", 1), "utf-8")

    async def collected() -> tuple[dict[str, SourceState], list[str]]:
        async with at_work(tmp_path, plant_file.read(tmp_path).plant) as work, asyncio.timeout(60):
            collecting = asyncio.create_task(work.collect())
            while work.sources()[0].samples < 5:
                await asyncio.sleep(0.05)
            told = {state.name: state for state in work.sources()}, list(map(str, work.ready()))
            collecting.cancel()
            await asyncio.gather(collecting, return_exceptions=True)
            return told

    sources, reasons = asyncio.run(collected())
    assert sources["opcua"].connected
    assert not sources["oven"].connected
    assert [reason.split(":")[0] for reason in reasons] == ["oven is not connected"]
    assert "oven is not collected: publishing_ms" in caplog.text
