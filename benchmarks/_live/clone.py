"""From `git clone` to the first live alarm, as somebody new would do it."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from _anomaly.rows import Row, Target, row

FIGURE = "clone to first live alarm with make up, install included"
TARGET = Target("<=", 300.0)
ALARM = re.compile(r"ALARM \d+|경보 \d+")
GIVE_UP_S = 900.0


def rows(repository: Path) -> list[Row]:
    """Clone the repository into an empty folder, `make up`, and stop it at the first alarm."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(repository), "bobae"], cwd=folder, check=True)
        quiet = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "BOBAE_HOME")}
        home = {"BOBAE_HOME": str(Path(folder) / "home"), "BOBAE_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}
        job = subprocess.Popen(
            ["make", "up"],
            cwd=Path(folder) / "bobae",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=quiet | home,
            start_new_session=True,
        )
        try:
            seconds = _until_alarm(job, began)
        finally:
            os.killpg(job.pid, signal.SIGINT)
            job.communicate(timeout=60)
    return [row(FIGURE, seconds, "s", target=TARGET)]


def kept(result: Path) -> list[Row]:
    """The row as it was measured last; nothing where it never was."""
    if not result.is_file():
        return []
    return [one for one in json.loads(result.read_text("utf-8"))["rows"] if one["figure"] == FIGURE]


def _until_alarm(job: "subprocess.Popen[str]", began: float) -> float:
    assert job.stdout is not None
    said: list[str] = []
    for line in job.stdout:
        said.append(line)
        if ALARM.search(line):
            return time.monotonic() - began
        if time.monotonic() - began > GIVE_UP_S:
            break
    raise RuntimeError(f"no alarm came; make up said last: {''.join(said[-20:])}")
