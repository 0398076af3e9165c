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
from collections.abc import Iterator, Mapping
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
NAMES = ("bobae", *TOOLS)
BUDGET_S = 60
LIMIT_S = 300  # what takes five times as long as it was given has no answer
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
    found = {}
    for job in itertools.islice(jobs.all_jobs(root), 3 if quick else None):
        found[job] = {name: asked(job, name) for name in NAMES}
        yield from _told(job, found[job])
    yield from summary({job: answers for job, answers in found.items() if job.counts})


def summary(found: "Mapping[jobs.Job, Mapping[str, Answer | None]]") -> Iterator[Row]:
    """Of the sets that count: wins over the best of the tools, what that cost, and who knew how good it was."""
    wins, cheaper, quicker = 0, [], []
    for job, answers in found.items():
        ours, sign = answers["bobae"], 1.0 if job.higher else -1.0
        assert ours is not None
        best = max((answer for name in TOOLS if (answer := answers[name])), key=lambda answer: sign * answer.score)
        wins += sign * ours.score >= sign * best.score - 1e-9
        cheaper.append(best.cpu_s / ours.cpu_s)
        quicker.append(best.row_us / ours.row_us)
    of = f"of {len(found)} sets"
    yield row(f"peers: better than or equal to the best of them, {of}", wins, "sets", target=Target(">=", 8))
    cpu, latency = float(np.median(cheaper)), float(np.median(quicker))
    yield row("peers: CPU time of the best of them over bobae's, median", cpu, "times", target=Target(">=", 10))
    yield row("peers: latency of the best of them over bobae's, median", latency, "times", target=Target(">=", 20))
    for name in NAMES:
        near = [_knew(answers[name]) for answers in found.values()]
        yield row(f"peers: {name}: own estimate within 15 % of the test, {of}", sum(near), "sets")
    yield row("peers: both tools installed", _installed(), "MB")


def _knew(answer: Answer | None) -> bool:
    return answer is not None and abs(answer.claimed - answer.score) <= _NEAR * abs(answer.score)


def asked(job: "jobs.Job", tool: str) -> Answer | None:
    """The answer of a tool in a process of its own, scored here; None where it gave none in time."""
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "given.npz", Path(folder) / "told.json"
        if tool == "bobae":
            command, at = [sys.executable, "-m", "_learners.ours", job.name, str(told)], str(HERE)
        else:
            np.savez(given, fit=job.fit, y=job.y, rows=job.rows, kinds=job.kinds, metric=job.metric, budget=BUDGET_S)
            command, at = [str(PYTHON), str(HERE / "peers/automl.py"), tool, str(given), str(told)], folder
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        try:
            subprocess.run(command, cwd=at, env=quiet_environment(), check=True, timeout=LIMIT_S, **pipes)
        except subprocess.TimeoutExpired:
            return None
        found: dict[str, Any] = json.loads(told.read_text())
    return Answer(
        job.scored(np.array(found["said"])), found["claimed"], found["cpu_s"], found["memory_mb"], found["row_us"]
    )


def _told(job: "jobs.Job", answers: "Mapping[str, Answer | None]") -> Iterator[Row]:
    better = "higher is better" if job.higher else "lower is better"
    for name, answer in answers.items():
        if answer is None:
            yield row(f"{job.name}: {name}: no answer within", LIMIT_S, "s", reference=f"asked for {BUDGET_S} s")
            continue
        yield row(f"{job.name}: {name}", answer.score, job.metric, reference=f"claimed {answer.claimed:.4g}; {better}")
        yield row(f"{job.name}: {name}, CPU", answer.cpu_s, "CPU s", reference=f"{answer.memory_mb:.0f} MB")
        yield row(f"{job.name}: {name}, one row", answer.row_us, "us")


def _installed() -> float:
    site = PYTHON.parents[1]
    return sum(file.stat().st_size for file in site.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6
