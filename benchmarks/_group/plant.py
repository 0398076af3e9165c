"""One plant at work, in one process and in a group of them: memory and CPU of all its processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from _anomaly.rows import Row, Target, row
from _live import models
from _live.bench import START_S, Child, Size, _free_port, plant_of

from bobae.app.plant_store import run_folder
from bobae.app.processes import memory
from bobae.app.processes.state import read_board

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SETTLES_S = 10
MEMORY_MB = Target("<=", 1_000.0)


def rows(folder: Path, size: Size) -> list[Row]:
    """The live benchmark's plant: so many OPC UA tags at 1 Hz, a model for each machine."""
    port = _free_port()
    plant = plant_of(size, f"opc.tcp://127.0.0.1:{port}")
    folder.mkdir()
    own = json.loads(plant.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    (folder / "plant.yaml").write_text(json.dumps(own), "utf-8")  # JSON is YAML too
    models.make(folder, size.tags, plant)
    server = Child("_live.server", [str(size.tags), "1", str(port)])
    try:
        server.heard(START_S)
        return [*_alone(folder, size), *_grouped(folder, size)]
    finally:
        server.end()


def _alone(folder: Path, size: Size) -> list[Row]:
    bobae = Child("_group.alone", [str(folder), str(_free_port())])
    try:
        bobae.heard(START_S)
        return _measured("in one process", [bobae.pid], size)
    finally:
        bobae.end()


def _grouped(folder: Path, size: Size) -> list[Row]:
    command = [sys.executable, "-m", "bobae.cli", "up", str(folder), "--port", str(_free_port())]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bobae:
        try:
            while True:
                board = read_board(run_folder(folder))
                if board is not None and board.pid == bobae.pid and len(board.models) == size.machines:
                    break
                time.sleep(0.1)
            started_s = time.monotonic() - began
            pids = [bobae.pid, *(part.pid for part in board.parts if part.pid is not None)]
            found = _measured("in a process for each part", pids, size, target=MEMORY_MB)
        finally:
            bobae.send_signal(signal.SIGTERM)
    return [*found, row("from the start until all models watch, in a process for each part", started_s, "s")]


def _measured(how: str, pids: list[int], size: Size, *, target: Target | None = None) -> list[Row]:
    time.sleep(_SETTLES_S)
    cpu_s, began = sum(map(_cpu_s, pids)), time.monotonic()
    time.sleep(size.seconds)
    share = (sum(map(_cpu_s, pids)) - cpu_s) / (time.monotonic() - began)
    mb = sum(memory.shares(pids).values()) / 1e6
    figure = f"{size.tags:,} tags, {size.machines} models, {how}"
    return [
        row(f"{figure}: memory", mb, "MB", reference=f"proportional shares of {len(pids)} processes", target=target),
        row(f"{figure}: share of one core", share, "core", reference=f"over {size.seconds} s"),
    ]


def _cpu_s(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) * _TICK_S  # utime, stime: proc(5)
