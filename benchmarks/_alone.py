"""Measured alone: a process of its own with one thread, so that CPU time means the same on every machine."""

import os
import subprocess
import sys
from pathlib import Path

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")


def quiet_environment() -> dict[str, str]:
    """This environment with one thread for every library, and the linear algebra kernels this processor really has."""
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return kept | dict.fromkeys(ONE_THREAD, "1")


def memory_mb() -> float:
    """The most memory that this process held; getrusage would count that of the process which started it."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(told["VmHWM"].split()[0]) / 1024


def run_alone(module: str, arguments: list[str]) -> int:
    """Run a module of this folder; returns its exit code."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=Path(__file__).parent, env=quiet_environment(), check=False).returncode
