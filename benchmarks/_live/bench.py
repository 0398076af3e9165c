"""A plant of many tags and the bobae that watches it, each in a process of its own, started and stopped here."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO

from _live import models
from _live.server import MACHINE_TAGS, address
from bobae.core import Asset, Monitor, Plant, Source, Tag

HERE = Path(__file__).resolve().parents[1]
PUBLISHING_MS = 100
START_S = 600.0
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Size:
    """How much is tried.

    Attributes:
        tags: of the plant; 20 make a machine, each machine has a model.
        seconds: in which nothing happens, to measure what that costs.
        rounds: of a jump of each machine.
    """

    tags: int
    seconds: int
    rounds: int

    @property
    def machines(self) -> int:
        """How many machines and models."""
        return self.tags // MACHINE_TAGS


class Child:
    """A process of a module in this folder that tells on its standard output and ends with its standard input."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        command = [sys.executable, "-m", module, *arguments]
        self._process = subprocess.Popen(
            command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._told: Queue[str] = Queue()
        assert self._process.stdout is not None
        self._listening = Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listening.start()

    def say(self, line: str) -> None:
        """Tell it something."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def heard(self, timeout_s: float) -> str:
        """The next line that it tells.

        Raises:
            RuntimeError: there is none in time.
        """
        try:
            return self._told.get(timeout=timeout_s)
        except Empty:
            raise RuntimeError(f"{self._process.args} said nothing for {timeout_s:g} s") from None

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def cpu_s(self) -> float:
        """CPU seconds so far, user and system, all threads; its own children do not count."""
        after_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) * _TICK_S  # utime, stime: proc(5)

    def memory_mb(self, which: str) -> float:
        """'VmRSS', what is resident now, or 'VmHWM', the most that ever was."""
        status = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith(f"{which}:")) * 1024 / 1e6

    def end(self) -> None:
        """End it, by the end of its input."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listening.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _listen(self, out: IO[str]) -> None:
        for line in out:
            self._told.put(line.strip())


@dataclass(frozen=True)
class Work:
    """A plant at work.

    Attributes:
        folder: of the plant.
        server: the OPC UA server.
        bobae: collects, stores and scores.
        started_s: from bobae's start to its first scored row.
    """

    folder: Path
    server: Child
    bobae: Child
    started_s: float


@contextlib.contextmanager
def at_work(folder: Path, size: Size) -> Iterator[Work]:
    """Make the plant, its history and its models in `folder`, and have it watched."""
    port = _free_port()
    plant = plant_of(size, f"opc.tcp://127.0.0.1:{port}")
    folder.mkdir()
    (folder / "plant.json").write_text(plant.model_dump_json(by_alias=True, exclude_none=True), "utf-8")
    models.make(folder, size.tags, plant)
    server = Child("_live.server", [str(size.tags), "1", str(port)])
    try:
        server.heard(START_S)
        began = time.monotonic()
        bobae = Child("_live.plant", [str(folder)])
        try:
            bobae.heard(START_S)
            yield Work(folder, server, bobae, time.monotonic() - began)
        finally:
            bobae.end()
    finally:
        server.end()


def plant_of(size: Size, url: str) -> Plant:
    """As a plant file would say it."""
    assets = {}
    for machine in range(size.machines):
        numbers = range(machine * MACHINE_TAGS, (machine + 1) * MACHINE_TAGS)
        tags = {models.tag_name(number): Tag(source="plc", address=address(number)) for number in numbers}
        assets[models.asset(machine)] = Asset(tags=tags)
    source = {"connector": "opcua", "url": url, "publishing_ms": PUBLISHING_MS}
    monitors = tuple(Monitor(asset=path) for path in assets)
    return Plant(plant="benchmark", assets=assets, sources={"plc": Source(**source)}, monitors=monitors)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
