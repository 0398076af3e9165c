"""`bobae write`: two persons, one order, a bobae at work that carries it out on a real server, and the audit of it."""

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bobae.app import settings_for
from bobae.app.at_work import at_work
from bobae.cli import main
from bobae.testing.opcua_process import Node, OpcUaProcess

TAG = "line1/oven.setpoint"
PLANT = """plant: busan
language: en
assets:
  line1/oven:
    tags:
      setpoint:
        unit: Cel
        source: plc
        address: "ns=2;s=oven.setpoint"
        write: { range: [-20, 140], step: 5 }
sources:
  plc: { connector: opcua, url: "URL" }
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plant.yaml").write_text(PLANT.replace("URL", "opc.tcp://127.0.0.1:4840"), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOBAE_HOME", str(tmp_path / "home"))
    return tmp_path


class Shell:
    """Types commands as one person or another."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self._secrets: dict[str, str] = {}

    def person(self, name: str) -> None:
        _, document = self.json("person", "add", name)
        self._secrets[name] = document["secret"]

    def json(self, *words: str, by: str | None = None) -> tuple[int, dict[str, Any]]:
        code = self._typed([*words, "--json"], by)
        return code, json.loads(self._capsys.readouterr().out)

    def said(self, *words: str, by: str | None = None) -> str:
        self._typed([*words], by)
        told = self._capsys.readouterr()
        return told.out + told.err

    def _typed(self, words: list[str], by: str | None) -> int:
        if by is not None:
            self._monkeypatch.setenv("BOBAE_PERSON", by)
            self._monkeypatch.setenv("BOBAE_PERSON_SECRET", self._secrets[by])
        with pytest.raises(SystemExit) as left:
            main(["write", *words])
        return int(left.value.code or 0)


@pytest.fixture
def shell(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell(capsys, monkeypatch)
    made.person("kim")
    made.person("lee")
    return made


@contextlib.contextmanager
def bobae_at_work(folder: Path) -> Iterator[None]:
    """What `bobae up` does about orders, in a thread of its own."""
    loop, begun = asyncio.new_event_loop(), threading.Event()
    tasks: list[asyncio.Task[None]] = []

    async def work() -> None:
        plant = settings_for(folder).plant
        assert plant is not None
        async with at_work(folder, plant) as at:
            tasks.append(asyncio.create_task(at.carry_out_orders()))
            begun.set()
            with contextlib.suppress(asyncio.CancelledError):
                await tasks[0]

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    thread.start()
    assert begun.wait(60)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(tasks[0].cancel)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def test_an_order_goes_from_one_terminal_to_the_machine(shell: Shell, place: Path) -> None:
    with OpcUaProcess([Node("oven.setpoint", -3.0, "Float", writable=True)]) as server:
        (place / "plant.yaml").write_text(PLANT.replace("URL", server.url), "utf-8")
        code, asked = shell.json(TAG, "-5", "--because", "too hot", by="kim")
        assert (code, asked["state"], asked["value"]) == (0, "waiting", -5.0)
        assert "a different person" in shell.said("approve", "1", by="kim")
        with bobae_at_work(place):
            code, done = shell.json("approve", "1", by="lee")
        assert (code, done["state"], done["before"], done["shown"]) == (0, "done", -3.0, -5.0)
    assert "line1/oven.setpoint = -5 Cel: done" in shell.said("list")
    assert "완료" in shell.said("list", "--lang", "ko")
    code, audit = shell.json("audit", "--verify")
    events = [entry["event"] for entry in audit["entries"]]
    assert (code, audit["whole"]) == (0, True)
    assert events == ["person_added", "person_added", "asked", "approved", "writing", "done"]


def test_a_changed_audit_is_told_with_exit_code_one(shell: Shell, place: Path) -> None:
    shell.json("order", TAG, "100", "--because", "x", by="kim")
    with contextlib.closing(sqlite3.connect(place / "bobae-data" / "catalogue.db")) as base, base:
        base.execute("DROP TRIGGER write_audit_no_update")
        base.execute("UPDATE write_audit SET by = 'lee' WHERE id = 3")
    code, audit = shell.json("audit", "--verify")
    assert (code, audit["whole"], audit["broken"]) == (1, False, 3)


def test_one_stops_two_allow(shell: Shell) -> None:
    assert shell.json("stop", "--because", "smoke", by="kim")[0] == 0
    code, refused = shell.json(TAG, "1", "--because", "x", by="lee")
    assert (code, refused["kind"]) == (1, "refused")
    assert "smoke" in refused["message"]
    assert shell.json("list")[1]["stopped"] is True
    assert shell.json("allow", by="kim")[1]["stopped"] is True
    assert shell.json("allow", by="lee")[1]["stopped"] is False


def test_who_types_must_say_who_they_are(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    code, wrong = shell.json(TAG, "1", "--because", "x")
    assert (code, wrong["kind"]) == (2, "bad_input")
    monkeypatch.setenv("BOBAE_PERSON", "kim")
    monkeypatch.setenv("BOBAE_PERSON_SECRET", "guessed")
    assert shell.json(TAG, "1", "--because", "x")[1]["error"] == "WrongSecret"
    shell.json("person", "remove", "kim")
    assert [person["name"] for person in shell.json("person", "list")[1]["persons"]] == ["lee"]
    code, wrong = shell.json("approve", "7", by="lee")
    assert (code, wrong["error"]) == (2, "UnknownName")
