"""The demo's plant, four sources and a model, in a process for each part: how much memory all of it takes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from _anomaly.rows import Row, Target, row
from _live.bench import _free_port

from bobae.app.plant_store import run_folder
from bobae.app.processes import memory
from bobae.app.processes.state import read_board

MEMORY_MB = Target("<=", 1_000.0)
_SETTLES_S = 15


def rows(folder: Path) -> list[Row]:
    """Once the press is watched; its simulated machines are no part of bobae and do not count."""
    command = [sys.executable, "-m", "bobae.cli", "up", "--demo", "--out", str(folder), "--port", str(_free_port())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as bobae:
        try:
            while (board := read_board(run_folder(folder))) is None or not board.models:
                time.sleep(0.1)
            time.sleep(_SETTLES_S)
            board = read_board(run_folder(folder))
            assert board is not None
            sizes = memory.shares([bobae.pid, *(part.pid for part in board.parts if part.pid is not None)])
        finally:
            bobae.send_signal(signal.SIGTERM)
    mb = sum(sizes.values()) / 1e6
    reference = f"proportional shares of {len(sizes)} processes, {len(board.sources)} sources"
    return [row("the demo's plant in a process for each part: memory", mb, "MB", reference=reference, target=MEMORY_MB)]
