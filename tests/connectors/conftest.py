"""Makes files as plants have them, and kills those who collect."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bobae.connectors import files
from bobae.core import Dataset, Samples
from bobae.historian import open_store
from bobae.testing.live_connector import PATIENCE_S

Write = Callable[..., Path]
EVER = 2**62


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text file (or bytes) under a name and gives its path."""

    def written(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def read(write: Write) -> Callable[..., Dataset]:
    """Writes a text file and reads it."""

    def dataset(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8", **how: str) -> Dataset:
        return files.read([write(content, name, encoding)], **how)

    return dataset


@pytest.fixture
def stored_though_killed(tmp_path: Path) -> Callable[..., dict[str, Samples]]:
    """Collects from a source that is written to, is killed ten times meanwhile, and gives what is stored in the end."""

    def collected(write: Callable[[int], int], rows: int, **plan: Any) -> dict[str, Samples]:
        """`write` writes some rows more and tells how many there are, `rows` at most."""
        chance = random.Random(4)
        plan |= {"own": str(tmp_path / "own"), "store": str(tmp_path / "store")}
        command = [sys.executable, str(Path(__file__).with_name("collecting.py")), json.dumps(plan)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starting:
            for _ in range(10):
                pid = _begun(starting)
                until = time.monotonic() + chance.uniform(0.0, 0.8)
                while time.monotonic() < until:
                    write(chance.randrange(1, 40))
                    time.sleep(0.02)
                _killed(starting, pid)
            write(rows)
            pid = _begun(starting)
            paths = {name: f"line/press.{name}" for name in plan["addresses"]}
            with open_store(tmp_path / "store") as store:
                until = time.monotonic() + PATIENCE_S
                while time.monotonic() < until:
                    found = {name: store.raw([path], 0, EVER) for name, path in paths.items()}
                    if all(len(samples) >= rows for samples in found.values()):
                        break
                    time.sleep(0.05)
            _killed(starting, pid)
        return found

    return collected


def _begun(starting: subprocess.Popen[str]) -> int:
    assert starting.stdin is not None
    assert starting.stdout is not None
    starting.stdin.write("begin\n")
    starting.stdin.flush()
    return int(starting.stdout.readline())


def _killed(starting: subprocess.Popen[str], pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert starting.stdout is not None
    assert starting.stdout.readline() == "ended\n"
