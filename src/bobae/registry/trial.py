"""Starts the reference run in a child process and says what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bobae.core import Refused, Text

_LONGEST_S = 120.0


def trial(package: bytes, passed: Callable[[str], None]) -> None:
    """Run the package's reference in a child process; `passed` is told each step that went well.

    Raises:
        Refused: the graph may not run here, does not give the expected answers, or took the child down.
    """
    child = [sys.executable, "-I", "-m", "bobae.registry.reference_run"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            child, input=package, capture_output=True, timeout=_LONGEST_S, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("the reference run took longer than {seconds} s", seconds=int(_LONGEST_S)) from error
    told: list[dict[str, Any]] = [json.loads(row) for row in done.stdout.splitlines()]
    steps = [row["step"] for row in told if "step" in row]
    for step in steps[:-1]:
        passed(step)
    if told and "refused" in told[-1]:
        raise Refused("{reason}", reason=Text(template=told[-1]["refused"], values=told[-1]["values"]))
    if not steps or steps[-1] != "done":
        raise Refused("the model cannot be run here: {reason}", reason=_last_words(done))


def _last_words(done: "subprocess.CompletedProcess[bytes]") -> str:
    if done.returncode < 0:
        return f"signal {-done.returncode}"
    rows = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return rows[-1][:300] if rows else f"exit {done.returncode}"
