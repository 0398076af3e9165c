"""Whatever is killed when: at the end every row is stored, as it was written, once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bobae.historian import open_store
from bobae.testing.live_connector import PATIENCE_S

BEGIN_S, ROTATED_AFTER, ROWS = 1_772_625_600, 700, 3000


def row(i: int) -> str:
    return f"{np.datetime64(BEGIN_S + i, 's')}Z,{i},{i % 7}\n"


def write(folder: Path, written: int, more: int) -> int:
    """Some rows more, the last one half-written at first; the log is rotated now and then."""
    log = folder / "press.csv"
    for i in range(written, min(written + more, ROWS)):
        if i and i % ROTATED_AFTER == 0:
            log.rename(folder / f"press.{i // ROTATED_AFTER}.csv")
        with log.open("a") as file:
            if file.tell() == 0:
                file.write("time,count,rest\n")
            file.write(row(i)[: 12 if i % 50 == 0 else None])
            file.flush()
            if i % 50 == 0:
                file.write(row(i)[12:])
    return min(written + more, ROWS)


def begun(starting: subprocess.Popen[str]) -> int:
    assert starting.stdin is not None
    assert starting.stdout is not None
    starting.stdin.write("begin\n")
    starting.stdin.flush()
    return int(starting.stdout.readline())


def killed(starting: subprocess.Popen[str], pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert starting.stdout is not None
    assert starting.stdout.readline() == "ended\n"


def test_every_row_is_stored_once_though_the_collector_is_killed_ten_times(tmp_path: Path) -> None:
    chance = random.Random(4)
    folder = tmp_path / "export"
    folder.mkdir()
    plan = {
        "settings": {"path": str(folder), "files": "press*.csv", "poll_s": 0.02, "quiet_s": 0.5},
        "addresses": {"count": "count", "rest": "press*:rest"},
        "own": str(tmp_path / "own"),
        "store": str(tmp_path / "store"),
    }
    command = [sys.executable, str(Path(__file__).with_name("collecting.py")), json.dumps(plan)]
    written = write(folder, 0, 100)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starting:
        for _ in range(10):
            pid = begun(starting)
            until = time.monotonic() + chance.uniform(0.0, 0.8)
            while time.monotonic() < until:
                written = write(folder, written, chance.randrange(1, 40))
                time.sleep(0.02)
            killed(starting, pid)
        written = write(folder, written, ROWS)
        pid = begun(starting)
        with open_store(tmp_path / "store") as store:
            until = time.monotonic() + PATIENCE_S
            while len(stored := store.raw(["line/press.count"], 0, 2**62)) < ROWS and time.monotonic() < until:
                time.sleep(0.05)
            rest = store.raw(["line/press.rest"], 0, 2**62)
        killed(starting, pid)
    expected = np.arange(ROWS)
    assert stored.time_ns.tolist() == ((BEGIN_S + expected) * 10**9).tolist()
    assert stored.value.tolist() == expected.tolist()
    assert rest.value.tolist() == (expected % 7).tolist()
    assert not stored.status.any()
