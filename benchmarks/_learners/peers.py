"""AutoML tools and bobae's learners on the same rows, split once as a model will be used.

Each is asked in a process of its own with a minute to spend: it learns from the rows given, says how good it believes
to be, and tells the rows held out, which nobody shows it. The tools get numbers in a matrix, as they want them; the
engines and the energy get the columns that bobae's own learner made of them, so that the tools are compared as
learners, and the engines once more as raw rows, which is what a newcomer hands over.
"""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _alone import quiet_environment
from _anomaly.rows import Row, Target, row

from _learners import jobs

HERE = Path(__file__).parents[1]
PYTHON = HERE.parent / ".venv-peers/automl/bin/python"
TOOLS = ("autogluon", "flaml")
BUDGET_S = 60
LIMIT_S = 600  # what takes ten times as long as it was given has no answer
_NEAR = 0.15


@dataclass(frozen=True)
class Answer:
    """What one tool did: its score, the score it claimed, CPU seconds, memory, a row's latency."""

    score: float
    claimed: float
    cpu_s: float
    memory_mb: float
    row_us: float


def rows(root: Path, *, quick: bool) -> Iterator[Row]:
    """Every set, bobae first; then how often it was at least as good, and at what price."""
    if not PYTHON.is_file():
        print("the AutoML tools are not installed; `make bench-peers` installs them", file=sys.stderr)
        return
    wins, honest, cheaper, quicker, count = 0, dict.fromkeys(("bobae", *TOOLS), 0), [], [], 0
    for job in itertools.islice(jobs.all_jobs(root), 3 if quick else None):
        found = {}
        for name in ("bobae", *TOOLS):
            answer = asked(job, name)
            if answer is None:
                yield row(f"{job.name}: {name}: no answer within", LIMIT_S, "s", reference=f"asked for {BUDGET_S} s")
            else:
                found[name] = answer
                yield from _told(job, name, answer)
        if not job.counts:
            continue
        count += 1
        sign = 1.0 if job.higher else -1.0
        best = max((found[name] for name in TOOLS if name in found), key=lambda answer: sign * answer.score)
        wins += sign * found["bobae"].score >= sign * best.score - 1e-9
        cheaper.append(best.cpu_s / found["bobae"].cpu_s)
        quicker.append(best.row_us / found["bobae"].row_us)
        for name, answer in found.items():
            honest[name] += abs(answer.claimed - answer.score) <= _NEAR * abs(answer.score)
    yield row(f"peers: better than or equal to the best of them, of {count} sets", wins, "sets", target=Target(">=", 8))
    yield row(
        "peers: CPU time of the best of them over bobae's, median",
        float(np.median(cheaper)),
        "times",
        target=Target(">=", 10),
    )
    yield row(
        "peers: latency of the best of them over bobae's, median",
        float(np.median(quicker)),
        "times",
        target=Target(">=", 20),
    )
    for name, times in honest.items():
        yield row(f"peers: {name}: own estimate within 15 % of the test, of {count} sets", times, "sets")
    for name in TOOLS:
        yield row(f"peers: {name}: installed", _installed(), "MB", reference="both tools in one environment")


def asked(job: "jobs.Job", tool: str) -> Answer | None:
    """The answer of a tool in a process of its own, scored here; None where it gave none in time."""
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "given.npz", Path(folder) / "told.json"
        if tool == "bobae":
            command = [sys.executable, "-m", "_learners.ours", job.name, str(told)]
        else:
            np.savez(given, fit=job.fit, y=job.y, rows=job.rows, kinds=job.kinds, metric=job.metric, budget=BUDGET_S)
            command = [str(PYTHON), str(HERE / "peers/automl.py"), tool, str(given), str(told)]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        try:
            subprocess.run(command, cwd=HERE, env=quiet_environment(), check=True, timeout=LIMIT_S, **pipes)
        except subprocess.TimeoutExpired:
            return None
        found: dict[str, Any] = json.loads(told.read_text())
    return Answer(
        job.scored(np.array(found["said"])), found["claimed"], found["cpu_s"], found["memory_mb"], found["row_us"]
    )


def _told(job: "jobs.Job", name: str, answer: Answer) -> Iterator[Row]:
    better = "higher is better" if job.higher else "lower is better"
    yield row(f"{job.name}: {name}", answer.score, job.metric, reference=f"claimed {answer.claimed:.4g}; {better}")
    yield row(f"{job.name}: {name}, CPU", answer.cpu_s, "CPU s", reference=f"{answer.memory_mb:.0f} MB")
    yield row(f"{job.name}: {name}, one row", answer.row_us, "us")


def _installed() -> float:
    site = PYTHON.parents[1]
    return sum(file.stat().st_size for file in site.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6
