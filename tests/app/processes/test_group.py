"""A plant in several processes: each part is killed alone, comes back alone, and what was promised holds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bobae.app.plant_store import historian_folder, run_folder
from bobae.app.processes.state import Board, is_alive, read_board
from bobae.core import Gap
from bobae.historian import open_store
from bobae.testing.opcua_process import Node, OpcUaProcess, Write
from bobae.testing.served import free_port
from bobae.testing.small_disk import SmallDisk, unavailable

PATIENCE_S = 60.0
PARTS = ["keeper", "collector fast", "collector slow", "scorer", "orders", "trainer", "api"]


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.02)


@dataclass
class Counting:
    """Writes 1, 2, 3, ... to one node of the server until it is stopped."""

    server: OpcUaProcess
    written: list[int] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(0.05):
            self.written.append(len(self.written) + 1)
            self.server.write(Write("count", float(self.written[-1]), time_ns=time.time_ns() // 1000 * 1000))

    @contextmanager
    def on(self) -> Iterator["Counting"]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


class Up:
    """`bobae up` as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        command = [sys.executable, "-m", "bobae.cli", "up", str(folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    @property
    def board(self) -> Board:
        return read_board(run_folder(self.folder)) or Board()

    def pid(self, name: str) -> int:
        return {part.name: part.pid or 0 for part in self.board.parts}.get(name, 0)

    def states(self) -> dict[str, str]:
        return {part.name: part.state for part in self.board.parts}

    def works(self) -> bool:
        now = self.states()
        return "api" in now and all(state in ("active", "idle") for name, state in now.items() if name != "trainer")

    def kill(self, name: str) -> dict[str, int]:
        """Kill one part; when it works again, every part's process from before."""
        before = {part: self.pid(part) for part in PARTS}
        os.kill(before[name], signal.SIGKILL)
        until(lambda: self.pid(name) not in (0, before[name]) and self.works())
        return before

    def ask(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_S) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        _, told = self.process.communicate()
        return str(told)


@pytest.fixture(scope="module")
def server() -> Iterator[OpcUaProcess]:
    with OpcUaProcess([Node("count", 0.0)]) as running:
        yield running


@pytest.fixture(scope="module")
def oven() -> Iterator[OpcUaProcess]:
    with OpcUaProcess([Node("heat", 20.0)]) as running:
        yield running


@pytest.fixture
def folder(server: OpcUaProcess, oven: OpcUaProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOBAE_HOME", str(tmp_path / "home"))
    lines = [
        "plant: small",
        "language: en",
        "assets:",
        "  press1: {tags: {count: {source: fast, address: 'ns=2;s=count'}}}",
        "  oven: {tags: {heat: {source: slow,address: 'ns=2;s=heat', range: [0, 9], write: {range: [5, 9], step: 1}}}}",
        f"sources: {{fast: {{connector: opcua, url: '{server.url}', publishing_ms: 50}},",
        f"  slow: {{connector: opcua, url: '{oven.url}'}}}}",
    ]
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "plant.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path / "plant"


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Up]]:
    """Starts bobae; what a test leaves behind is killed."""
    started: list[Up] = []

    def up() -> Up:
        started.append(Up(folder))
        return started[-1]

    yield up
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def kept(folder: Path, tag: str) -> tuple[list[float], list[Gap]]:
    with open_store(historian_folder(folder)) as store:
        found = store.raw([tag], 0, 2**62)
    return found.value[np.isfinite(found.value)].tolist(), [Gap(code) for code in found.status[np.isnan(found.value)]]


def test_each_part_dies_and_comes_back_alone_and_no_sample_is_lost(
    folder: Path, server: OpcUaProcess, start: Callable[[], Up]
) -> None:
    up = start()
    with Counting(server).on() as counting:
        until(up.works)
        for name in ("keeper", "scorer", "api", "orders"):
            before = up.kill(name)
            after = {part: up.pid(part) for part in PARTS}
            assert [part for part in PARTS if after[part] != before[part]] == [name]
        assert {part.name: part.restarts for part in up.board.parts}["keeper"] == 1
        assert up.ask("/readyz") == {"ready": True, "reasons": []}
        reached = len(counting.written)
        until(lambda: len(counting.written) > reached + 5)
    until(lambda: kept(folder, "press1.count")[0][-1:] == [float(counting.written[-1])])
    told = up.stop()
    values, gaps = kept(folder, "press1.count")
    assert np.diff(values).tolist() == [1.0] * (len(values) - 1)  # not one of them is missing, none is there twice
    assert gaps == [Gap.NOT_COLLECTED]  # from when it was stopped
    assert "keeper ended: signal 9 killed it" in told
    assert up.process.returncode == 0


def test_a_killed_collector_is_a_gap_of_its_source_alone(
    folder: Path, server: OpcUaProcess, start: Callable[[], Up]
) -> None:
    up = start()
    until(up.works)
    with Counting(server).on() as counting:
        until(lambda: len(counting.written) > 5)
        up.kill("collector fast")
        reached = len(counting.written)
        until(lambda: len(counting.written) > reached + 5)
        sources = up.ask("/api/v1/sources")["items"]
        assert isinstance(sources, list)
        assert [source["connected"] for source in sources] == [True, True]
    up.stop()
    _, gaps = kept(folder, "press1.count")
    assert gaps == [Gap.NOT_COLLECTED, Gap.NOT_COLLECTED]  # while it was dead, and from when it was stopped
    _, others = kept(folder, "oven.heat")
    assert others == [Gap.NOT_COLLECTED]


def test_parts_end_by_themselves_when_the_supervisor_is_killed(start: Callable[[], Up]) -> None:
    up = start()
    until(up.works)
    pids = [up.pid(name) for name in PARTS if up.pid(name)]
    up.process.kill()
    up.process.communicate()
    until(lambda: not any(is_alive(pid) for pid in pids))
    assert set(up.states().values()) == {"stopped"}
    again = start()
    until(again.works)
    again.stop()
    assert again.process.returncode == 0


def test_a_source_that_is_wrong_is_degraded_with_what_to_do_and_the_others_work(
    folder: Path, start: Callable[[], Up]
) -> None:
    file = folder / "plant.yaml"
    file.write_text(file.read_text("utf-8").replace("publishing_ms: 50", "publishing_ms: soon"), "utf-8")
    up = start()
    until(lambda: up.states().get("collector slow") == "active" and up.states().get("collector fast") == "degraded")
    part = next(part for part in up.board.parts if part.name == "collector fast")
    assert "publishing_ms" in str(part.reason)
    assert str(part.next_step) == "put that right, then start bobae again"
    sources = {source.name: source for source in up.board.sources}
    assert (sources["fast"].connected, sources["slow"].connected) == (False, True)
    up.stop()
    assert up.process.returncode == 0


@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
def test_a_full_disk_is_told_with_what_to_do_and_nothing_is_lost_by_it(
    folder: Path, server: OpcUaProcess, tmp_path: Path
) -> None:
    with SmallDisk(tmp_path / "small") as disk:
        place = disk.folder / "plant"
        shutil.copytree(folder, place)
        up = Up(place)
        try:
            with Counting(server).on() as counting:
                until(up.works)
                disk.fill()
                until(lambda: up.states()["collector fast"] == "degraded")
                disk.free()
                reached = len(counting.written)
                until(lambda: len(counting.written) > reached + 5)
            until(lambda: kept(place, "press1.count")[0][-1:] == [float(counting.written[-1])])
            until(up.works)
        finally:
            up.stop()
        values, gaps = kept(place, "press1.count")
    assert np.diff(values).tolist() == [1.0] * (len(values) - 1)
    assert gaps == [Gap.NOT_COLLECTED]
