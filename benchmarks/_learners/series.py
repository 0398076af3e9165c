"""aeon, Darts and bobae on the same runs and the same series, each asked in a process of its own.

Runs: every fold of runs is told by a model that learned from the others; which candidate of bobae speaks for a fold is
asked of the other folds. A series: learned once from the first four fifths, then asked at every row of the last.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _alone import memory_mb, quiet_environment
from _anomaly.data import data_root
from _anomaly.rows import Row, row

from _learners import own, sets
from bobae.core import Role
from bobae.graph import Runner
from bobae.learners.classify import ClassifyLearner

HERE = Path(__file__).parents[1]
PYTHON = HERE.parent / ".venv-peers/series/bin/python"
RUNS = ("aeon MiniRocket", "aeon Arsenal")
SERIES = ("Darts LightGBM", "Darts line")
STEPS = {"15 min": 1, "24 h": 96}
_SIGNALS, _ROWS = 6, 15  # of a robot's run
_ANSWERS = 30


def rows(root: Path, *, quick: bool) -> Iterator[Row]:
    """Every set, bobae first; then how often it was at least as good as the best of the others."""
    if not PYTHON.is_file():
        print("aeon and Darts are not installed; `make bench-peers` installs them", file=sys.stderr)
        return
    ahead, sets_counted = 0, 0
    for number in (1,) if quick else (1, 2, 4, 5):  # of lp3 one kind is known of three runs: too few
        found = {name: _run_answer(root, number, name) for name in ("bobae", *RUNS)}
        yield from _told(f"robot failures lp{number}", found, "accuracy", "higher is better")
        ahead += found["bobae"].score >= max(found[name].score for name in RUNS)
        sets_counted += 1
    for name, step in STEPS.items():
        told = {tool: _series_answer(root, name, step, tool) for tool in ("bobae", *SERIES)}
        yield from _told(f"steel energy, {name}", told, "mae", "lower is better")
        ahead += told["bobae"].score <= min(told[tool].score for tool in SERIES)
        sets_counted += 1
    yield row(f"better than or equal to the best of them, of {sets_counted} sets", ahead, "sets")


@dataclass(frozen=True)
class Answer:
    """What one tool did: its score, CPU seconds, memory, the time for one answer, and what stands beside the score."""

    score: float
    cpu_s: float
    memory_mb: float
    row_us: float
    beside: str = ""


def _run_answer(root: Path, number: int, tool: str) -> Answer:
    one = sets.robots(root, number)
    ends = np.arange(_ROWS - 1, len(one.data), _ROWS)
    kinds, y = np.unique(one.target[ends].astype(str), return_inverse=True)
    signals = np.stack([one.data.values(f"F{i}").astype(float) for i in range(_SIGNALS)])
    x = signals.reshape(_SIGNALS, len(ends), _ROWS).transpose(1, 0, 2)
    fold = np.full(len(ends), -1)
    for i, (_, prove) in enumerate(one.outer):
        fold[prove[ends]] = i
    found = _asked(tool, f"lp{number}", x=x, y=y, fold=fold)
    said = np.array(found["said"])
    beside = f"macro-F1 {own._macro_f1(y, said):.3f}, {len(y)} runs of {len(kinds)} kinds"
    return Answer(float((said == y).mean()), found["cpu_s"], found["memory_mb"], found["row_us"], beside)


def _series_answer(root: Path, name: str, step: int, tool: str) -> Answer:
    one = sets.energy(root)
    y, begins = one.target.astype(float), int(one.outer[0][0].sum())
    others = np.column_stack([one.data.values(n).astype(float) for n in one.data.names(Role.FEATURE)])
    found = _asked(tool, f"steel energy, {name}", y=y, others=others, begins=begins, step=step)
    off = float(np.abs(np.array(found["said"]) - y[begins + step :]).mean())
    return Answer(off, found["cpu_s"], found["memory_mb"], found["row_us"])


def _asked(tool: str, name: str, **given: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        rows_of, told = Path(folder) / "given.npz", Path(folder) / "told.json"
        np.savez(rows_of, **given)
        if tool != "bobae":
            command, at = [str(PYTHON), str(HERE / "peers/series.py"), tool, str(rows_of), str(told)], folder
        else:
            module = "_learners.ours" if name.startswith("steel") else "_learners.series"
            command, at = [sys.executable, "-m", module, name, str(told)], str(HERE)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        subprocess.run(command, cwd=at, env=quiet_environment(), check=True, **quiet)
        found: dict[str, Any] = json.loads(told.read_text())
    return found


def _told(name: str, found: dict[str, Answer], metric: str, better: str) -> Iterator[Row]:
    for tool, answer in found.items():
        said = ", ".join(part for part in (answer.beside, better) if part)
        yield row(f"{name}: {tool}", answer.score, metric, reference=said)
        yield row(f"{name}: {tool}, CPU", answer.cpu_s, "CPU s", reference=f"{answer.memory_mb:.0f} MB")
        yield row(f"{name}: {tool}, one answer", answer.row_us, "us")


def main() -> None:
    """The answer of bobae to the runs of a robot: python -m _learners.series lpN OUT.json."""
    name, out = sys.argv[1], Path(sys.argv[2])
    one = sets.robots(data_root(), int(name[2:]))
    began = time.process_time()
    model = ClassifyLearner().fit(one.data, folds=one.outer, seed=0)
    cpu = time.process_time() - began
    said = model.held_out.answers["prediction"][_ROWS - 1 :: _ROWS].astype(int)
    answer = {"said": said.tolist(), "cpu_s": cpu, "row_us": _a_run(model, model.contract.rows(one.data))}
    out.write_text(json.dumps({**answer, "memory_mb": memory_mb()}))


def _a_run(model: Any, x: np.ndarray) -> float:
    """Microseconds until the last row of a run is answered, the rows before included."""
    runner, took = Runner(model.graph(), model.contract), []
    for number in range(_ANSWERS):
        at = time.perf_counter()
        for i in range(_ROWS):
            runner.step(x[number * _ROWS + i], gap=2.0 if i == 0 else 0.0)
        took.append(time.perf_counter() - at)
    return float(np.median(took)) * 1e6


if __name__ == "__main__":
    main()
